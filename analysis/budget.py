"""The day's budget: jobs beyond it wait until the next day (UTC) instead of failing.

What is spent is added up from the runs; what is being spent is reckoned with what a call of this model may cost at
most. So the budget is not overrun by calls in flight, whichever machine they are made on.
"""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum
from django.utils import timezone

from analysis.holds import LOOK_AGAIN
from analysis.models import DraftJob, DraftRun, HoldCause, JobState
from analysis.prices import Price, price_of
from analysis.profiles import Profile
from atlas.config import load_config

CALLS_OF_A_DRAFT = 2  # what a draft may need with a second question; a third is rare


@dataclass(frozen=True)
class Stop:
    """Why no further job may be started, and until when."""

    cause: HoldCause
    words: str
    until: datetime.datetime


def spent(at: datetime.datetime) -> Decimal:
    """USD spent on the day (UTC) of ``at`` until now. One query on an index."""
    start = start_of_day(at)
    runs = DraftRun.objects.filter(
        created_at__gte=start, created_at__lt=start + datetime.timedelta(days=1), cost_usd__gt=0
    )
    return runs.aggregate(total=Sum("cost_usd"))["total"] or Decimal(0)


def affordable(profile: Profile, longest_answer: int) -> int | Stop:
    """How many more drafts by ``profile`` the day's budget can pay for, or why none. At most two queries.

    ``longest_answer``: in tokens. At least one draft may be started on a day, whatever it may cost.
    """
    budget = load_config().llm_daily_budget
    if budget is None:
        return 1_000_000
    now = timezone.now()
    price = price_now(profile, now)
    if price is None:
        return Stop(HoldCause.CONFIG, _price_missing(profile), now + LOOK_AGAIN)
    used = spent(now)
    running = DraftJob.objects.filter(state=JobState.RUNNING).count()
    at_most = most_of_a_draft(profile, price, longest_answer)
    room = int((budget - used) / at_most) - running if at_most else 1_000_000
    if room > 0 or (not used and not running):
        return max(room, 1)
    if running and used < budget:
        return 0  # what is being drafted may come out cheaper
    return Stop(HoldCause.BUDGET, _used_up(budget, used), start_of_day(now) + datetime.timedelta(days=1))


def price_now(profile: Profile, at: datetime.datetime) -> Price | None:
    return profile.price or price_of(profile.name, at.date())


def most_of_a_draft(profile: Profile, price: Price, longest_answer: int) -> Decimal:
    """USD that a draft may cost: a full context and the longest answer, with one more question."""
    return CALLS_OF_A_DRAFT * price.cost(profile.context_tokens - longest_answer, longest_answer)


def start_of_day(at: datetime.datetime) -> datetime.datetime:
    """When the budget's day (UTC) of ``at`` began."""
    return at.astimezone(datetime.UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _used_up(budget: Decimal, used: Decimal) -> str:
    return (
        f"The day's budget of {budget} USD is used up ({used:.2f} USD spent); another draft might go beyond it. "
        "Drafting goes on at midnight UTC, or when ATLAS_LLM_DAILY_BUDGET is raised and this hold is lifted"
    )


def _price_missing(profile: Profile) -> str:
    return (
        f"There is a daily budget, but what {profile.name} costs is not known: set ATLAS_LLM_PRICE "
        "(USD per million tokens, input/output), or take ATLAS_LLM_DAILY_BUDGET away"
    )
