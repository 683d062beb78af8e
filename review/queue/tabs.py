"""The tabs of the queue. An open edition is in one of them for everybody; what is yours is in “Mine” as well."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When

from analysis.models import DraftJob, JobState
from atlas.models import Publication, User
from review.models import Decision, Edition, EditionQuerySet, State
from review.queue.lines import Row, edition_line, job_line, publication_line, stale_line

RECENT = timedelta(days=14)
PLACES = frozenset({"unclaimed", "at_work", "changes", "second", "scheduled"})  # where an open edition can wait


@dataclass(frozen=True)
class Tab:
    """One list. ``rows`` are those for a person at a time; ``prefix`` leads from a row to its provision."""

    key: str
    label: str
    empty: str
    rows: Callable[[User, datetime], QuerySet[Any]]
    line: Callable[[Any], Row]
    since: str = "Waiting since"
    prefix: str = ""
    is_of_editions: bool = True


def _held(now: datetime) -> Q:
    """Somebody has claimed it, or it was given to somebody who is still here. A claim that ran out is none."""
    return Q(claimed_until__gt=now) | Q(assigned_to__isnull=False, assigned_to__is_active=True)


def _approved_once() -> Exists:
    """The head has an approval that counts, but not yet enough of them. Answered from an index alone."""
    return Exists(Decision.objects.filter(revision=OuterRef("head"), round=OuterRef("round"), kind="approve"))


def placed(now: datetime) -> EditionQuerySet:
    """Open editions, each with the ``place`` it waits in: the key of its tab for everybody."""
    place = Case(
        When(state=State.CHANGES_REQUESTED, then=Value("changes")),
        When(state=State.APPROVED, then=Value("scheduled")),
        When(_approved_once(), then=Value("second")),
        When(_held(now), then=Value("at_work")),
        default=Value("unclaimed"),
    )
    return Edition.objects.open().annotate(place=place)


def _placed(key: str, state: State) -> Callable[[User, datetime], QuerySet[Edition]]:
    return lambda by, now: placed(now).filter(Q(place=key), state=state).in_order(now)


def _mine(by: User, now: datetime) -> QuerySet[Edition]:
    mine = Q(claimed_by=by, claimed_until__gt=now) | Q(assigned_to=by)
    return Edition.objects.open().filter(mine).in_order(now)


def _scheduled(by: User, now: datetime) -> QuerySet[Edition]:
    return Edition.objects.filter(state=State.APPROVED).order_by("publish_at", "pk")


def _stale(by: User, now: datetime) -> QuerySet[Publication]:
    return Publication.objects.stale().order_by("-published_at", "-pk")


def _failed(by: User, now: datetime) -> QuerySet[DraftJob]:
    """Those that nobody has asked for again since."""
    later = DraftJob.objects.filter(wording__provision=OuterRef("wording__provision"), pk__gt=OuterRef("pk"))
    return DraftJob.objects.filter(~Exists(later), state=JobState.FAILED).order_by("-finished_at", "-id")


def _recent(by: User, now: datetime) -> QuerySet[Publication]:
    return Publication.objects.filter(published_at__gt=now - RECENT).order_by("-published_at", "-pk")


_WHAT_NEEDS_TWO = "High exposure, waived checks and corrections come here."
_HOW_DRAFTS_ARRIVE = "Drafts arrive by themselves when a provision changes; on a provision's page you can ask for one."
TABS = (
    Tab(
        "unclaimed",
        "Unclaimed",
        f"Nothing waits that nobody has. {_HOW_DRAFTS_ARRIVE}",
        _placed("unclaimed", State.IN_REVIEW),
        edition_line,
    ),
    Tab(
        "mine",
        "Mine",
        "You have claimed nothing, and nothing is assigned to you. “Start reviewing” gives you the next one.",
        _mine,
        edition_line,
    ),
    Tab("at_work", "With somebody", "Nobody is at work on a draft.", _placed("at_work", State.IN_REVIEW), edition_line),
    Tab(
        "changes",
        "Changes requested",
        "No text is with the drafter or waiting to be edited.",
        _placed("changes", State.CHANGES_REQUESTED),
        edition_line,
    ),
    Tab(
        "second",
        "Second approval needed",
        f"Nothing waits for a second person. {_WHAT_NEEDS_TWO}",
        _placed("second", State.IN_REVIEW),
        edition_line,
    ),
    Tab(
        "scheduled",
        "Scheduled",
        "Nothing approved waits for its hour. When you approve, “Publish later” sets one.",
        _scheduled,
        edition_line,
    ),
    Tab(
        "stale",
        "Stale published",
        "Every analysis that readers see describes the text in force.",
        _stale,
        stale_line,
        since="Published",
        is_of_editions=False,
    ),
    Tab(
        "failed",
        "Failed drafts",
        "No draft has failed.",
        _failed,
        job_line,
        since="Failed",
        prefix="wording__",
        is_of_editions=False,
    ),
    Tab(
        "recent",
        "Recently published",
        "Nothing was published in the last 14 days. Approve a waiting draft, and it appears here.",
        _recent,
        publication_line,
        since="Published",
        is_of_editions=False,
    ),
)
