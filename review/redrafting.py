"""Sending a text back, and asking for drafts."""

from typing import Literal

from django.db import transaction

from analysis.queue import DraftInProgress, request_draft
from atlas.models import Provision, User, Wording
from review.errors import NotAllowed
from review.models import DecisionKind, Edition, State
from review.moves import decide, lock_edition, move
from review.policies import check_in_review, check_permission, check_reason

RedraftMode = Literal["redraft", "edit"]


@transaction.atomic
def request_changes(
    edition: Edition, *, by: User, lock_version: int, reason: str, mode: RedraftMode = "redraft"
) -> None:
    """Send the text back: to the drafter with ``reason`` as instructions, or (``edit``) to whoever edits it next."""
    check_permission(by, "review.approve_edition", "ask for changes")
    reason = check_reason(reason)
    edition = lock_edition(edition, lock_version=lock_version)
    check_in_review(edition)
    if mode == "redraft" and edition.provision_changed:
        raise NotAllowed("The provision has changed since: discard this edition and ask for a new draft.")
    decide(edition, DecisionKind.REQUEST_CHANGES, by=by, reason=reason)
    move(edition, State.CHANGES_REQUESTED, "request_changes", by=by, mode=mode)
    if mode == "redraft":
        _request_draft(edition.wording, by=by, instructions=reason, edition_ref=edition.pk)


def ask_for_draft(provision: Provision, *, by: User) -> None:
    """Queue a new draft of the provision's current wording."""
    check_permission(by, "review.request_analysis", "ask for a draft")
    if provision.current_wording is None or provision.removed_at:
        raise NotAllowed("This provision is no longer in force: there is no text to analyse.")
    _request_draft(provision.current_wording, by=by)


def _request_draft(wording: Wording, *, by: User, instructions: str = "", edition_ref: int | None = None) -> None:
    try:
        request_draft(wording, by=by, instructions=instructions, edition_ref=edition_ref)
    except DraftInProgress as running:
        raise NotAllowed("A draft of this text is being written now. Wait for it, then ask again.") from running
