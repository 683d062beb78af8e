"""From finished draft runs to editions: the room's in-tray. Idempotent; one transaction a run."""

from collections.abc import Mapping
from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone

from analysis.checks import run_checks
from analysis.models import DraftRun, RunStatus
from atlas.models import Provision, User, Wording, content_hash
from review.carrying import ARRIVED_LATE, discard_for_change, left_behind
from review.due_dates import due_at
from review.models import AuthorKind, Edition, EditionKind, Finding, Revision, State
from review.moves import lock_provision, move, record, touch

logger = structlog.get_logger(__name__)


def take_in() -> int:
    """Give every finished draft run its revision; returns how many were taken in.

    A run that cannot be taken in is logged and does not hold up the others.
    """
    waiting = (
        DraftRun.objects.filter(status=RunStatus.DRAFTED, revision=None).order_by("id").values_list("id", flat=True)
    )
    taken = 0
    for run_id in list(waiting):
        try:
            taken += take_in_run(run_id)
        except Exception:
            logger.exception("draft not taken in", run=run_id)
    return taken


@transaction.atomic
def take_in_run(run_id: int) -> bool:
    """Give one run its revision; False if another worker did."""
    runs = DraftRun.objects.select_related("job__wording", "job__requested_by")
    run = runs.only("analysis", "drafter", "job").get(pk=run_id)
    provision = lock_provision(run.job.wording.provision_id)
    if Revision.objects.filter(draft_run=run).exists():
        return False
    edition = _place(run, provision)
    logger.info("draft taken in", run=run.pk, edition=edition.pk, state=edition.state)
    return True


def _place(run: DraftRun, provision: Provision) -> Edition:
    """The open edition on the same text gets a revision; one on an older text gives way to a successor."""
    wording = run.job.wording
    if not _is_current(wording, provision):
        return _open_for(run, provision, discarded_because=ARRIVED_LATE)
    edition = (
        Edition.objects.open()
        .select_for_update(of=("self",))
        .filter(provision=provision)
        .select_related("wording")
        .first()
    )
    if edition is None:
        return _open_for(run, provision)
    edition.provision = provision
    if edition.wording.folded_sha256 == wording.folded_sha256:
        return _add_to(edition, run)
    discard_for_change(edition)
    return _open_for(run, provision)


def _is_current(wording: Wording, provision: Provision) -> bool:
    current = provision.current_wording
    return provision.removed_at is None and current is not None and current.folded_sha256 == wording.folded_sha256


def _open_for(run: DraftRun, provision: Provision, *, discarded_because: str = "") -> Edition:
    return open_with(
        provision,
        run.job.wording,
        run.analysis or {},
        action="take_in",
        priority=run.job.priority,
        reason=discarded_because,
        **_authorship(run),
    )


def _add_to(edition: Edition, run: DraftRun) -> Edition:
    """The run's text as the edition's next revision; what was there stays in its history.

    A redraft of a text that people have changed since does not take its place: it stands beside, to be compared.
    """
    asked_about = _asked_about(edition, run)
    if asked_about is not None and asked_about != edition.head:
        beside = write_revision(edition, run.analysis or {}, parent=asked_about, **_authorship(run))
        record(edition, "take_in", by=None, revision=beside, run=run.pk, beside=True)
        return edition
    edition.head = write_revision(edition, run.analysis or {}, **_authorship(run))
    edition.round += 1 if edition.state == State.APPROVED else 0
    if edition.state == State.IN_REVIEW:
        touch(edition)
        record(edition, "take_in", by=None, run=run.pk)
    else:
        move(edition, State.IN_REVIEW, "take_in", by=None, run=run.pk)
    return edition


def _asked_about(edition: Edition, run: DraftRun) -> Revision | None:
    """The revision that this edition sent back for the redraft; None if the draft came otherwise."""
    if run.job.edition_ref != edition.pk or run.job.base is None:
        return None
    return edition.revisions.filter(content_sha256=content_hash(run.job.base)).order_by("-number").first()


def _authorship(run: DraftRun) -> dict[str, Any]:
    """Who drafted it; whoever gave instructions may not approve the result."""
    return {
        "author_kind": AuthorKind.OUTLINE if run.drafter == "outline" else AuthorKind.MODEL,
        "draft_run": run,
        "instructed_by": run.job.requested_by if run.job.instructions or run.job.parts else None,
    }


def open_with(
    provision: Provision,
    wording: Wording,
    content: Mapping[str, Any],
    *,
    action: str,
    priority: int = 0,
    reason: str = "",
    public_note: str = "",
    **authorship: Any,
) -> Edition:
    """A new edition with its first revision; with a ``reason``, one that is discarded from the start.

    What people had written when the provision changed stands beside it as ``carried_from``.
    """
    handed_down = left_behind(provision)
    edition = Edition.objects.create(
        provision=provision,
        wording=wording,
        kind=_kind(provision, wording),
        priority=priority,
        due_at=due_at(wording, content.get("exposure_level", ""), priority, opened=timezone.now()),
        state=State.DISCARDED if reason else State.IN_REVIEW,
        public_note=public_note,
        carried_from=handed_down if handed_down != authorship.get("parent") else None,
    )
    edition.head = write_revision(edition, content, **authorship)
    edition.save(update_fields=["head"])
    author: User | None = authorship.get("author")
    more: dict[str, Any] = {"reason": reason} if reason else {}
    more |= {"carried_from": edition.carried_from_id} if edition.carried_from_id else {}
    record(edition, action, by=author, to_state=edition.state, **more)
    return edition


def _kind(provision: Provision, wording: Wording) -> EditionKind:
    """A new text about words that were analysed before corrects that analysis, also one that was taken back."""
    same = provision.publications.filter(wording__folded_sha256=wording.folded_sha256).exists()
    return EditionKind.CORRECTION if same else EditionKind.UPDATE


def write_revision(edition: Edition, content: Mapping[str, Any], **authorship: Any) -> Revision:
    """The next revision of ``edition``, with the findings of all checks. The caller makes it the head."""
    made_from = {"parent": edition.head, **authorship}
    number = edition.revisions.count() + 1 if edition.head else 1
    revision = Revision(edition=edition, number=number, **content, **made_from)
    revision.content_sha256 = content_hash(revision.content())
    revision.save()
    Finding.objects.bulk_create(
        Finding(
            revision=revision,
            code=result.code,
            severity=result.severity,
            message=result.message,
            part=result.part,
            start=result.start,
            end=result.end,
        )
        for result in run_checks(revision.content(), edition.wording)
    )
    return revision
