"""By what jobs and runs are told apart. Every choice is fixed, so that a list asks the database for none.

The numbers of the status strip link here: a number and its list come from the same condition.
"""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.utils import timezone

from analysis import outcomes
from analysis.budget import start_of_day
from analysis.models import JobState, RunStatus
from analysis.priorities import NOISE, REQUESTED, WATCHED
from analysis.prompts import releases

WEEK = timedelta(days=7)
UNPRICED = Q(drafter="model", cost_usd=None, input_tokens__isnull=False)


def today() -> datetime:
    """When the day of the budget began."""
    return start_of_day(timezone.now())


class Choice(admin.SimpleListFilter):
    """A filter whose choices are named with their conditions."""

    def conditions(self) -> dict[str, tuple[str, Q]]:
        """Value → words and condition."""
        raise NotImplementedError

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [(value, words) for value, (words, _) in self.conditions().items()]

    def queryset(self, request: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.conditions().get(self.value() or "")
        return queryset.filter(chosen[1]) if chosen else queryset


class StateFilter(Choice):
    title = "state"
    parameter_name = "state"

    def conditions(self) -> dict[str, tuple[str, Q]]:
        return {value: (label, Q(state=value)) for value, label in JobState.choices}


class CauseFilter(Choice):
    """Why a job failed, or was put off the last time."""

    title = "cause of failure"
    parameter_name = "cause"

    def conditions(self) -> dict[str, tuple[str, Q]]:
        named = {kind: (words, Q(error_kind=kind)) for kind, words in outcomes.KINDS.items()}
        return named | {"none": (outcomes.NAMELESS, Q(error_kind=""))}


class EndedFilter(Choice):
    title = "ended"
    parameter_name = "ended"

    def conditions(self) -> dict[str, tuple[str, Q]]:
        return {
            "today": ("Today (UTC)", Q(finished_at__gte=today())),
            "week": ("In the last 7 days", Q(finished_at__gte=timezone.now() - WEEK)),
        }


class PriorityFilter(Choice):
    title = "priority"
    parameter_name = "goes"

    def conditions(self) -> dict[str, tuple[str, Q]]:
        return {
            "first": ("First: somebody asked for it", Q(priority__gte=REQUESTED)),
            "watched": ("Watched", Q(priority__gte=WATCHED, priority__lt=REQUESTED)),
            "weighty": ("Medium or high exposure", Q(priority__gt=0, priority__lt=WATCHED)),
            "turn": ("In turn", Q(priority=0)),
            "last": ("Last: noise", Q(priority__lte=NOISE)),
        }


class OutcomeFilter(Choice):
    title = "outcome"
    parameter_name = "status"

    def conditions(self) -> dict[str, tuple[str, Q]]:
        return {value: (label, Q(status=value)) for value, label in RunStatus.choices}


class RunCauseFilter(CauseFilter):
    def conditions(self) -> dict[str, tuple[str, Q]]:
        return {kind: choice for kind, choice in super().conditions().items() if kind not in ("none", "set_aside")}


class WhenFilter(Choice):
    title = "when"
    parameter_name = "when"

    def conditions(self) -> dict[str, tuple[str, Q]]:
        return {
            "today": ("Today (UTC)", Q(created_at__gte=today())),
            "week": ("In the last 7 days", Q(created_at__gte=timezone.now() - WEEK)),
        }


class CostFilter(Choice):
    title = "cost"
    parameter_name = "cost"

    def conditions(self) -> dict[str, tuple[str, Q]]:
        return {
            "paid": ("More than nothing", Q(cost_usd__gt=0)),
            "unknown": ("Price not known", UNPRICED),
            "reused": ("None: an earlier draft served again", Q(reused__isnull=False)),
        }


class PromptFilter(Choice):
    title = "prompt"
    parameter_name = "prompt"

    def conditions(self) -> dict[str, tuple[str, Q]]:
        return {
            f"{release.name}-{release.version}": (
                f"{release.name} {release.version}",
                Q(prompt_name=release.name, prompt_version=release.version),
            )
            for release in releases()
        }
