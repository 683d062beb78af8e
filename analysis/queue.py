"""What is to be drafted: changed provisions by themselves, the rest when a person asks."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from analysis import priorities
from analysis.models import DraftJob, DraftRun, JobState, Reason, RunStatus
from analysis.schema import Analysis
from atlas.archive.judgements.clustering import open_to_analysis, set_aside
from atlas.archive.judgements.noise_rules import Rules
from atlas.models import Change, Publication, User, Wording
from atlas.models.provisions import ChangeQuerySet
from atlas.rooms import wake

OPEN = (JobState.QUEUED, JobState.RUNNING, JobState.PAUSED)
SET_ASIDE = "set_aside"  # DraftJob.error_kind of a job that was cancelled because editors set its change aside


# The exposure level is computed with the part it stands beside.
PARTS_TO_REDO = tuple(name for name in Analysis.model_fields if name != "exposure_level")


class NothingToBuildOn(Exception):
    """There is no analysis of this text whose other parts could stay."""


class DraftInProgress(Exception):
    """The wording is being drafted at this moment; the message says to ask again afterwards."""


def queue_changes() -> int:
    """Queue a job for each change that awaits an analysis; return how many. Run again, it queues nothing more.

    Not where the provision's text, typography aside, has a job, a draft or a publication already, and not where
    editors have yet to decide on a whole cluster of changes, or set it aside. What a noise rule matches goes last.
    """
    with transaction.atomic():
        _follow_decisions()
        return _queue(Change.objects.awaiting_analysis())


def queue_successor(change: Change) -> None:
    """Queue a job for ``change`` because an analysis of the text before was in the editors' hands.

    Also where it would queue none by itself: a cosmetic change, or one that an import of history brought.
    """
    _queue(Change.objects.filter(pk=change.pk))


def _queue(changes: ChangeQuerySet) -> int:
    jobs = _jobs_of(_not_analysed(open_to_analysis(changes)))
    if jobs:
        DraftJob.objects.bulk_create(jobs, ignore_conflicts=True, batch_size=1_000)
        wake("jobs_queued")
    return len(jobs)


def _not_analysed(changes: ChangeQuerySet) -> Iterable[Change]:
    return (
        priorities.with_reasons(changes)
        .filter(~Exists(_jobs_for_the_change()), ~Exists(_drafts_of_the_text()), ~Exists(_publications_of_the_text()))
        .select_related("document", "old_wording", "new_wording")
        .order_by("new_wording_id", "-pk")
        .distinct("new_wording_id")
    )


def _jobs_of(changes: Iterable[Change]) -> list[DraftJob]:
    rules, now = Rules.in_force(), timezone.now()
    return [
        DraftJob(
            wording_id=change.new_wording_id,
            change=change,
            reason=Reason.CHANGED,
            priority=priorities.priority_of(change, is_noise=rules.match(change) is not None),
            run_after=now,
        )
        for change in changes
        if change.new_wording_id is not None
    ]


def _follow_decisions() -> None:
    """Cancel waiting jobs of changes that were set aside, and queue them again where that was decided otherwise.

    Only jobs that nobody asked for. Those that somebody tries again after they were set aside stay queued.
    """
    now = timezone.now()
    waiting = DraftJob.objects.filter(state=JobState.QUEUED, reason=Reason.CHANGED, requested_by=None)
    waiting.filter(change__in=set_aside(Change.objects.all())).exclude(error_kind=SET_ASIDE).update(
        state=JobState.CANCELLED, error_kind=SET_ASIDE, last_error="Its change was set aside.", finished_at=now
    )
    cancelled = DraftJob.objects.filter(
        state=JobState.CANCELLED, error_kind=SET_ASIDE, change__in=open_to_analysis(Change.objects.awaiting_analysis())
    )
    taken_up = cancelled.filter(~Exists(_open_jobs_of_the_wording())).update(
        state=JobState.QUEUED, error_kind="", last_error="", attempts=0, run_after=now, finished_at=None
    )
    if taken_up:
        wake("jobs_queued")


def _open_jobs_of_the_wording() -> QuerySet[DraftJob]:
    return DraftJob.objects.filter(wording=OuterRef("wording"), state__in=OPEN).exclude(pk=OuterRef("pk"))


def _jobs_for_the_change() -> QuerySet[DraftJob]:
    jobs = DraftJob.objects.filter(wording=OuterRef("new_wording"))
    return jobs.filter(reason=Reason.CHANGED) | jobs.filter(state__in=OPEN)


def _drafts_of_the_text() -> QuerySet[DraftRun]:
    return DraftRun.objects.filter(
        status=RunStatus.DRAFTED,
        job__wording__provision=OuterRef("provision"),
        job__wording__folded_sha256=OuterRef("new_wording__folded_sha256"),
    )


def _publications_of_the_text() -> QuerySet[Publication]:
    return Publication.objects.filter(
        retracted_at=None,
        provision=OuterRef("provision"),
        wording__folded_sha256=OuterRef("new_wording__folded_sha256"),
    )


@transaction.atomic
def request_draft(
    wording: Wording,
    *,
    by: AbstractBaseUser | None,
    instructions: str = "",
    edition_ref: int | None = None,
    parts: Sequence[str] = (),
    base: Mapping[str, Any] | None = None,
    repeats: DraftRun | None = None,
) -> DraftJob:
    """Queue a draft of ``wording`` because a person asks; ``by`` is None on the command line.

    With ``parts``, only those are written anew and the rest of ``base`` stays as it is. A job that waits already is
    taken, with the new instructions. ``repeats``: a run to be made once more, though its draft would serve again.

    Raises:
        DraftInProgress: if the wording is being drafted now.
        ValueError: if a part is none, or parts are given without a base.
    """
    assert by is None or isinstance(by, User)
    check_parts(parts, base)
    job = DraftJob.objects.select_for_update().filter(wording=wording, state__in=OPEN).first()
    if job is not None and job.state == JobState.RUNNING:
        raise DraftInProgress(f"{wording.provision.public_id} is being drafted now; ask again when that draft is there")
    if job is None:
        job = DraftJob(wording=wording)
    if job.reason != Reason.CHANGED:  # a change's job stays its job, or the change would be queued twice
        job.reason = Reason.REDRAFT if instructions or edition_ref or parts else Reason.REQUESTED
    job.requested_by, job.instructions, job.edition_ref = by, instructions, edition_ref
    job.parts, job.base, job.repeats = list(parts), dict(base) if base is not None else None, repeats
    job.state, job.priority, job.run_after = JobState.QUEUED, priorities.REQUESTED, timezone.now()
    job.save()
    wake("jobs_queued")
    return job


def check_parts(parts: Sequence[str], base: Mapping[str, Any] | None) -> None:
    """Refuse parts that an analysis does not have, and parts without the analysis that they belong to."""
    unknown = [part for part in parts if part not in PARTS_TO_REDO]
    if unknown:
        raise ValueError(f"{', '.join(unknown)}: not a part of an analysis. Parts are {', '.join(PARTS_TO_REDO)}")
    if parts and base is None:
        raise ValueError("To write some parts anew, the analysis that they belong to is needed")


def latest_analysis(wording: Wording) -> dict[str, Any]:
    """The analysis of ``wording`` that was drafted last, or that readers see, whichever is later.

    Raises:
        NothingToBuildOn: if there is none.
    """
    run = DraftRun.objects.filter(job__wording=wording, status=RunStatus.DRAFTED).order_by("-pk").first()
    published = Publication.objects.live().filter(wording=wording).first()
    if published is not None and (run is None or published.published_at > run.created_at):
        return published.content()
    if run is None or run.analysis is None:
        raise NothingToBuildOn(
            f"{wording.provision.public_id} has no analysis of its present text yet: have a whole one drafted first"
        )
    return dict(run.analysis)


@transaction.atomic
def repeat(run: DraftRun, *, by: AbstractBaseUser | None) -> DraftJob:
    """Queue the job of ``run`` once more, with what it was asked; its stored draft does not serve again.

    Raises:
        DraftInProgress: if the wording is being drafted, or waits for a draft that was asked for otherwise.
    """
    job = run.job
    if DraftJob.objects.filter(wording=job.wording_id, state__in=[JobState.QUEUED, JobState.PAUSED]).exists():
        raise DraftInProgress(
            f"{job.wording.provision.public_id} waits to be drafted already; repeat the run when that draft is there"
        )
    return request_draft(job.wording, by=by, instructions=job.instructions, parts=job.parts, base=job.base, repeats=run)


@transaction.atomic
def retry(jobs: QuerySet[DraftJob]) -> int:
    """Queue failed, cancelled, paused or waiting jobs to run at once, with all attempts before them; return how many.

    Not where the wording has another open job, and not what is done or being drafted.
    """
    ready = jobs.exclude(state__in=[JobState.DONE, JobState.RUNNING]).filter(~Exists(_open_jobs_of_the_wording()))
    latest = ready.order_by("wording_id", "-pk").distinct("wording_id").values_list("pk", flat=True)
    count = DraftJob.objects.filter(pk__in=list(latest)).update(
        state=JobState.QUEUED, attempts=0, profile_index=0, run_after=timezone.now()
    )
    if count:
        wake("jobs_queued")
    return count


def retry_cause(kind: str) -> int:
    """Queue all jobs again that failed for one kind of reason; return how many."""
    return retry(DraftJob.objects.filter(state=JobState.FAILED, error_kind=kind))


def cancel(jobs: QuerySet[DraftJob]) -> int:
    """Cancel waiting and paused jobs; return how many. What is being drafted goes on."""
    waiting = jobs.filter(state__in=[JobState.QUEUED, JobState.PAUSED])
    return waiting.update(state=JobState.CANCELLED, finished_at=timezone.now())


def pause(jobs: QuerySet[DraftJob]) -> int:
    """Keep waiting jobs back until somebody resumes them; return how many. What is being drafted goes on."""
    return jobs.filter(state=JobState.QUEUED).update(state=JobState.PAUSED)


def resume(jobs: QuerySet[DraftJob]) -> int:
    """Let paused jobs wait for their turn again, where they were; return how many."""
    count = jobs.filter(state=JobState.PAUSED).update(state=JobState.QUEUED)
    if count:
        wake("jobs_queued")
    return count
