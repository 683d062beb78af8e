"""Provisions follow their clauses: each left-over takes the identity of the one with which it shares most text.

Clauses are paired first, equals, then similar ones, all at once, so that no early wrong pair takes the partner of a
later right one; then provisions, by the characters of their paired clauses. So a provision that was split goes on in
its largest part and a merged one in the larger of the two.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from atlas.archive.aligning.matching import Matches, ends, equal_pairs, reading
from atlas.archive.provisions.clauses import Clause, split_clauses
from atlas.archive.provisions.splitting import ProvisionText
from atlas.archive.texts.sentences import mask_dates

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

# Of 194 pairs that a person read, 153 of 154 with a ratio of 0.60 and more were right and 7 of 40 below.
SIMILAR = 0.60
SIMILAR_IN_PLACE = 0.55  # in the same gap and under the same heading
BONUS_GAP = 0.10
BONUS_PATH = 0.08
# Of the shorter provision's text, so much must be shared. Of 23 pairs read with 0.2 to 0.5, 18 were right, nearly all
# from 0.4 on and nearly all under the same title; under a heading that stands once in each version all 16 with less.
SHARED = 0.40
SHARED_WITH_TITLE = 0.20
SHARED_UNDER_HEADING = 0.10
SIMILAR_UNDER_HEADING = 0.35
ROUNDS = 3
SHORTEST = 12  # characters; shorter clauses are like many others
LARGEST_MATRIX = 250_000  # cells; beyond, only clauses in the same gap are compared


Place = tuple[tuple[str, ...], str]


@dataclass(frozen=True, slots=True)
class _Part:
    """A clause of a left-over provision."""

    owner: int
    gap: int
    path: tuple[str, ...]
    clause: Clause
    reading: str


def follow_clauses(matches: Matches) -> None:
    """Settle the left-overs that share enough of their text.

    In rounds, because a clause that stands in several copies may first be paired with the copy of another provision.
    """
    for _ in range(ROUNDS):
        if not _follow(matches):
            break
    _stay_under_heading(matches)


def _follow(matches: Matches) -> int:
    """How many left-overs a round has settled."""
    free_old, free_new = matches.free_old(), matches.free_new()
    if not free_old or not free_new:
        return 0
    old = _parts(matches.old, free_old, matches.gaps_of_old())
    new = _parts(matches.new, free_new, matches.gaps_of_new())
    shared: dict[tuple[int, int], float] = defaultdict(float)
    for one, other, score in _paired(old, new):
        shared[one.owner, other.owner] += score * (len(one.reading) + len(other.reading)) / 2
    settled = list(_assigned(matches, shared))
    for old_index, new_index in settled:
        matches.add(old_index, new_index)
    return len(settled)


def _parts(provisions: Sequence[ProvisionText], indexes: Iterable[int], gaps: Sequence[int]) -> list[_Part]:
    return [
        _Part(index, gaps[index], provisions[index].heading_path, clause, reading(clause.text))
        for index in indexes
        for clause in split_clauses(provisions[index].text)
    ]


def _paired(old: Sequence[_Part], new: Sequence[_Part]) -> Iterator[tuple[_Part, _Part, float]]:
    """Each clause with at most one of the other side, and how alike they are."""
    for key in (_in_place, _under_lead_in, _as_read, _undated):
        pairs = list(equal_pairs([key(part) for part in old], [key(part) for part in new]))
        yield from ((old[one], new[other], 1.0) for one, other in pairs)
        settled_old, settled_new = {one for one, _ in pairs}, {other for _, other in pairs}
        old = [part for position, part in enumerate(old) if position not in settled_old]
        new = [part for position, part in enumerate(new) if position not in settled_new]
    for some_old, some_new in _comparable(_worded(old), _worded(new)):
        yield from _similar(some_old, some_new)


def _in_place(part: _Part) -> tuple[object, ...]:
    return part.reading, part.clause.lead_in, part.path, part.gap


def _under_lead_in(part: _Part) -> tuple[object, ...]:
    return part.reading, part.clause.lead_in, part.path


def _as_read(part: _Part) -> str | None:
    return part.reading if len(part.reading) >= SHORTEST else None


def _undated(part: _Part) -> str | None:
    return mask_dates(part.reading) if len(part.reading) >= SHORTEST else None


def _worded(parts: Iterable[_Part]) -> list[_Part]:
    return [part for part in parts if part.clause.kind != "heading" and len(part.reading) >= SHORTEST]


def _comparable(old: list[_Part], new: list[_Part]) -> Iterator[tuple[list[_Part], list[_Part]]]:
    """All with all; if they are too many, those in the same gap."""
    if len(old) * len(new) <= LARGEST_MATRIX:
        yield old, new
        return
    gaps: dict[int, tuple[list[_Part], list[_Part]]] = defaultdict(lambda: ([], []))
    for side, parts in enumerate((old, new)):
        for part in parts:
            gaps[part.gap][side].append(part)
    yield from (both for both in gaps.values() if 0 < len(both[0]) * len(both[1]) <= LARGEST_MATRIX)


def _similar(old: Sequence[_Part], new: Sequence[_Part]) -> Iterator[tuple[_Part, _Part, float]]:
    if not old or not new:
        return
    import numpy
    from rapidfuzz import fuzz, process

    scores = process.cdist(
        [ends(part.reading) for part in old],
        [ends(part.reading) for part in new],
        scorer=fuzz.ratio,
        score_cutoff=100 * SIMILAR_IN_PLACE,
        dtype=numpy.float64,
    )
    scores /= 100
    weights = numpy.zeros_like(scores)
    for row, column in zip(*numpy.nonzero(scores), strict=True):
        same_gap, same_path = old[row].gap == new[column].gap, old[row].path == new[column].path
        if scores[row, column] >= (SIMILAR_IN_PLACE if same_gap and same_path else SIMILAR):
            weights[row, column] = scores[row, column] + BONUS_GAP * same_gap + BONUS_PATH * same_path
    for row, column in _heaviest(weights):
        yield old[row], new[column], float(scores[row, column])


def _heaviest(weights: "NDArray[numpy.float64]") -> list[tuple[int, int]]:
    """The pairing of rows and columns with the highest sum; pairs without weight are left out."""
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(weights, maximize=True)
    return [(int(row), int(column)) for row, column in zip(rows, columns, strict=True) if weights[row, column] > 0]


def _assigned(matches: Matches, shared: dict[tuple[int, int], float]) -> Iterator[tuple[int, int]]:
    """Provisions that share enough text, so that all together keep as much of it as they can."""
    import numpy

    rows = {old: row for row, old in enumerate(sorted({old for old, _ in shared}))}
    columns = {new: column for column, new in enumerate(sorted({new for _, new in shared}))}
    gaps_old, gaps_new = matches.gaps_of_old(), matches.gaps_of_new()
    once = _once_in_both(matches)
    weights = numpy.zeros((len(rows), len(columns)))
    for (old, new), characters in shared.items():
        before, after = matches.old[old], matches.new[new]
        shorter = min(len(reading(before.text)), len(reading(after.text)))
        if characters >= _needed(before, after, once) * shorter:
            bonus = BONUS_GAP * (gaps_old[old] == gaps_new[new]) + BONUS_PATH * (_place(before) == _place(after))
            weights[rows[old], columns[new]] = characters * (1 + bonus)
    olds, news = list(rows), list(columns)
    for row, column in _heaviest(weights):
        yield olds[row], news[column]


def _needed(before: ProvisionText, after: ProvisionText, once: frozenset[Place]) -> float:
    """Which share of the shorter text must be shared."""
    if _place(before) == _place(after) and _place(after) in once:
        return SHARED_UNDER_HEADING
    return SHARED_WITH_TITLE if before.title == after.title else SHARED


def _stay_under_heading(matches: Matches) -> None:
    """A text that was written anew under its heading is still what stands under it."""
    from rapidfuzz import fuzz

    once = _once_in_both(matches)
    old = {_place(matches.old[index]): index for index in matches.free_old()}
    for index in matches.free_new():
        after = matches.new[index]
        before = old.get(_place(after)) if _place(after) in once else None
        if before is None:
            continue
        readings = ends(reading(matches.old[before].text)), ends(reading(after.text))
        if fuzz.ratio(*readings) >= 100 * SIMILAR_UNDER_HEADING:
            matches.add(before, index)


def _place(provision: ProvisionText) -> Place:
    return provision.heading_path, provision.title


def _once_in_both(matches: Matches) -> frozenset[Place]:
    """The headings that one provision stands under, before and after."""
    return _once(matches.old) & _once(matches.new)


def _once(provisions: Sequence[ProvisionText]) -> frozenset[Place]:
    counts = Counter(_place(provision) for provision in provisions if provision.heading_path)
    return frozenset(place for place, count in counts.items() if count == 1)
