"""What Atlas holds of each document: since when, how often it looked, what it could not capture, and for how long."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, F, Min, Q, QuerySet, Window
from django.db.models.functions import Lag

from atlas.models import Capture, Document, Incident, Outcome, Provision, Version
from atlas.site.coverage import NOT_GOOD, good_captures

HELD = {"broken": "Cannot be captured now", "unstable": "Unstable pages"}
INCIDENTS_SHOWN = 3  # past ones of a document; the rest is a link away
LONG = timedelta(days=7)  # without a good capture: long enough that a change may have come and gone


@dataclass(frozen=True)
class Gap:
    """A time between two good captures that follow each other. What stood in it, nobody looked or could tell."""

    since: datetime
    until: datetime

    @property
    def days(self) -> int:
        return (self.until - self.since).days


@dataclass(frozen=True)
class Holding:
    """A document (from ``with_captures``) with what is held of it. ``gap`` is the longest, where it is long."""

    document: Document
    since: datetime | None
    looks: int
    held: int
    failed: int
    versions: int
    provisions: int
    open: Incident | None
    past: Sequence[Incident]
    is_unstable: bool
    gap: Gap | None

    @property
    def past_shown(self) -> Sequence[Incident]:
        return self.past[:INCIDENTS_SHOWN]


def held(documents: Iterable[Document], unstable: Collection[int]) -> list[Holding]:
    """The holdings of ``documents``; ``unstable`` are the keys of those that flap. Five queries."""
    documents = list(documents)
    keys = [row.pk for row in documents]
    looks = _looks(keys)
    versions = _per_document(Version.objects.filter(document__in=keys))
    provisions = _per_document(Provision.objects.in_force().filter(document__in=keys))
    incidents: dict[int, list[Incident]] = {}
    for incident in Incident.objects.filter(document__in=keys).order_by("-opened_at", "-pk"):
        incidents.setdefault(incident.document_id, []).append(incident)
    gaps = _longest_gaps(keys)
    return [
        Holding(
            document=row,
            **looks.get(row.pk, {"since": None, "looks": 0, "held": 0, "failed": 0}),
            versions=versions.get(row.pk, 0),
            provisions=provisions.get(row.pk, 0),
            open=next((it for it in incidents.get(row.pk, ()) if not it.closed_at), None),
            past=[it for it in incidents.get(row.pk, ()) if it.closed_at],
            is_unstable=row.pk in unstable,
            gap=gaps.get(row.pk),
        )
        for row in documents
    ]


def capture_totals() -> dict[str, int]:
    """All captures by what came of them. One query."""
    return Capture.objects.aggregate(
        looks=Count("pk"),
        held=Count("pk", filter=Q(outcome=Outcome.QUARANTINED)),
        failed=Count("pk", filter=Q(outcome=Outcome.FAILED)),
    )


def incident_totals() -> tuple[list[int], int]:
    """The keys of the documents that cannot be captured now, and how many incidents are past. One query."""
    is_open = Q(closed_at=None)
    found = Incident.objects.aggregate(
        broken=ArrayAgg("document", filter=is_open, default=[]), past=Count("pk", filter=~is_open)
    )
    return found["broken"], found["past"]


def _looks(keys: Sequence[int]) -> dict[int, dict[str, Any]]:
    rows = Capture.objects.filter(document__in=keys).order_by().values("document")
    rows = rows.annotate(
        since=Min("captured_at", filter=~Q(outcome__in=NOT_GOOD)),
        looks=Count("pk"),
        held=Count("pk", filter=Q(outcome=Outcome.QUARANTINED)),
        failed=Count("pk", filter=Q(outcome=Outcome.FAILED)),
    )
    names = ("since", "looks", "held", "failed")
    found = rows.values_list("document", *names)
    return {key: dict(zip(names, values, strict=True)) for key, *values in found}


def _longest_gaps(keys: Sequence[int]) -> dict[int, Gap]:
    before = Window(Lag("captured_at"), partition_by="document", order_by="sequence")
    looks = good_captures().filter(document__in=keys).annotate(before=before)
    apart = looks.filter(captured_at__gte=F("before") + LONG).order_by("document", F("before") - F("captured_at"))
    # The longest of a document comes first in the query, and is written last.
    gaps = list(apart.values_list("document", "before", "captured_at"))
    return {key: Gap(since, until) for key, since, until in reversed(gaps)}


def _per_document(rows: QuerySet[Any]) -> dict[int, int]:
    pairs: Iterable[tuple[int, int]] = rows.order_by().values_list("document").annotate(Count("pk"))
    return dict(pairs)
