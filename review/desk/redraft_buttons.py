"""Sending a text back: to the drafter with instructions, or to a person."""

from typing import Any

from atlas.models import User
from review import actions
from review.desk.buttons import Pressed, Verbs
from review.desk.forms import DeskForm
from review.desk.token import Token
from review.models import Edition


def context(edition: Edition, by: User) -> dict[str, Any]:
    """What ``_request_changes.html`` shows."""
    return {}


def _request_changes(edition: Edition, form: DeskForm, token: Token, by: User, pressed: Pressed) -> str:
    reason = pressed.reason("request_changes_reason")
    if pressed.post.get("mode") == "edit":
        actions.request_changes(edition, by=by, lock_version=token.lock_version, reason=reason, mode="edit")
        return "Changes requested; the text waits for an editor."
    actions.request_changes(edition, by=by, lock_version=token.lock_version, reason=reason)
    return "Changes requested; a new draft with your instructions is on its way."


def _ask_for_draft(edition: Edition, form: DeskForm, token: Token, by: User, pressed: Pressed) -> str:
    actions.ask_for_draft(edition.provision, by=by)
    return "A new draft is on its way; it arrives as a revision."


VERBS: Verbs = {
    "request_changes": _request_changes,
    "ask_for_draft": _ask_for_draft,
}
