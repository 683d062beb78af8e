"""The queue: what waits for whom. One tab is one list; its count and its list come from the same query set."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.template.defaultfilters import pluralize
from django.urls import reverse
from django.utils import timezone

from analysis.models import DraftJob, JobState, Reason
from atlas.models import Platform, Publication, User
from review.desk.loading import HEAVY
from review.models import Decision, Edition, Finding, Revision, State

PAGE_SIZE = 25
RECENT = timedelta(days=14)
_TEXTS = ("summary", "why_it_matters", "practical_effect", "regulatory_landscape", "governance_exposure")


@dataclass(frozen=True)
class Filters:
    platform: str = ""
    exposure: str = ""
    search: str = ""


@dataclass(frozen=True)
class Row:
    """One line of any tab."""

    provision: Any
    title: str
    url: str
    exposure: str
    cause: str
    drafter: str
    since: datetime
    findings: str = ""
    note: str = ""
    claimed_by: str = ""


@dataclass(frozen=True)
class Tab:
    key: str
    label: str
    empty: str
    rows: Callable[[User], QuerySet[Any]]
    line: Callable[[Any], Row]
    since: str = "Waiting since"
    prefix: str = ""  # from a row to its provision

    def filtered(self, by: User, filters: Filters) -> QuerySet[Any]:
        rows = self.rows(by)
        if filters.platform:
            rows = rows.filter(**{f"{self.prefix}provision__document__platform__slug": filters.platform})
        if filters.exposure and self.key != "failed":
            rows = rows.filter(**{_EXPOSURE[rows.model]: filters.exposure})
        if filters.search:
            rows = rows.filter(
                Q(**{f"{self.prefix}provision__title__icontains": filters.search})
                | Q(**{f"{self.prefix}provision__document__name__icontains": filters.search})
                | Q(**{f"{self.prefix}provision__document__platform__name__icontains": filters.search})
            )
        return rows


_EXPOSURE: dict[type[Any], str] = {Edition: "head__exposure_level", Publication: "exposure_level"}


def _approved_once() -> Exists:
    """The head has an approval that counts, but not yet enough of them."""
    return Exists(
        Decision.objects.filter(
            edition=OuterRef("pk"), revision=OuterRef("head"), round=OuterRef("round"), kind="approve"
        )
    )


def _waiting(by: User) -> QuerySet[Edition]:
    return Edition.objects.filter(state=State.IN_REVIEW)


def _mine(by: User) -> QuerySet[Edition]:
    return Edition.objects.open().filter(claimed_by=by, claimed_until__gt=timezone.now())


def _changes(by: User) -> QuerySet[Edition]:
    return Edition.objects.filter(state=State.CHANGES_REQUESTED)


def _second(by: User) -> QuerySet[Edition]:
    return Edition.objects.filter(_approved_once(), state=State.IN_REVIEW)


def _stale(by: User) -> QuerySet[Publication]:
    return Publication.objects.stale().order_by("-published_at")


def _failed(by: User) -> QuerySet[DraftJob]:
    """Those that nobody has asked for again since."""
    later = DraftJob.objects.filter(wording__provision=OuterRef("wording__provision"), pk__gt=OuterRef("pk"))
    return DraftJob.objects.filter(~Exists(later), state=JobState.FAILED).order_by("-finished_at", "-id")


def _recent(by: User) -> QuerySet[Publication]:
    return Publication.objects.filter(published_at__gt=timezone.now() - RECENT).order_by("-published_at")


def _edition_line(edition: Edition) -> Row:
    assert edition.head is not None
    busy = edition.claimed_by and edition.claimed_until and edition.claimed_until > timezone.now()
    return Row(
        provision=edition.provision,
        title=edition.head.title,
        url=reverse("admin:review_edition_desk", args=[edition.pk]),
        exposure=edition.head.exposure_level,
        cause=str(dict(Reason.choices).get(edition.cause, "Started by hand")),  # type: ignore[attr-defined]
        drafter=edition.head.author_words,
        since=edition.opened_at,
        findings=_finding_words(edition.blockers, edition.warnings),  # type: ignore[attr-defined]
        note="The provision has changed since" if edition.provision_changed else "",
        claimed_by=edition.claimed_by.shown_name if busy and edition.claimed_by else "",
    )


def _finding_words(blockers: int, warnings: int) -> str:
    parts = [
        f"{blockers} blocking" if blockers else "",
        f"{warnings} warning{'s' * (warnings > 1)}" if warnings else "",
    ]
    return ", ".join(part for part in parts if part) or "all passed"


def _publication_line(publication: Publication) -> Row:
    return Row(
        provision=publication.provision,
        title=publication.title,
        url=reverse("admin:atlas_publication_change", args=[publication.pk]),
        exposure=publication.exposure_level,
        cause="Live" if publication.is_live else "No longer live",
        drafter=publication.drafter,
        since=publication.published_at,
        note=f"{publication.public_id}, version {publication.number}",
    )


def _stale_line(publication: Publication) -> Row:
    removed = publication.provision.removed_at is not None
    cause = "The provision was removed" if removed else "The provision changed"
    return replace(_publication_line(publication), cause=cause)


def _job_line(job: DraftJob) -> Row:
    return Row(
        provision=job.wording.provision,
        title=job.wording.provision.title,
        url=reverse("admin:review_provision_draft", args=[job.wording.provision_id]),
        exposure="",
        cause=job.get_reason_display(),
        drafter=f"Failed after {job.attempts} attempt{pluralize(job.attempts)}",
        since=job.finished_at or job.created_at,
        note=job.last_error[:200],
    )


_WHAT_NEEDS_TWO = "High exposure, waived checks and corrections come here."
_HOW_DRAFTS_ARRIVE = "Drafts arrive by themselves when a provision changes; on a provision's page you can ask for one."
TABS = (
    Tab("waiting", "Waiting for review", f"Nothing waits. {_HOW_DRAFTS_ARRIVE}", _waiting, _edition_line),
    Tab("mine", "Mine", "You have claimed nothing. “Start reviewing” gives you the next one.", _mine, _edition_line),
    Tab(
        "changes", "Changes requested", "No text is with the drafter or waiting to be edited.", _changes, _edition_line
    ),
    Tab(
        "second",
        "Second approval needed",
        f"Nothing waits for a second person. {_WHAT_NEEDS_TWO}",
        _second,
        _edition_line,
    ),
    Tab(
        "stale",
        "Stale published",
        "Every analysis that readers see describes the text in force.",
        _stale,
        _stale_line,
        since="Published",
    ),
    Tab("failed", "Failed drafts", "No draft has failed.", _failed, _job_line, since="Failed", prefix="wording__"),
    Tab(
        "recent",
        "Recently published",
        "Nothing was published in the last 14 days. Approve a waiting draft, and it appears here.",
        _recent,
        _publication_line,
        since="Published",
    ),
)


def counts(by: User) -> dict[str, int]:
    """How many rows each tab has. One query."""
    first, *others = [
        tab.rows(by)
        .order_by()
        .annotate(tab=Value(tab.key))
        .values("tab")
        .annotate(n=Count("pk"))
        .values_list("tab", "n")
        for tab in TABS
    ]
    found = dict(first.union(*others, all=True))
    return {tab.key: found.get(tab.key, 0) for tab in TABS}


def page_of(tab: Tab, by: User, filters: Filters, number: int) -> tuple[list[Row], bool]:
    """The rows of page ``number`` (1 is the first), and whether there are more. One query."""
    start = (number - 1) * PAGE_SIZE
    found = list(_for_lines(tab.filtered(by, filters))[start : start + PAGE_SIZE + 1])
    return [tab.line(row) for row in found[:PAGE_SIZE]], len(found) > PAGE_SIZE


def _for_lines(rows: Any) -> Any:
    if rows.model is DraftJob:
        return rows.select_related("wording__provision__document__platform")
    if rows.model is Publication:
        return rows.select_related("provision__document__platform").defer(*_TEXTS)
    heavy = [f"head__draft_run__{column}" for column in HEAVY] + [f"head__{name}" for name in _TEXTS]
    return (
        rows.select_related(
            "provision__document__platform",
            "provision__current_wording",
            "wording",
            "head__author",
            "head__draft_run__job",
            "claimed_by",
        )
        .defer(*heavy, "wording__text", "provision__current_wording__text")
        .annotate(blockers=_count("blocker"), warnings=_count("warning"), cause=_cause())
    )


def _count(severity: str) -> Coalesce:
    """Counted for the rows shown alone: a join would count for the whole queue before its first page."""
    found = Finding.objects.filter(revision=OuterRef("head"), severity=severity).order_by()
    return Coalesce(Subquery(found.values("revision").annotate(n=Count("pk")).values("n")), 0)


def _cause() -> Subquery:
    first = Revision.objects.filter(edition=OuterRef("pk")).order_by("number")
    return Subquery(first.values("draft_run__job__reason")[:1])


def platforms() -> list[tuple[str, str]]:
    """Slug and name of every platform, for the filter."""
    return list(Platform.objects.order_by("name").values_list("slug", "name"))
