"""Topics and platforms at a glance: of each pair one cell, which counts a list and says in which state that is."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Case, Count, F, IntegerField, Max, Q, Value, When

from atlas.comparing.coverage import Coverage, coverage_of
from atlas.comparing.moments import Moment
from atlas.comparing.standing import each_topic, standing
from atlas.models import Exposure, Platform, Provision, Topic

_LEVELS = ("", Exposure.LOW, Exposure.MEDIUM, Exposure.HIGH)
_LETTERS = {"": "N", Exposure.LOW: "L", Exposure.MEDIUM: "M", Exposure.HIGH: "H"}


class State(StrEnum):
    """What a cell counts."""

    ANALYSED = "analysed"  # approved analyses on the topic
    ENDED = "ended"  # all that stood were withdrawn or retracted since
    HELD = "held"  # provisions in force on the topic, none of them analysed
    NOT_CAPTURED = "not-captured"  # nothing found, and documents that cannot be captured
    NOT_FOUND = "not-found"  # nothing found in the documents we hold
    NOTHING_HELD = "nothing-held"  # no document with an archived text
    NOT_ANALYSED = "not-analysed"  # of the past: no analysis stood; what was found is not recorded with its time


@dataclass(frozen=True)
class Cell:
    """``number`` is the length of the list that the cell leads to. ``level`` is the highest among analyses that may be
    shown; ``stale`` and ``ended`` of the number describe an earlier text, and were taken back since."""

    state: State
    number: int = 0
    level: str = ""
    stale: int = 0
    ended: int = 0

    @property
    def letter(self) -> str:
        return _LETTERS[self.level] if self.state == State.ANALYSED else ""

    @property
    def level_name(self) -> str:
        return str(Exposure(self.level).label) if self.level else ""

    @property
    def words(self) -> str:
        """The cell as a sentence, for those who listen, and for exports."""
        return _words(self)


@dataclass(frozen=True)
class Linked:
    """A cell with the address of the list that it counts."""

    cell: Cell
    href: str


@dataclass(frozen=True)
class Matrix:
    """Cells by key of platform and topic; every pair has one."""

    platforms: Sequence[Platform]
    topics: Sequence[Topic]
    coverage: dict[int, Coverage]
    cells: dict[tuple[int, str], Cell]

    def of(self, platform: Platform, topic: Topic) -> Cell:
        return self.cells[platform.pk, topic.pk]


def compare(moment: Moment, platforms: Sequence[Platform], topics: Sequence[Topic]) -> Matrix:
    """The matrix as of ``moment``. Three queries, or two of the past."""
    coverage = coverage_of(moment, platforms)
    analysed = _analysed(moment, platforms, topics)
    held = {} if moment.is_past else _held(platforms, topics)
    cells = {
        (platform.pk, topic.pk): analysed.get((platform.pk, topic.pk))
        or _without(moment, held.get((platform.pk, topic.pk), 0), coverage[platform.pk])
        for platform in platforms
        for topic in topics
    }
    return Matrix(platforms, topics, coverage, cells)


def _without(moment: Moment, held: int, coverage: Coverage) -> Cell:
    """The cell of a platform that has no analysis on a topic."""
    if held:
        return Cell(State.HELD, held)
    if not coverage.held and not coverage.not_captured:
        return Cell(State.NOTHING_HELD, coverage.documents)
    if moment.is_past:
        return Cell(State.NOT_ANALYSED)
    if coverage.not_captured:
        return Cell(State.NOT_CAPTURED, len(coverage.not_captured))
    return Cell(State.NOT_FOUND)


def _analysed(
    moment: Moment, platforms: Collection[Platform], topics: Collection[Topic]
) -> dict[tuple[int, str], Cell]:
    keys = [topic.pk for topic in topics]
    rows = standing(moment).filter(provision__document__platform__in=platforms, topics__overlap=keys)
    rank = Case(
        When(has_ended=True, then=None),
        *(When(exposure_level=level, then=Value(place)) for place, level in enumerate(_LEVELS)),
        output_field=IntegerField(),
    )
    counted = (
        rows.order_by()
        .annotate(platform=F("provision__document__platform"), topic=each_topic())
        .values("platform", "topic")
        .annotate(
            total=Count("pk", distinct=True),
            rank=Max(rank),
            stale=Count("pk", distinct=True, filter=Q(is_stale=True, has_ended=False)),
            ended=Count("pk", distinct=True, filter=Q(has_ended=True)),
        )
    )
    return {
        (row["platform"], row["topic"]): _cell(row["total"], row["rank"], row["stale"], row["ended"]) for row in counted
    }


def _cell(number: int, rank: int | None, stale: int, ended: int) -> Cell:
    if rank is None:
        return Cell(State.ENDED, number, ended=ended)
    return Cell(State.ANALYSED, number, _LEVELS[rank], stale, ended)


def _held(platforms: Collection[Platform], topics: Collection[Topic]) -> dict[tuple[int, str], int]:
    """Provisions in force by platform and topic: as many as the list of provisions shows."""
    links = Provision.topics.through.objects.filter(
        provision__removed_at=None, provision__document__platform__in=platforms, topic__in=topics
    )
    rows = links.order_by().values_list("provision__document__platform", "topic").annotate(number=Count("pk"))
    return {(platform, topic): number for platform, topic, number in rows}


def _words(cell: Cell) -> str:
    number = cell.number
    match cell.state:
        case State.ANALYSED:
            level = f"{cell.level_name} exposure" if cell.level else "Exposure not rated"
            also = [f"{cell.stale} about an earlier text"] if cell.stale else []
            also += [f"{cell.ended} taken back since"] if cell.ended else []
            return ", ".join([level, f"{number} {'analysis' if number == 1 else 'analyses'}", *also])
        case State.ENDED:
            return f"{number} {'analysis' if number == 1 else 'analyses'}, taken back since"
        case State.HELD:
            return f"{number} {'provision' if number == 1 else 'provisions'} held, not analysed"
        case State.NOT_CAPTURED:
            return f"Nothing found, and {number} {'document' if number == 1 else 'documents'} cannot be captured now"
        case State.NOT_FOUND:
            return "No comparable clause found in the documents we hold"
        case State.NOTHING_HELD:
            return "No archived text of this platform"
        case State.NOT_ANALYSED:
            return "No analysis stood"
