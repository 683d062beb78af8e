"""What came of an attempt, written down: the run and the job's next state in one transaction, by the lease's holder."""

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import transaction
from django.utils import timezone

from analysis import leases
from analysis.attempt import Attempt
from analysis.models import DraftJob, DraftRun, JobState, RunStatus
from analysis.retries import judge_failure
from atlas.rooms import wake

logger = structlog.get_logger(__name__)


def store(job: DraftJob, token: UUID, attempt: Attempt) -> str:
    """Write the run and move the job, in one transaction, if ``token`` still holds it. Returns the outcome."""
    with transaction.atomic():
        mine = leases.held(token).filter(pk=job.pk).select_for_update().first()
        if mine is None:
            logger.warning("lease lost, result dropped", job=job.pk)
            return "lost"
        if attempt.analysis is not None:
            run = _store_draft(mine, attempt, attempt.analysis.content())
            outcome = "drafted"
        else:
            run = _store_failure(mine, attempt)
            outcome = "retrying" if mine.state == JobState.QUEUED else "failed"
    logger.info(outcome, job=job.pk, run=run.pk, kind=attempt.error_kind, seconds=attempt.fields.get("seconds"))
    return outcome


def _store_draft(job: DraftJob, attempt: Attempt, content: dict[str, object]) -> DraftRun:
    run = _store_run(job, attempt, status=RunStatus.DRAFTED, analysis=content)
    _move(job, JobState.DONE, finished_at=timezone.now())
    wake("drafts_finished")
    return run


def _store_failure(job: DraftJob, attempt: Attempt) -> DraftRun:
    run = _store_run(job, attempt, status=RunStatus.FAILED, error_kind=attempt.error_kind, error=attempt.error)
    verdict = judge_failure(
        attempt.error_kind,
        attempts=job.attempts,
        retry_after=attempt.retry_after,
        waiting=timezone.now() - _rate_limited_since(job),
    )
    job.error_kind, job.last_error = attempt.error_kind, attempt.error
    if verdict.delay_seconds is None:
        _move(job, JobState.FAILED, finished_at=timezone.now())
        return run
    if not verdict.charged:
        job.attempts -= 1
    job.run_after = timezone.now() + timedelta(seconds=verdict.delay_seconds)
    _move(job, JobState.QUEUED, finished_at=job.finished_at)
    return run


def _rate_limited_since(job: DraftJob) -> datetime:
    """When the service first refused this job for its rate; runs before an earlier failure don't count."""
    runs = job.runs.filter(error_kind="rate")
    if job.finished_at is not None:
        runs = runs.filter(created_at__gt=job.finished_at)
    first = runs.order_by("id").first()
    return first.created_at if first else timezone.now()


def _store_run(job: DraftJob, attempt: Attempt, **outcome: object) -> DraftRun:
    return DraftRun.objects.create(job=job, attempt=job.attempts, **attempt.fields, **outcome)


def _move(job: DraftJob, state: JobState, *, finished_at: datetime | None) -> None:
    """Give the lease up into ``state``."""
    if state == JobState.DONE:
        job.error_kind = job.last_error = ""
    job.state, job.finished_at, job.lease_token, job.lease_until = state, finished_at, None, None
    job.save()
