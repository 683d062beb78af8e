"""Which versions of a document a form offers to set side by side: the newest ones, and any other by its name."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.http import Http404
from django.shortcuts import get_object_or_404

from atlas.models import Document, Version
from atlas.site.coverage import good_captures
from atlas.site.lookup import cited

IN_MENUS = 50
_NUMBER = re.compile(r"(?:version )?(\d{1,9})", re.ASCII | re.IGNORECASE)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True)
class Offered:
    """``rows`` are the newest versions, then ``left`` and ``right`` where they are older; ``are_all``: there are no
    others. Without a ``left`` there is nothing to compare."""

    document: Document
    rows: Sequence[Version]
    are_all: bool
    left: Version | None = None
    right: Version | None = None


def offered(document: Document, left: Version | None = None, right: Version | None = None) -> Offered:
    """With ``left`` and ``right`` chosen, or the newest two. One query."""
    newest = list(document.versions.order_by("-number")[: IN_MENUS + 1])
    rows, are_all = newest[:IN_MENUS], len(newest) <= IN_MENUS
    right = right or next(iter(rows), None)
    left = left or next((row for row in rows if row != right), None)
    older = {row.pk: row for row in (left, right) if row is not None and row not in rows}
    rows += sorted(older.values(), key=lambda row: -row.number)
    return Offered(document, rows, are_all, left, right)


def named(document: Document, name: str) -> Version:
    """The version of ``document`` that a reader names: ``12``, ``AT-V-000345``, or the day on which it stood.

    Raises:
        Http404: if there is none.
    """
    versions = Version.objects.filter(document=document)
    if number := _NUMBER.fullmatch(name):
        return get_object_or_404(versions, number=int(number[1]))
    return _standing_on(document, name) if _DAY.fullmatch(name) else cited(versions, name)


def _standing_on(document: Document, day: str) -> Version:
    try:
        ends = datetime.combine(date.fromisoformat(day), time.min, UTC) + timedelta(days=1)
    except (ValueError, OverflowError):
        raise Http404(f"{day} is no day of the calendar.") from None
    looks = good_captures().filter(document=document, captured_at__lt=ends).select_related("version")
    look = looks.order_by("-sequence").first()
    if look is None or look.version is None:
        raise Http404(f"The document had not been captured by {day}.")
    return look.version
