"""From a row of the queue to what its line says, and how rows are read for that."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.template.defaultfilters import pluralize
from django.urls import reverse
from django.utils import timezone

from analysis.models import DraftJob, Reason
from atlas.models import Publication
from review.desk.revisions import HEAVY
from review.due_dates import in_words
from review.models import Decision, Edition, EditionKind, Finding, Revision
from review.scheduling import last_refusal

_TEXTS = ("summary", "why_it_matters", "practical_effect", "regulatory_landscape", "governance_exposure")


@dataclass(frozen=True)
class Row:
    """One line of any tab. ``selects`` is what a check box posts: the edition's key and lock version."""

    provision: Any
    title: str
    url: str
    exposure: str
    cause: str
    drafter: str
    since: datetime
    findings: str = ""
    notes: tuple[str, ...] = ()
    due: str = ""
    is_overdue: bool = False
    selects: str = ""


def edition_line(edition: Edition) -> Row:
    assert edition.head is not None
    now = timezone.now()
    return Row(
        provision=edition.provision,
        title=edition.head.title,
        url=reverse("admin:review_edition_desk", args=[edition.pk]),
        exposure=edition.head.exposure_level,
        cause=str(dict(Reason.choices).get(edition.cause, "Started by hand")),  # type: ignore[attr-defined]
        drafter=edition.head.author_words,
        since=edition.opened_at,
        findings=_finding_words(edition.blockers, edition.warnings),  # type: ignore[attr-defined]
        notes=tuple(note for note in _notes(edition, now) if note),
        due=in_words(edition.due_at, now),
        is_overdue=edition.due_at is not None and edition.due_at < now,
        selects=f"{edition.pk}:{edition.lock_version}",
    )


def _notes(edition: Edition, now: datetime) -> list[str]:
    busy = edition.claimed_by and edition.claimed_until and edition.claimed_until > now
    approvals = edition.approvals  # type: ignore[attr-defined]
    return [
        "The provision has changed since" if edition.provision_changed else "",
        f"{edition.claimed_by.shown_name} is at work until {edition.claimed_until:%H:%M} UTC"
        if busy and edition.claimed_by and edition.claimed_until
        else "",
        f"Assigned to {edition.assigned_to.shown_name}" if edition.assigned_to else "",
        f"{approvals} of 2 approvals" if approvals and edition.closed_at is None and not edition.publish_at else "",
        f"To be published {edition.publish_at:%-d %b %Y, %H:%M} UTC" if edition.publish_at else "",
        f"Not published at its hour: {edition.refusal}" if edition.refusal and edition.publish_at else "",  # type: ignore[attr-defined]
        "Corrects a publication" if edition.kind == EditionKind.CORRECTION else "",
    ]


def _finding_words(blockers: int, warnings: int) -> str:
    parts = [
        f"{blockers} blocking" if blockers else "",
        f"{warnings} warning{pluralize(warnings)}" if warnings else "",
    ]
    return ", ".join(part for part in parts if part) or "All passed"


def publication_line(publication: Publication) -> Row:
    return Row(
        provision=publication.provision,
        title=publication.title,
        url=reverse("admin:atlas_publication_change", args=[publication.pk]),
        exposure=publication.exposure_level,
        cause="Live" if publication.is_live else "No longer live",
        drafter=publication.drafter,
        since=publication.published_at,
        notes=(f"{publication.public_id}, version {publication.number}",),
    )


def stale_line(publication: Publication) -> Row:
    removed = publication.provision.removed_at is not None
    return replace(
        publication_line(publication), cause="The provision was removed" if removed else "The provision changed"
    )


def job_line(job: DraftJob) -> Row:
    return Row(
        provision=job.wording.provision,
        title=job.wording.provision.title,
        url=reverse("admin:review_provision_draft", args=[job.wording.provision_id]),
        exposure="",
        cause=job.get_reason_display(),
        drafter=f"Failed after {job.attempts} attempt{pluralize(job.attempts)}",
        since=job.finished_at or job.created_at,
        notes=(job.last_error[:200],) if job.last_error else (),
    )


def for_lines(rows: Any) -> Any:
    """``rows`` with what their lines say, in the same query."""
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
            "assigned_to",
        )
        .defer(*heavy, "wording__text", "provision__current_wording__text")
        .annotate(
            blockers=_findings("blocker"),
            warnings=_findings("warning"),
            approvals=_approvals(),
            cause=_first_cause(),
            refusal=last_refusal(),
        )
    )


def _findings(severity: str) -> Coalesce:
    """Counted for the rows shown alone: a join would count for the whole queue before its first page."""
    found = Finding.objects.filter(revision=OuterRef("head"), severity=severity).order_by()
    return Coalesce(Subquery(found.values("revision").annotate(n=Count("pk")).values("n")), 0)


def _approvals() -> Coalesce:
    counting = Q(revision=OuterRef("head"), round=OuterRef("round"), kind="approve")
    found = Decision.objects.filter(counting).order_by()
    return Coalesce(Subquery(found.values("revision").annotate(n=Count("pk")).values("n")), 0)


def _first_cause() -> Subquery:
    first = Revision.objects.filter(edition=OuterRef("pk"), number=1)
    return Subquery(first.values("draft_run__job__reason")[:1])
