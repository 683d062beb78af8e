"""What came of attempts, written down: runs and the jobs' next states in one transaction, by the lease's holder."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import DatabaseError, OperationalError, transaction
from django.utils import timezone

from analysis import holds, leases
from analysis.attempt import Attempt
from analysis.freezing import hold_to_frozen_parts
from analysis.grounding import spans_of, versions_of
from analysis.models import DraftJob, DraftRun, HoldCause, JobState, RunStatus
from analysis.profiles import configured_profiles
from analysis.retries import FIRST_DELAY, judge_failure
from atlas.rooms import wake

logger = structlog.get_logger(__name__)

BUG = "Something went wrong on our side; the log has it under this job"
CAUSES = {"config": HoldCause.CONFIG, "budget": HoldCause.QUOTA, "rate": HoldCause.RATE}


Result = tuple[DraftJob, Attempt]


def store(job: DraftJob, token: UUID, attempt: Attempt) -> str:
    """Write one result; returns its outcome."""
    return store_all([(job, attempt)], token)[0]


def store_all(results: Sequence[Result], token: UUID) -> list[str]:
    """Write runs and move jobs, those that ``token`` still holds. The outcomes, in the order of ``results``.

    In one transaction; where the database refuses it, each in one of its own, so that one bad row loses no other.

    Raises:
        OperationalError: if the database went away. That says nothing of the results: leases run out, jobs come back.
    """
    try:
        return _store(results, token)
    except OperationalError:
        raise
    except DatabaseError as error:
        if len(results) == 1:
            job, attempt = results[0]
            logger.error("result not storable", job=job.pk, error=type(error).__name__, why=_reason(error))
            return _store([(job, _unstorable(attempt))], token)
        return [store(job, token, attempt) for job, attempt in results]


@transaction.atomic
def _store(results: Sequence[Result], token: UUID) -> list[str]:
    keys = [job.pk for job, _ in results]
    mine = {job.pk: job for job in _locked(keys, token)}
    found = [(mine[job.pk], attempt) for job, attempt in results if job.pk in mine]
    held = [(job, hold_to_frozen_parts(job, attempt)) for job, attempt in found]
    runs = [_run(job, attempt) for job, attempt in held]
    for run in runs:  # together, their texts would be escaped into arrays, which takes longer than to send each
        run.save(force_insert=True)
    drafted = [job for job, attempt in held if attempt.analysis is not None]
    _finish(drafted)
    outcomes = dict.fromkeys(keys, "lost") | dict.fromkeys((job.pk for job in drafted), "drafted")
    outcomes |= {job.pk: _fail(job, attempt) for job, attempt in held if attempt.analysis is None}
    _note_answers(attempt for _, attempt in held)
    for (job, attempt), run in zip(held, runs, strict=True):
        logger.info(outcomes[job.pk], job=job.pk, run=run.pk, kind=attempt.error_kind, seconds=run.seconds)
    for key in set(keys) - set(mine):
        logger.warning("lease lost, result dropped", job=key)
    return [outcomes[key] for key in keys]


def _locked(keys: Sequence[int], token: UUID) -> Iterable[DraftJob]:
    jobs = leases.held(token).filter(pk__in=keys).select_related("wording")
    return jobs.select_for_update(of=("self",)).order_by("pk")


def _run(job: DraftJob, attempt: Attempt) -> DraftRun:
    outcome: dict[str, Any] = {"status": RunStatus.DRAFTED}
    if attempt.analysis is None:
        outcome = {"status": RunStatus.FAILED, "error_kind": attempt.error_kind, "error": attempt.error}
    else:
        content = attempt.analysis.content()
        spans = spans_of(content, job.wording.text, versions_of(content))
        outcome |= {"analysis": content, "quote_spans": [asdict(span) for span in spans]}
    fields = {"queue_seconds": _waited(job, attempt), **attempt.fields}
    return DraftRun(job=job, attempt=job.attempts, **fields, **outcome)


def _reason(error: DatabaseError) -> str:
    """What the database says, without its second line: that repeats the row, and with it the texts."""
    return str(error).partition("\n")[0]


def _waited(job: DraftJob, attempt: Attempt) -> float:
    """Seconds that the job had been due when it was begun."""
    waited = (timezone.now() - job.run_after).total_seconds() - float(attempt.fields.get("seconds") or 0)
    return round(max(waited, 0.0), 3)


def _finish(jobs: Sequence[DraftJob]) -> None:
    if jobs:
        DraftJob.objects.filter(pk__in=[job.pk for job in jobs]).update(
            state=JobState.DONE, finished_at=timezone.now(), error_kind="", last_error="", **leases.NO_LEASE
        )
        wake("drafts_finished")


def _fail(job: DraftJob, attempt: Attempt) -> str:
    """Move the job of a failed attempt: to be tried again, or failed."""
    models = len(configured_profiles())
    verdict = judge_failure(
        attempt.error_kind,
        attempts=job.attempts,
        retry_after=attempt.retry_after,
        waiting=_waiting(job) if attempt.error_kind == "rate" else timedelta(0),
        is_fallback=job.profile_index > 0,
        has_next_model=job.profile_index + 1 < models,
    )
    _hold(attempt)
    job.error_kind, job.last_error = attempt.error_kind, attempt.error
    job.lease_token = job.lease_until = None
    if verdict.delay_seconds is None:
        job.state, job.finished_at = JobState.FAILED, timezone.now()
    else:
        job.state = JobState.QUEUED
        job.run_after = timezone.now() + timedelta(seconds=verdict.delay_seconds)
    if verdict.next_model:
        job.profile_index, job.attempts = job.profile_index + 1, 0
    elif not verdict.charged:
        job.attempts -= 1
    job.save()
    return "failed" if job.state == JobState.FAILED else "retrying"


def _hold(attempt: Attempt) -> None:
    """Hold the model back where the next job would fail alike, for every worker to see."""
    cause = CAUSES.get(attempt.error_kind)
    if cause is None:
        return
    pause = timedelta(seconds=attempt.retry_after if attempt.retry_after is not None else FIRST_DELAY)
    until = timezone.now() + (pause if cause == HoldCause.RATE else holds.LOOK_AGAIN)
    holds.hold(cause, attempt.error, profile=str(attempt.fields.get("model_requested") or ""), until=until)


def _note_answers(attempts: Iterable[Attempt]) -> None:
    """A model that answered is not held any more."""
    every = [attempt.fields for attempt in attempts]
    for model in {
        fields["model_requested"] for fields in every if fields.get("model_returned") and fields.get("calls")
    }:
        holds.answered(model)


def _waiting(job: DraftJob) -> timedelta:
    """How long the service has refused this job for its rate; runs before an earlier failure don't count."""
    runs = job.runs.filter(error_kind="rate")
    if job.finished_at is not None:
        runs = runs.filter(created_at__gt=job.finished_at)
    first = runs.order_by("id").first()
    return timezone.now() - first.created_at if first else timedelta(0)


def _unstorable(attempt: Attempt) -> Attempt:
    """What is stored instead of a result that the database does not take."""
    kept = ("drafter", "model_requested", "input_sha256", "seconds")
    return Attempt(fields={name: attempt.fields[name] for name in kept if name in attempt.fields}).fail("bug", BUG)
