"""By what the record is told apart in the admin's lists. The figures of the desk link here: the same conditions."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet

from review.metrics.figures import CORRECTION, FAST, MEASURED
from review.metrics.period import PERIODS, Period
from review.models import DecisionKind


class PeriodFilter(admin.SimpleListFilter):
    """The last so many days, as the figures count them."""

    title = "when"
    parameter_name = "days"
    column = ""

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(days), f"In the last {days} days") for days in PERIODS]

    def queryset(self, request: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value() or ""
        if chosen not in {str(days) for days in PERIODS}:
            return queryset
        return queryset.filter(**{f"{self.column}__gte": Period(int(chosen)).start})


class PublishedFilter(PeriodFilter):
    column = "published_at"


class DecidedFilter(PeriodFilter):
    column = "at"


class StandingFilter(admin.SimpleListFilter):
    title = "standing"
    parameter_name = "standing"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("live", "Live"),
            ("stale", "Live, about an earlier text"),
            ("superseded", "Superseded"),
            ("withdrawn", "Withdrawn"),
            ("retracted", "Retracted"),
        ]

    def queryset(self, request: Any, queryset: Any) -> QuerySet[Any]:
        ended = Q(withdrawn_at=None, retracted_at=None)
        return {  # type: ignore[no-any-return]
            "live": queryset.live,
            "stale": queryset.stale,
            "superseded": lambda: queryset.filter(ended, superseded_at__isnull=False),
            "withdrawn": lambda: queryset.filter(withdrawn_at__isnull=False, retracted_at=None),
            "retracted": lambda: queryset.filter(retracted_at__isnull=False),
        }.get(self.value() or "", queryset.all)()


class KindFilter(admin.SimpleListFilter):
    """Corrections replace an analysis of the same text."""

    title = "kind"
    parameter_name = "kind"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [("update", "New text analysed"), ("correction", "Correction")]

    def queryset(self, request: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
        conditions = {"update": ~CORRECTION, "correction": CORRECTION}
        return queryset.filter(conditions.get(self.value() or "", Q()))


class PaceFilter(admin.SimpleListFilter):
    """How fast an approval was given; only some were measured."""

    title = "pace of approval"
    parameter_name = "pace"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [("fast", "More than 600 words a minute"), ("unmeasured", "Not measured")]

    def queryset(self, request: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
        approvals = Q(kind=DecisionKind.APPROVE)
        conditions = {"fast": approvals & FAST, "unmeasured": approvals & ~MEASURED}
        return queryset.filter(conditions.get(self.value() or "", Q()))
