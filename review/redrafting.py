"""Sending a text back, and asking for drafts: which parts are written anew, which stay, and to what instructions."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from django.db import transaction
from pydantic import ValidationError

from analysis.models import DraftJob, JobState
from analysis.preparing import OF_THE_CHANGE
from analysis.queue import PARTS_TO_REDO, DraftInProgress, NothingToBuildOn, latest_analysis, request_draft
from analysis.queue import cancel as cancel_jobs
from analysis.schema import Analysis
from atlas.models import Change, Provision, User, Wording
from review.errors import NotAllowed
from review.intake import write_revision
from review.models import AuthorKind, DecisionKind, Edition, ReasonCode, Revision, State
from review.moves import decide, lock_edition, move, record, touch
from review.policies import check_in_review, check_open, check_permission, check_reason

RedraftMode = Literal["redraft", "edit"]
WAITING = (JobState.QUEUED, JobState.PAUSED)


@transaction.atomic
def request_changes(
    edition: Edition,
    *,
    by: User,
    lock_version: int,
    reason: str,
    mode: RedraftMode = "redraft",
    parts: Sequence[str] = (),
    reason_code: str = ReasonCode.OTHER,
) -> None:
    """Send the text back: to the drafter with ``reason`` as instructions, or (``edit``) to whoever edits it next.

    The drafter is given the text as it is. With ``parts`` it writes only those anew, and a draft that changes another
    part fails. The result comes back as a revision of this edition, which ``by`` cannot approve.
    """
    check_permission(by, "review.approve_edition", "ask for changes")
    reason = check_reason(reason)
    _check_parts(parts)
    if reason_code not in ReasonCode.values:
        raise NotAllowed("Choose what kind of reason it is.")
    edition = lock_edition(edition, lock_version=lock_version)
    check_in_review(edition)
    if mode == "redraft" and edition.provision_changed:
        raise NotAllowed("The provision has changed since: discard this edition and ask for a new draft.")
    decide(edition, DecisionKind.REQUEST_CHANGES, by=by, reason=reason, reason_code=reason_code, parts=list(parts))
    move(edition, State.CHANGES_REQUESTED, "request_changes", by=by, mode=mode)
    if mode == "redraft":
        _request_redraft(edition, by=by, instructions=reason, parts=parts)


def _request_redraft(edition: Edition, *, by: User, instructions: str, parts: Sequence[str]) -> DraftJob:
    """A draft on the text of ``edition``; a text that is no analysis yet is written anew as a whole."""
    assert edition.head is not None
    base = edition.head.content()
    if _is_an_analysis(base):
        parts = parts or _all_parts(edition.wording)
        return _request_draft(
            edition.wording, by=by, instructions=instructions, edition_ref=edition.pk, parts=parts, base=base
        )
    if parts:
        raise NotAllowed("This text has no summary yet, so no part can be written to fit it: ask for the whole.")
    return _request_draft(edition.wording, by=by, instructions=instructions, edition_ref=edition.pk)


def _is_an_analysis(content: Mapping[str, Any]) -> bool:
    try:
        Analysis.model_validate(content)
    except ValidationError:
        return False
    return True


def _all_parts(wording: Wording) -> list[str]:
    """Every part that a text of ``wording`` can have: without a text before, nothing is said of a change."""
    has_changed = Change.objects.filter(new_wording=wording, old_wording__isnull=False).exists()
    return [part for part in PARTS_TO_REDO if has_changed or part not in OF_THE_CHANGE]


def _check_parts(parts: Sequence[str]) -> None:
    unknown = [part for part in parts if part not in PARTS_TO_REDO]
    if unknown:
        raise NotAllowed(f"“{unknown[0]}” is no part of an analysis.")


def cancel_redraft(edition: Edition) -> int:
    """Cancel drafts that ``edition`` asked for and that nobody has begun: its text is another now."""
    return cancel_jobs(DraftJob.objects.filter(edition_ref=edition.pk, state__in=WAITING))


@transaction.atomic
def use_revision(revision: Revision, *, by: User, lock_version: int) -> Revision:
    """Make a draft that arrived beside the text the text of its edition. Whoever takes it over does not write it."""
    check_permission(by, "review.change_edition", "edit drafts")
    edition = lock_edition(revision.edition, lock_version=lock_version)
    check_open(edition)
    if edition.state == State.APPROVED:
        raise NotAllowed("This text is approved: void the approval first.")
    if revision.pk == edition.head_id:
        raise NotAllowed("That is the text already.")
    edition.head = write_revision(edition, revision.content(), author_kind=AuthorKind.CARRIED, parent=revision)
    edition.round += 1
    if edition.state == State.CHANGES_REQUESTED:
        move(edition, State.IN_REVIEW, "revise", by=by, used=revision.number)
    else:
        touch(edition)
        record(edition, "revise", by=by, used=revision.number)
    return edition.head


def ask_for_draft(provision: Provision, *, by: User, instructions: str = "", parts: Sequence[str] = ()) -> DraftJob:
    """Queue a new draft of the provision's current wording, or of ``parts`` of the text there is.

    That text is the open edition's, else the latest analysis. A redraft that waits keeps its instructions: who asks
    for nothing in particular is served by it.
    """
    check_permission(by, "review.request_analysis", "ask for a draft")
    wording = provision.current_wording
    if wording is None or provision.removed_at:
        raise NotAllowed("This provision is no longer in force: there is no text to analyse.")
    _check_parts(parts)
    instructions = instructions.replace("\0", "").strip()
    waiting = DraftJob.objects.filter(wording=wording, state__in=WAITING).exclude(instructions="", parts=[]).first()
    if waiting is not None and (instructions or parts):
        raise NotAllowed("A draft to other instructions waits already. Ask again when it is there.")
    if waiting is not None:
        return waiting
    edition = Edition.objects.open().filter(provision=provision, wording=wording).select_related("wording").first()
    if parts and edition is not None:
        return _request_redraft(edition, by=by, instructions=instructions, parts=parts)
    try:
        base = latest_analysis(wording) if parts else None
    except NothingToBuildOn as nothing:
        raise NotAllowed(f"{nothing}.") from nothing
    return _request_draft(wording, by=by, instructions=instructions, parts=parts, base=base)


def _request_draft(wording: Wording, *, by: User, **wanted: object) -> DraftJob:
    try:
        return request_draft(wording, by=by, **wanted)  # type: ignore[arg-type]
    except DraftInProgress as running:
        raise NotAllowed("A draft of this text is being written now. Wait for it, then ask again.") from running
