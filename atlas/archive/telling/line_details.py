"""What stands beside the lines of a document's history: changes, incidents, people's words, dates. A query each."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Count, F, Prefetch, Q
from django.db.models.functions import Substr

from atlas.archive.telling.timelines import Line
from atlas.models import (
    Capture,
    Change,
    ChangeCluster,
    ClusterDecision,
    Document,
    HoldDecision,
    Incident,
    Significance,
    StatedDate,
)


@dataclass
class ChangeCounts:
    """Changes of provisions by what became of them."""

    announced: int = 0
    returns: int = 0
    cosmetic: int = 0

    @property
    def total(self) -> int:
        return self.announced + self.returns + self.cosmetic


@dataclass
class Entry:
    """A line with what belongs to it. ``capture`` is the row of a line that is one look, None for a run."""

    line: Line
    capture: Capture | None = None
    counts: ChangeCounts = field(default_factory=ChangeCounts)
    opened: list[Incident] = field(default_factory=list)
    ended: list[Incident] = field(default_factory=list)
    decision: HoldDecision | None = None
    released_by: HoldDecision | None = None
    cluster: ChangeCluster | None = None
    dates: list[StatedDate] = field(default_factory=list)
    states_other_dates: bool = False


def load_hold_decisions(document: Document) -> list[HoldDecision]:
    """All that concern ``document``, also as the stream of another language: never part of a run. One query."""
    decisions = HoldDecision.objects.filter(Q(capture__document=document) | Q(made__document=document))
    return list(decisions.select_related("decided_by", "capture__document", "made__version", "made__document"))


def load_entries(lines: Sequence[Line], decisions: Iterable[HoldDecision]) -> list[Entry]:
    """The entries of ``lines``, which belong to one document. Six queries."""
    entries = [Entry(line) for line in lines]
    by_look = {look.pk: entry for entry in entries for look in entry.line.looks}
    singles = [line.first.pk for line in lines if not line.is_run]
    for capture in Capture.objects.filter(pk__in=singles).select_related("collection"):
        by_look[capture.pk].capture = capture
    for decision in decisions:
        if decision.capture_id in by_look:
            by_look[decision.capture_id].decision = decision
        if decision.made_id in by_look:
            by_look[decision.made_id].released_by = decision
    _count_changes(entries, by_look)
    _add_incidents(by_look)
    _add_clusters(by_look)
    _add_dates(entries)
    return entries


def _count_changes(entries: Iterable[Entry], by_look: dict[int, Entry]) -> None:
    news = [look.pk for entry in entries for look in entry.line.news if look.kind in ("change", "return")]
    rows = Change.objects.filter(capture__in=news).order_by().values("capture_id", "significance", "is_return")
    for row in rows.annotate(number=Count("pk")):
        counts = by_look[row["capture_id"]].counts
        if row["is_return"]:
            counts.returns += row["number"]
        elif row["significance"] == Significance.SUBSTANTIVE:
            counts.announced += row["number"]
        else:
            counts.cosmetic += row["number"]


def _add_incidents(by_look: dict[int, Entry]) -> None:
    rows = Incident.objects.filter(Q(opened_by__in=by_look.keys()) | Q(closed_by__in=by_look.keys()))
    for incident in rows.select_related("closed_by").order_by("pk"):
        opened = by_look.get(incident.opened_by_id)
        ended = by_look.get(incident.closed_by_id) if incident.closed_by_id else None
        if opened is not None:
            opened.opened.append(incident)
        if ended is not None and ended is not opened:
            ended.ended.append(incident)


def _add_clusters(by_look: dict[int, Entry]) -> None:
    latest_first = Prefetch("decisions", ClusterDecision.objects.select_related("decided_by").order_by("-pk"))
    rows = ChangeCluster.objects.filter(capture__in=by_look.keys()).annotate(number=Count("changes"))
    for cluster in rows.prefetch_related(latest_first):
        assert cluster.capture_id is not None, "filtered by it"
        by_look[cluster.capture_id].cluster = cluster


def _add_dates(entries: Iterable[Entry]) -> None:
    """The dates that a new version states of itself, where they are others than those of the version before it."""
    changed = [entry for entry in entries if entry.line.kind == "change"]
    by_version: dict[int | None, list[StatedDate]] = defaultdict(list)
    for stated in stated_dates(key for entry in changed for key in _versions(entry)):
        by_version[stated.version_id].append(stated)
    for entry in changed:
        now, before = (by_version[key] for key in _versions(entry))
        entry.dates = now
        entry.states_other_dates = {(row.kind, row.value) for row in now} != {(row.kind, row.value) for row in before}


def _versions(entry: Entry) -> tuple[int | None, int | None]:
    before = entry.line.before
    return entry.line.first.version_id, before.version_id if before else None


def stated_dates(version_ids: Iterable[int | None]) -> list[StatedDate]:
    """The stated dates of versions, each with ``words``, its quote, without reading whole texts. One query."""
    quote = Substr("version__snapshot__text", F("start") + 1, F("end") - F("start"))
    rows = StatedDate.objects.filter(version__in={key for key in version_ids if key}).annotate(words=quote)
    return list(rows.order_by("version", "kind"))
