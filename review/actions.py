"""The verbs of the editors' desk. Each is atomic, checks its rules, and writes its event.

Subject first, ``by=`` for the person, and for everything that a form asks ``lock_version=`` as the form showed it.
They raise :class:`review.errors.ReviewError` with the sentence that the person reads. Lock order: provision, edition.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from atlas.models import Provision, User, content_hash
from review.claiming import claim, claim_next, release
from review.ending import retract, withdraw
from review.errors import NotAllowed
from review.following import follow_changes
from review.intake import open_with, take_in, write_revision
from review.models import (
    AuthorKind,
    Decision,
    DecisionKind,
    Edition,
    EditionKind,
    Finding,
    Revision,
    State,
)
from review.moves import decide, lock_edition, lock_provision, move, record, touch
from review.policies import (
    check_can_approve,
    check_can_revise,
    check_can_void,
    check_can_waive,
    check_open,
    check_permission,
    check_reason,
    load_case,
)
from review.publishing import publish, publish_locked
from review.reading_load import words_to_read
from review.redrafting import ask_for_draft, cancel_redraft, request_changes, use_revision
from review.restoring import restore
from review.scheduling import check_hour, publish_due, publish_now, reschedule

__all__ = [
    "approve",
    "ask_for_draft",
    "claim",
    "claim_next",
    "discard",
    "follow_changes",
    "open_edition",
    "publish",
    "publish_due",
    "publish_now",
    "release",
    "request_changes",
    "reschedule",
    "restore",
    "retract",
    "revise",
    "take_in",
    "use_revision",
    "void",
    "waive",
    "withdraw",
]


@transaction.atomic
def open_edition(provision: Provision, *, by: User) -> Edition:
    """Start an edition by hand, from the live publication's text if there is one. ``by`` becomes its author."""
    check_permission(by, "review.change_edition", "start an edition")
    provision = lock_provision(provision.pk)
    if provision.current_wording is None or provision.removed_at:
        raise NotAllowed("This provision is no longer in force: there is no text to analyse.")
    if Edition.objects.open().filter(provision=provision).exists():
        raise NotAllowed("This provision has an open edition already: work on that one.")
    live = provision.publications.live().first()
    content = live.content() if live else {"title": provision.title, "summary": ""}
    return open_with(
        provision, provision.current_wording, content, action="open_edition", author_kind=AuthorKind.PERSON, author=by
    )


@transaction.atomic
def revise(
    edition: Edition, content: Mapping[str, Any], *, by: User, lock_version: int, public_note: str | None = None
) -> Revision:
    """Save ``content`` as the next revision, with its findings; the same text again makes nothing.

    A changed ``public_note`` starts a new round: approvals given before stop counting.
    """
    edition = lock_edition(edition, lock_version=lock_version)
    check_can_revise(edition, by)
    assert edition.head is not None
    new_note = public_note is not None and public_note.strip() != edition.public_note
    if new_note and public_note and public_note.strip() and edition.kind != EditionKind.CORRECTION:
        raise NotAllowed("Only a correction has a public note.")
    new_text = content_hash({**edition.head.content(), **content}) != edition.head.content_sha256
    if not (new_note or new_text):
        return edition.head
    if new_note and public_note is not None:
        edition.public_note, edition.round = public_note.strip(), edition.round + 1
    if new_text:
        edition.head = write_revision(
            edition, {**edition.head.content(), **content}, author_kind=AuthorKind.PERSON, author=by
        )
    if edition.state == State.CHANGES_REQUESTED:
        cancel_redraft(edition)
        move(edition, State.IN_REVIEW, "revise", by=by)
    else:
        touch(edition)
        record(edition, "revise", by=by, new_text=new_text, new_note=new_note)
    return edition.head


@transaction.atomic
def waive(finding: Finding, *, by: User, lock_version: int, reason: str) -> Decision:
    """Let the text pass in spite of a blocking ``finding``, in ``by``'s name. From then on it needs two approvals."""
    reason = check_reason(reason)
    edition = lock_edition(finding.revision.edition, lock_version=lock_version)
    check_can_waive(finding, edition, by)
    decision = decide(edition, DecisionKind.WAIVE, by=by, reason=reason, finding=finding)
    touch(edition)
    record(edition, "waive", by=by, finding=finding.pk, code=finding.code)
    return decision


@transaction.atomic
def approve(
    edition: Edition,
    *,
    by: User,
    lock_version: int,
    revision_id: int,
    content_sha256: str,
    wording_id: int,
    publish_at: datetime | None = None,
    dwell_seconds: int | None = None,
) -> Edition:
    """Approve exactly the text named, read against the wording named; publishes at once when that is enough.

    ``publish_at``: the last approval that is needed may set an hour instead, in UTC.
    """
    edition = lock_edition(edition, lock_version=lock_version)
    case = load_case(edition)
    if (revision_id, content_sha256, wording_id) != (case.head.pk, case.head.content_sha256, edition.wording_id):
        raise NotAllowed("The text you were shown is not the text that would be approved. Open the edition again.")
    check_can_approve(case, by)
    decide(
        edition,
        DecisionKind.APPROVE,
        by=by,
        is_self_approval=case.is_own_work(by),
        dwell_seconds=dwell_seconds,
        words_to_read=words_to_read(case.head, edition.provision.publications.live().first()),
    )
    count = len(case.approvals) + 1
    if count < case.approvals_required:
        if publish_at is not None:
            raise NotAllowed("The hour of publication is set with the last approval; another one is needed first.")
        touch(edition)
        record(edition, "approve", by=by, approvals=count, required=case.approvals_required)
        return edition
    edition.approved_revision = case.head
    edition.publish_at = publish_at and check_hour(publish_at)
    hour = {"publish_at": publish_at.isoformat()} if publish_at else {}
    move(edition, State.APPROVED, "approve", by=by, approvals=count, required=case.approvals_required, **hour)
    if publish_at is None:
        publish_locked(edition, by=by)
    return edition


@transaction.atomic
def void(edition: Edition, *, by: User, lock_version: int, reason: str) -> None:
    """Take back the approvals given so far: a new round begins in which they do not count."""
    reason = check_reason(reason)
    edition = lock_edition(edition, lock_version=lock_version)
    check_can_void(load_case(edition), by)
    decide(edition, DecisionKind.VOID, by=by, reason=reason)
    edition.round += 1
    if edition.state == State.APPROVED:
        move(edition, State.IN_REVIEW, "void", by=by)
    else:
        touch(edition)
        record(edition, "void", by=by)


@transaction.atomic
def discard(edition: Edition, *, by: User, lock_version: int, reason: str, reason_code: str = "") -> None:
    """End the edition without a publication. ``reason_code`` is one of :class:`review.models.ReasonCode`, if any."""
    check_permission(by, "review.change_edition", "discard drafts")
    reason = check_reason(reason)
    edition = lock_edition(edition, lock_version=lock_version)
    check_open(edition)
    decide(edition, DecisionKind.DISCARD, by=by, reason=reason, reason_code=reason_code)
    cancel_redraft(edition)
    move(edition, State.DISCARDED, "discard", by=by, reason=reason)
