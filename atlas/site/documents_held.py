"""What Atlas holds of each document: since when, how often it looked, what it could not capture, and for how long."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import BooleanField, Count, ExpressionWrapper, F, Min, Q, QuerySet, Window
from django.db.models.functions import Lag, RowNumber

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
    """A document (from ``with_captures``) with what is held of it. ``past`` are the latest of ``past_total`` incidents
    that are over, ``gap`` is the longest, where it is long."""

    document: Document
    since: datetime | None
    looks: int
    held: int
    failed: int
    versions: int
    provisions: int
    open: Incident | None
    past: Sequence[Incident]
    past_total: int
    is_unstable: bool
    gap: Gap | None


def held(documents: Iterable[Document], unstable: Collection[int]) -> list[Holding]:
    """The holdings of ``documents``; ``unstable`` are the keys of those that flap. Five queries."""
    documents = list(documents)
    keys = [row.pk for row in documents]
    looks = _looks(keys)
    versions = _per_document(Version.objects.filter(document__in=keys))
    provisions = _per_document(Provision.objects.in_force().filter(document__in=keys))
    incidents = _latest_incidents(keys)
    gaps = _longest_gaps(keys)
    return [
        Holding(
            document=row,
            **looks.get(row.pk, {"since": None, "looks": 0, "held": 0, "failed": 0}),
            versions=versions.get(row.pk, 0),
            provisions=provisions.get(row.pk, 0),
            open=next(iter(incidents.get((row.pk, True), ())), None),
            past=incidents.get((row.pk, False), ()),
            past_total=next((it.total for it in incidents.get((row.pk, False), ())), 0),  # type: ignore[attr-defined]
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


def incident_totals() -> tuple[int, int]:
    """How many documents cannot be captured now, and how many incidents are past. One query."""
    is_open = Q(closed_at=None)
    found = Incident.objects.aggregate(broken=Count("pk", filter=is_open), past=Count("pk", filter=~is_open))
    return found["broken"], found["past"]


def _latest_incidents(keys: Sequence[int]) -> dict[tuple[int, bool], list[Incident]]:
    """By document and whether they are open, those that are shown, each with the ``total`` of its kind."""
    group = [F("document"), F("is_open")]
    place = Window(RowNumber(), partition_by=group, order_by=[F("opened_at").desc(), F("pk").desc()])
    is_open = ExpressionWrapper(Q(closed_at=None), BooleanField())
    rows = Incident.objects.filter(document__in=keys).annotate(is_open=is_open)
    rows = rows.annotate(place=place, total=Window(Count("pk"), partition_by=group)).filter(place__lte=INCIDENTS_SHOWN)
    found: dict[tuple[int, bool], list[Incident]] = {}
    for incident in rows.order_by("-opened_at", "-pk"):
        found.setdefault((incident.document_id, incident.is_open), []).append(incident)
    return found


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
    apart = looks.filter(captured_at__gte=F("before") + LONG).order_by("document_id", F("before") - F("captured_at"))
    longest = apart.distinct("document_id").values_list("document_id", "before", "captured_at")
    return {key: Gap(since, until) for key, since, until in longest}


def _per_document(rows: QuerySet[Any]) -> dict[int, int]:
    pairs: Iterable[tuple[int, int]] = rows.order_by().values_list("document").annotate(Count("pk"))
    return dict(pairs)
