"""Unsaved text: what an editor typed into a page of the desk, kept for them alone until they save it.

Never a revision, and nobody else's to read. ``writer`` names one opened page of the desk: two pages of the same
person never write over each other.
"""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from atlas.models import User
from review.errors import NotAllowed
from review.models import Edition, Revision, UnsavedText
from review.policies import check_open, check_permission

MAX_CHARACTERS = 200_000  # four hundred times an analysis
MAX_WRITER = 40  # characters of ``UnsavedText.tab``


class WrittenElsewhere(NotAllowed):
    """Another page of the same person kept a text since: this one does not replace it."""

    def __init__(self, unsaved: UnsavedText) -> None:
        super().__init__(f"You typed in another tab at {unsaved.updated_at:%H:%M} UTC; this one is older.")


class TooLong(NotAllowed):
    def __init__(self) -> None:
        super().__init__(f"The text is longer than the {MAX_CHARACTERS:,} characters that are kept.")


def unsaved_text(edition: Edition, by: User) -> UnsavedText | None:
    """What ``by`` typed here and did not save."""
    return UnsavedText.objects.select_related("base").filter(edition=edition, user=by).first()


@transaction.atomic
def keep(edition: Edition, fields: Mapping[str, Any], *, by: User, base: Revision, writer: str) -> UnsavedText:
    """Keep ``fields``, which the page ``writer`` has, in place of what it kept before.

    Raises:
        NotAllowed: if the edition is closed, or ``by`` may not edit it.
        WrittenElsewhere: if another page of ``by`` kept a text that is neither saved nor thrown away.
    """
    check_permission(by, "review.change_edition", "edit drafts")
    check_open(edition)
    if _characters(fields) > MAX_CHARACTERS:
        raise TooLong
    given = {"fields": dict(fields), "base": base, "tab": writer[:MAX_WRITER]}
    unsaved, is_new = UnsavedText.objects.select_for_update().get_or_create(edition=edition, user=by, defaults=given)
    if not is_new:
        if unsaved.tab != given["tab"]:
            raise WrittenElsewhere(unsaved)
        unsaved.fields, unsaved.base = given["fields"], base
        unsaved.save(update_fields=["fields", "base", "updated_at"])
    return unsaved


def _characters(fields: Mapping[str, Any]) -> int:
    return sum(len(text) for value in fields.values() for text in ([value] if isinstance(value, str) else value))


def take_up(unsaved: UnsavedText, *, writer: str) -> None:
    """Let the page ``writer`` go on with a text that another page kept; that one is then the older."""
    unsaved.tab = writer
    unsaved.save(update_fields=["tab"])  # not when it was typed: that stays


def forget(edition: Edition, *, by: User, writer: str, fields: Mapping[str, Any]) -> None:
    """Drop the unsaved text that the page ``writer`` kept, or that says the same: it is saved. Another page's stays."""
    unsaved = UnsavedText.objects.filter(edition=edition, user=by).first()
    if unsaved and (unsaved.tab == writer or unsaved.fields == fields):
        unsaved.delete()


def throw_away(edition: Edition, *, by: User) -> None:
    """Drop what ``by`` typed here and did not save, whichever page kept it."""
    UnsavedText.objects.filter(edition=edition, user=by).delete()
