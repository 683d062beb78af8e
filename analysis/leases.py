"""Who works on which job. A claim is a lease with a token; only its holder may finish the job.

Every function is one short transaction, a heartbeat too; none is open while a model is called. Time is the database's
clients' clock: the lease is much longer than any skew.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import structlog
from django.db import DatabaseError, InterfaceError, connections, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from analysis.holds import lift_ended
from analysis.models import DraftJob, JobState
from analysis.retries import MOST_ATTEMPTS
from atlas.rooms import wake

logger = structlog.get_logger(__name__)

LEASE = timedelta(seconds=60)
HEARTBEAT_SECONDS = LEASE.total_seconds() / 3
NO_LEASE = {"lease_token": None, "lease_until": None}
LOST = "The worker that drafted it stopped without a word"


def ready(*, provision_id: int | None = None) -> QuerySet[DraftJob]:
    """Jobs that could be claimed now, the most urgent first."""
    jobs = DraftJob.objects.filter(state=JobState.QUEUED, run_after__lte=timezone.now())
    return jobs.filter(wording__provision_id=provision_id) if provision_id is not None else jobs


@transaction.atomic
def claim(token: UUID, count: int, *, provision_id: int | None = None) -> list[DraftJob]:
    """Lease up to ``count`` ready jobs to ``token``, passing over those that others are claiming."""
    jobs = list(ready(provision_id=provision_id).select_for_update(skip_locked=True, of=("self",))[:count])
    DraftJob.objects.filter(pk__in=[job.pk for job in jobs]).update(
        state=JobState.RUNNING, lease_token=token, lease_until=timezone.now() + LEASE, attempts=F("attempts") + 1
    )
    return list(held(token).filter(pk__in=[job.pk for job in jobs]).select_related("change__old_wording"))


def held(token: UUID) -> QuerySet[DraftJob]:
    return DraftJob.objects.filter(state=JobState.RUNNING, lease_token=token)


def extend(token: UUID) -> int:
    """Heartbeat: the lease of all jobs of ``token`` counts from now."""
    return held(token).update(lease_until=timezone.now() + LEASE)


def release(token: UUID, job_ids: Sequence[int]) -> int:
    """Hand jobs back as if they had not been claimed: a stopping worker charges no attempt."""
    return held(token).filter(pk__in=job_ids).update(state=JobState.QUEUED, attempts=F("attempts") - 1, **NO_LEASE)


@transaction.atomic
def sweep() -> int:
    """Take back jobs whose lease ran out (after five attempts they failed) and wake a drain if any wait."""
    expired = DraftJob.objects.filter(state=JobState.RUNNING, lease_until__lt=timezone.now())
    failed = expired.filter(attempts__gte=MOST_ATTEMPTS).update(
        state=JobState.FAILED,
        error_kind="lost",
        last_error=f"{LOST}, {MOST_ATTEMPTS} times",
        finished_at=timezone.now(),
        **NO_LEASE,
    )
    back = expired.update(
        state=JobState.QUEUED, error_kind="lost", last_error=LOST, run_after=timezone.now(), **NO_LEASE
    )
    lift_ended()
    if ready().exists():
        wake("jobs_queued")
    return failed + back


async def keep(token: UUID) -> None:
    """Heartbeat, on a thread and a connection of its own: work that waits for the database does not hold it up."""
    while True:
        await asyncio.sleep(HEARTBEAT_SECONDS)
        await asyncio.to_thread(_beat, token)


def _beat(token: UUID) -> None:
    try:
        extend(token)
    except (DatabaseError, InterfaceError):
        logger.warning("heartbeat missed", exc_info=True)  # the lease outlasts two; its loss is found when storing
    finally:
        connections.close_all()
