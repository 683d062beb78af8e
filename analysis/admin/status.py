"""How drafting stands, for the operator: each number with the list that makes it. Five queries, on indexes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Min, Q, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from analysis import budget, outcomes
from analysis.admin.filters import UNPRICED, WEEK, today
from analysis.models import DraftJob, DraftRun, Hold, HoldCause, JobState, RunStatus
from analysis.profiles import configured_profiles
from analysis.queue import OPEN
from atlas.config import load_config


@dataclass(frozen=True)
class Number:
    """How many, and where they are listed."""

    count: int
    address: str


@dataclass(frozen=True)
class Failures:
    """Jobs that failed for one cause in the last seven days."""

    kind: str
    number: Number

    @property
    def words(self) -> str:
        return outcomes.in_words(self.kind)


@dataclass(frozen=True)
class Today:
    """What was drafted since midnight (UTC), and what it took."""

    drafts: Number
    runs: Number
    unpriced: Number
    input_tokens: int
    output_tokens: int


@dataclass(frozen=True)
class Status:
    waiting: Number
    oldest: datetime | None
    running: Number
    paused: Number
    failed: Number
    failures: tuple[Failures, ...]
    today: Today
    spent: Decimal
    budget: Decimal | None
    models: tuple[str, ...]
    holds: tuple[Hold, ...]
    spent_address: str

    @property
    def is_paused(self) -> bool:
        return any(hold.cause == HoldCause.PAUSED and not hold.profile for hold in self.holds)

    @property
    def budget_share(self) -> int | None:
        """In per cent."""
        return round(100 * self.spent / self.budget) if self.budget else None


def status_now(holds: Iterable[Hold]) -> Status:
    """``holds``: those that stand, with the people who set them."""
    states = _open_jobs()
    failures = _failures()
    return Status(
        waiting=_jobs(states.get(JobState.QUEUED, (0, None))[0], state="queued"),
        oldest=states.get(JobState.QUEUED, (0, None))[1],
        running=_jobs(states.get(JobState.RUNNING, (0, None))[0], state="running"),
        paused=_jobs(states.get(JobState.PAUSED, (0, None))[0], state="paused"),
        failed=_jobs(sum(each.number.count for each in failures), state="failed", ended="week"),
        failures=failures,
        today=_today(),
        spent=budget.spent(timezone.now()),
        budget=load_config().llm_daily_budget,
        models=tuple(profile.name for profile in configured_profiles()),
        holds=tuple(holds),
        spent_address=_list("run", when="today", cost="paid"),
    )


def standing_holds() -> list[Hold]:
    """One query."""
    return list(Hold.objects.standing(timezone.now()).select_related("set_by"))


def _open_jobs() -> dict[str, tuple[int, datetime | None]]:
    """State → how many jobs, and when the first of them was asked for."""
    rows = DraftJob.objects.filter(state__in=OPEN).order_by().values("state")
    counted = rows.annotate(count=Count("pk"), oldest=Min("created_at"))
    return {row["state"]: (row["count"], row["oldest"]) for row in counted}


def _failures() -> tuple[Failures, ...]:
    """The most frequent cause first."""
    failed = DraftJob.objects.filter(state=JobState.FAILED, finished_at__gte=timezone.now() - WEEK)
    counted = failed.order_by().values("error_kind").annotate(count=Count("pk")).order_by("-count", "error_kind")
    return tuple(
        Failures(
            row["error_kind"],
            _jobs(row["count"], state="failed", cause=row["error_kind"] or "none", ended="week"),
        )
        for row in counted
    )


def _today() -> Today:
    runs: dict[str, Any] = DraftRun.objects.filter(created_at__gte=today()).aggregate(
        runs=Count("pk"),
        drafts=Count("pk", filter=Q(status=RunStatus.DRAFTED)),
        unpriced=Count("pk", filter=UNPRICED),
        input_tokens=Sum("input_tokens"),
        output_tokens=Sum("output_tokens"),
    )
    return Today(
        drafts=Number(runs["drafts"], _list("run", when="today", status="drafted")),
        runs=Number(runs["runs"], _list("run", when="today")),
        unpriced=Number(runs["unpriced"], _list("run", when="today", cost="unknown")),
        input_tokens=runs["input_tokens"] or 0,
        output_tokens=runs["output_tokens"] or 0,
    )


def _jobs(count: int, **asked: str) -> Number:
    return Number(count, _list("job", **asked))


def _list(what: str, **asked: str) -> str:
    return f"{reverse(f'admin:analysis_draft{what}_changelist')}?{urlencode(asked)}"
