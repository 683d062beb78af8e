"""Text as the desk shows it: word diffs in which the quoted places are marked, and long stretches left out. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from atlas.archive.texts.wording_diff import DiffPart

AROUND = 160  # characters of unchanged text shown on each side of a change


@dataclass(frozen=True)
class Place:
    """A quoted place of the source: characters, end exclusive, and the number by which the page refers to it."""

    number: int
    start: int
    end: int


@dataclass(frozen=True)
class Piece:
    """A stretch of text to show. ``places`` are those it lies in; ``begins`` and ``ends`` those that do so here.

    ``gap``: unchanged text that is left out; ``text`` is what stands there.
    """

    op: Literal["same", "removed", "added", "gap"]
    text: str
    places: tuple[int, ...] = ()
    begins: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()


def mark(parts: Iterable[DiffPart], places: Sequence[Place]) -> list[Piece]:
    """``parts`` cut where places begin and end. Offsets of ``places`` count in the new text.

    >>> [(p.op, p.text, p.places) for p in mark([DiffPart("same", "We may keep it.")], [Place(1, 3, 11)])]
    [('same', 'We ', ()), ('same', 'may keep', (1,)), ('same', ' it.', ())]
    """
    cuts = sorted({offset for place in places for offset in (place.start, place.end)})
    pieces: list[Piece] = []
    position = 0
    for part in parts:
        if part.op == "removed":
            pieces.append(Piece("removed", part.text))
            continue
        end = position + len(part.text)
        edges = [position, *(cut for cut in cuts if position < cut < end), end]
        for first, last in pairwise(edges):
            text = part.text[first - position : last - position]
            pieces.append(_piece(part.op, text, first, last, places))
        position = end
    return pieces


def _piece(op: Literal["same", "removed", "added"], text: str, start: int, end: int, places: Sequence[Place]) -> Piece:
    here = [place for place in places if place.start < end and start < place.end]
    return Piece(
        op,
        text,
        tuple(place.number for place in here),
        tuple(place.number for place in here if place.start == start),
        tuple(place.number for place in here if place.end == end),
    )


def changes_only(parts: Sequence[DiffPart]) -> list[Piece]:
    """``parts`` without the middle of long unchanged stretches."""
    return list(_with_gaps(parts))


def _with_gaps(parts: Sequence[DiffPart]) -> Iterator[Piece]:
    for index, part in enumerate(parts):
        head = AROUND if index else 0
        tail = AROUND if index + 1 < len(parts) else 0
        left_out = len(part.text) - head - tail
        if part.op != "same" or left_out < AROUND:
            yield Piece(part.op, part.text)
            continue
        if head:
            yield Piece("same", part.text[:head])
        yield Piece("gap", f"{left_out:,} unchanged characters")
        if tail:
            yield Piece("same", part.text[-tail:])


def is_changed(parts: Iterable[DiffPart]) -> bool:
    return any(part.op != "same" for part in parts)
