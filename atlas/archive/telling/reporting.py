"""How well the archive does its work: what it held back, what flaps, what share of changes reaches the editors.

A constant number of queries; what may be long (held captures) is streamed.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from django.db.models import Aggregate, Count, Exists, IntegerField, Max, OuterRef, QuerySet, Subquery
from django.db.models.functions import Length

from atlas.archive.telling.counting import totals
from atlas.models import (
    Capture,
    Change,
    ChangeCluster,
    ClusterDecision,
    ClusterKind,
    ClusterRuling,
    DateKind,
    Document,
    HoldRuling,
    Outcome,
    Provision,
    StatedDate,
    Version,
)

# More returns than this within that time, and a document is not read reliably: research on two real collections
# found such pages to switch between variants, not to be edited.
UNSTABLE_RETURNS = 4
UNSTABLE_WITHIN = timedelta(days=14)
CHUNK = 2_000  # rows a fetch
FATES = {
    "open": "open: nobody has decided, and no good capture came since",
    "confirmed": "confirmed: a later capture with the same text was accepted",
    "passed": "passed: a later capture brought the document again",
    HoldRuling.RELEASED.value: "released by an editor",
    HoldRuling.REJECTED.value: "rejected by an editor",
}


class Median(Aggregate):
    """The lower median, found by PostgreSQL, so that the values need not be fetched."""

    template = "percentile_disc(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"


@dataclass(frozen=True)
class HeldCapture:
    """A quarantined capture, why it is held, and what became of it (a key of ``FATES``)."""

    document: str
    document_name: str
    captured_at: datetime
    characters: int
    reasons: list[str]
    fate: str
    decision: str


@dataclass(frozen=True)
class Flaps:
    """Returns of one document to earlier texts. ``most_in_14_days`` of them came within fourteen days."""

    document: str
    document_name: str
    returned_captures: int
    returned_changes: int
    most_in_14_days: int

    @property
    def is_unstable(self) -> bool:
        return self.most_in_14_days > UNSTABLE_RETURNS


@dataclass
class Report:
    """All but the held captures one by one; these are ``held_captures``."""

    totals: dict[str, int]
    captures: dict[str, int]
    held: dict[str, int]
    flaps: list[Flaps]
    queue: dict[str, Any]
    provisions: dict[str, Any]
    clusters: list[dict[str, Any]]
    stated_dates: dict[str, int]
    platforms: list[str] = field(default_factory=list)

    @property
    def unstable(self) -> list[Flaps]:
        return [row for row in self.flaps if row.is_unstable]


def report(platforms: Collection[int] | None = None) -> Report:
    """The report over the documents of some platforms (their keys), or of all. A constant number of queries."""
    captures = _of(Capture.objects.all(), platforms)
    by_outcome = dict(captures.order_by().values_list("outcome").annotate(Count("pk")))
    return Report(
        totals=totals(platforms),
        captures={outcome: by_outcome.get(outcome, 0) for outcome in Outcome.values},
        held=_held_by_fate(platforms),
        flaps=_flaps(platforms),
        queue=_queue(platforms, by_outcome),
        provisions=_provisions(platforms),
        clusters=_clusters(platforms),
        stated_dates=_stated_dates(platforms),
    )


def _of(rows: QuerySet[Any], platforms: Collection[int] | None, path: str = "document__platform") -> QuerySet[Any]:
    return rows if platforms is None else rows.filter(**{f"{path}__in": platforms})


def _held(platforms: Collection[int] | None) -> Any:
    """Quarantined captures, each with whether its text was accepted later, and whether any was."""
    later = Capture.objects.filter(
        document=OuterRef("document"), sequence__gt=OuterRef("sequence"), version__isnull=False
    )
    rows = _of(Capture.objects.filter(outcome=Outcome.QUARANTINED), platforms)
    return rows.annotate(
        was_accepted=Exists(later.filter(snapshot=OuterRef("snapshot"))), was_followed=Exists(later)
    ).order_by("document__platform__name", "document__name", "document_id", "sequence")


def _fate(ruling: str | None, was_accepted: bool, was_followed: bool) -> str:
    if ruling:
        return ruling
    return "confirmed" if was_accepted else "passed" if was_followed else "open"


def _held_by_fate(platforms: Collection[int] | None) -> dict[str, int]:
    fates = dict.fromkeys(FATES, 0)
    columns = ("hold_decision__ruling", "was_accepted", "was_followed")
    for *state, number in _held(platforms).order_by().values_list(*columns).annotate(Count("pk")):
        fates[_fate(*state)] += number
    return fates


def held_captures(platforms: Collection[int] | None = None) -> Iterator[HeldCapture]:
    """Every quarantined capture, by platform, document and time. One query, streamed."""
    rows = _held(platforms).select_related("document__platform", "hold_decision").defer("snapshot")
    for row in rows.annotate(characters=Length("snapshot__text")).iterator(chunk_size=CHUNK):
        decision = getattr(row, "hold_decision", None)
        yield HeldCapture(
            document=row.document.public_id,
            document_name=str(row.document),
            captured_at=row.captured_at,
            characters=row.characters or 0,
            reasons=list(row.reasons),
            fate=_fate(decision.ruling if decision else None, row.was_accepted, row.was_followed),
            decision=decision.reason if decision else "",
        )


def _flaps(platforms: Collection[int] | None) -> list[Flaps]:
    """Documents that returned to earlier texts, the most restless first. Two queries."""
    name = ("document_id", "document__platform__name", "document__name")
    times: dict[tuple[int, str, str], list[datetime]] = defaultdict(list)
    returned = _of(Capture.objects.filter(outcome=Outcome.RETURNED), platforms).order_by()
    for *document, at in returned.values_list(*name, "captured_at").iterator(chunk_size=CHUNK):
        times[tuple(document)].append(at)
    changes = _of(Change.objects.filter(is_return=True), platforms).order_by()
    returned_changes = {tuple(row[:3]): row[3] for row in changes.values_list(*name).annotate(Count("pk"))}
    flaps = [
        Flaps(
            Document(pk=document[0]).public_id,
            f"{document[1]} · {document[2]}",
            len(times.get(document, ())),
            returned_changes.get(document, 0),
            most_within(times.get(document, ()), UNSTABLE_WITHIN),
        )
        for document in times.keys() | returned_changes.keys()
    ]
    return sorted(flaps, key=lambda row: (-row.returned_captures, -row.returned_changes, row.document_name))


def most_within(times: Collection[datetime], span: timedelta) -> int:
    """How many of ``times`` lie at most ``span`` apart."""
    ordered = sorted(times)
    most = start = 0
    for end, at in enumerate(ordered):
        while at - ordered[start] > span:
            start += 1
        most = max(most, end - start + 1)
    return most


def _queue(platforms: Collection[int] | None, by_outcome: dict[str, int]) -> dict[str, Any]:
    """What of the recorded changes is new to readers, and what waits for an analysis. Six queries."""
    changes, announced = _of(Change.objects.all(), platforms), _of(Change.objects.announced(), platforms)
    changed = _of(Capture.objects.filter(outcome=Outcome.CHANGED), platforms)
    new_to_readers = changed.filter(Exists(announced.filter(capture=OuterRef("pk")))).count()
    in_cluster = ChangeCluster.changes.through.objects.filter(change=OuterRef("pk"))
    looks = sum(by_outcome.get(name, 0) for name in (Outcome.CHANGED, Outcome.RETURNED, Outcome.QUARANTINED))
    return {
        "captures_that_differ": looks,
        "captures_changed": by_outcome.get(Outcome.CHANGED, 0),
        "captures_announced": new_to_readers,
        "share_of_changed": _share(new_to_readers, by_outcome.get(Outcome.CHANGED, 0)),
        "share_of_all_that_differ": _share(new_to_readers, looks),
        "changes": changes.count(),
        "changes_substantive": _of(Change.objects.substantive(), platforms).count(),
        "changes_announced": announced.count(),
        "changes_announced_in_clusters": announced.filter(Exists(in_cluster)).count(),
        "changes_awaiting_analysis": _of(Change.objects.awaiting_analysis(), platforms).count(),
    }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _provisions(platforms: Collection[int] | None) -> dict[str, Any]:
    """How many provisions in force a document has, and how long they are. Two queries."""
    rows = _of(Provision.objects.in_force(), platforms).order_by()
    a_document = [number for _, number in rows.values_list("document").annotate(Count("pk")).iterator()]
    length = Length("current_wording__text")
    characters = rows.aggregate(median=Median(length, output_field=IntegerField()), max=Max(length))
    return {
        "in_force": sum(a_document),
        "documents": len(a_document),
        "a_document_median": median(a_document) if a_document else 0,
        "a_document_max": max(a_document, default=0),
        "characters_median": characters["median"] or 0,
        "characters_max": characters["max"] or 0,
    }


def _clusters(platforms: Collection[int] | None) -> list[dict[str, Any]]:
    """Changes that are decided on together, newest first. One query."""
    ruling = ClusterDecision.objects.filter(cluster=OuterRef("pk")).order_by("-pk").values("ruling")[:1]
    rows = ChangeCluster.objects.all()
    if platforms is not None:
        rows = rows.filter(Exists(Change.objects.filter(clusters=OuterRef("pk"), document__platform__in=platforms)))
    rows = rows.annotate(number=Count("changes"), ruling=Subquery(ruling)).order_by("-pk")
    return [
        {
            "kind": str(ClusterKind(row.kind).label),
            "title": row.title,
            "changes": row.number,
            "decision": str(ClusterRuling(row.ruling).label) if row.ruling else None,
        }
        for row in rows
    ]


def _stated_dates(platforms: Collection[int] | None) -> dict[str, int]:
    """How many versions state which date of themselves. Two queries."""
    stated = _of(StatedDate.objects.order_by(), platforms, "version__document__platform")
    by_kind = dict(stated.values_list("kind").annotate(Count("pk")))
    versions = _of(Version.objects.all(), platforms).aggregate(
        all=Count("pk"), silent=Count("pk", filter=~Exists(StatedDate.objects.filter(version=OuterRef("pk"))))
    )
    return {
        "versions": versions["all"],
        **{kind.value: by_kind.get(kind.value, 0) for kind in DateKind},
        "versions_stating_none": versions["silent"],
    }
