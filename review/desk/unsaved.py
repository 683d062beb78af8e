"""Text that was typed and not saved, at the desk: the bar that offers it again, going on with it, throwing it away."""

from typing import Any
from uuid import uuid4

from django.http import QueryDict

from atlas.models import User
from review import autosaving
from review.desk.buttons import Pressed, Verbs, check_nothing_unsaved
from review.desk.forms import DeskForm
from review.desk.token import Token
from review.desk.typed import Values, as_data, beside, stands, typed
from review.errors import NotAllowed
from review.models import Edition, UnsavedText


def context(edition: Edition, by: User, form: DeskForm, writer: str) -> dict[str, Any]:
    """What ``_unsaved.html`` shows: a text that another page than ``writer`` kept, unless it says what stands.

    One query.
    """
    assert edition.head is not None
    may_edit = by.has_perm("review.change_edition")
    text = autosaving.unsaved_text(edition, by) if may_edit else None
    if text and (text.tab == writer or text.fields == stands(form, edition.head, edition.public_note)):
        text = None
    return {"unsaved": text, "writer": writer, "may_keep": may_edit and edition.is_open}


def fields_of(form: DeskForm, post: QueryDict) -> Values:
    """All that a page has to keep: the parts as typed, and what was written beside them."""
    return {**typed(form), **beside(post)}


def taken_up(edition: Edition, form: DeskForm, token: Token, by: User) -> tuple[UnsavedText, DeskForm, str]:
    """The text to go on with, as a form, and the name of the page that goes on with it.

    Raises:
        NotAllowed: if there is none, or the page has another text that is in no safe place.
    """
    unsaved = autosaving.unsaved_text(edition, by)
    if unsaved is None:
        raise NotAllowed("There is no unsaved text any more: it was saved or thrown away.")
    if edition.is_open:
        check_nothing_unsaved(edition, form, token)
    writer = uuid4().hex
    autosaving.take_up(unsaved, writer=writer)
    return unsaved, DeskForm(as_data(unsaved.fields), edition=edition), writer


def _throw_away(edition: Edition, form: DeskForm, token: Token, by: User, pressed: Pressed) -> str:
    autosaving.throw_away(edition, by=by)
    return "The unsaved text is thrown away."


VERBS: Verbs = {"throw_away_unsaved": _throw_away}
