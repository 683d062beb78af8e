"""When a failed attempt is tried again, and with which model: the table of `docs/decisions/0006-drafter.md`. Pure.

| kind | tried again | attempt counts | then |
|---|---|---|---|
| transient | 5 times, then twice with the next model | yes | failed |
| timeout | twice, then twice with the next model | yes | failed |
| rate | for 24 hours, not before Retry-After | no | failed |
| empty | once | yes | failed |
| refused | once, with the next model | yes | failed |
| too_long | once, with less context | yes | failed |
| truncated | once, with a longer answer allowed | yes | failed |
| request, invalid, frozen_part, bug | no | | failed |
| config, budget | the model is held; the job waits, or goes to the next model | no | waits |
| lost (a worker died) | 5 attempts in all | yes | failed |
"""

import random
from dataclasses import dataclass
from datetime import timedelta

MOST_ATTEMPTS = 5  # of jobs whose worker died; charged at the claim, so a job that kills its worker ends too
RETRIES = {"transient": 5, "timeout": 2, "empty": 1, "too_long": 1, "truncated": 1}
RETRIES_OF_A_FALLBACK = {"transient": 2, "timeout": 2}
AT_ONCE = frozenset({"too_long", "truncated"})  # waiting would change nothing
HOLDING = frozenset({"config", "budget"})  # a person has to act first; the next job would fail alike
NEXT_MODEL = frozenset({"transient", "timeout", "refused"})  # not available, or declines; never "its answer was bad"
FIRST_DELAY, LONGEST_DELAY = 15.0, 900.0  # seconds
LONGEST_RETRY_AFTER = 3600.0
RATE_LIMIT_PATIENCE = timedelta(hours=24)


@dataclass(frozen=True)
class Verdict:
    """What becomes of a job: tried again after ``delay_seconds``, or (None) failed."""

    delay_seconds: float | None
    charged: bool = True
    next_model: bool = False


def judge_failure(
    kind: str,
    *,
    attempts: int,
    retry_after: float | None = None,
    waiting: timedelta = timedelta(0),
    is_fallback: bool = False,
    has_next_model: bool = False,
) -> Verdict:
    """What to do about a failure of ``kind``.

    ``attempts`` counts those with this model, this one too; ``waiting`` is how long the service has been at its rate
    limit for this job.
    """
    if kind in HOLDING:
        return Verdict(0.0, charged=False)
    if kind == "rate":
        patient = waiting < RATE_LIMIT_PATIENCE
        return Verdict(_delay(1, retry_after) if patient else None, charged=not patient)
    allowed = RETRIES_OF_A_FALLBACK.get(kind, RETRIES.get(kind, 0)) if is_fallback else RETRIES.get(kind, 0)
    if attempts <= allowed:
        return Verdict(0.0 if kind in AT_ONCE else _delay(attempts, retry_after))
    if kind in NEXT_MODEL and has_next_model:
        return Verdict(0.0, next_model=True)
    return Verdict(None)


def _delay(attempts: int, retry_after: float | None) -> float:
    backoff: float = min(LONGEST_DELAY, FIRST_DELAY * 2 ** (attempts - 1)) * random.uniform(0.75, 1.25)
    return max(backoff, min(retry_after or 0.0, LONGEST_RETRY_AFTER))
