"""A text that another splitter cut → which provision each new piece is. Pure: spans and texts in, provisions out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from atlas.archive.aligning.alignment import align
from atlas.archive.provisions.splitting import ProvisionText
from atlas.archive.record.standing import Piece


@dataclass(frozen=True, slots=True)
class Span:
    """Where a provision stood as the earlier splitter cut the text; characters, end exclusive."""

    provision_id: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Overlap:
    """``characters`` that an earlier provision and a new piece have in common."""

    characters: int
    piece: int
    provision_id: int


def overlaps(spans: Sequence[Span], texts: Sequence[ProvisionText]) -> Iterator[Overlap]:
    """What each piece has in common with each provision, in the order of the text. Both sides are in that order.

    >>> list(overlaps([Span(7, 0, 10)], [ProvisionText(0, 4, "Age.", "", ()), ProvisionText(5, 10, "Fees.", "", ())]))
    [Overlap(characters=4, piece=0, provision_id=7), Overlap(characters=5, piece=1, provision_id=7)]
    """
    first = 0
    for index, text in enumerate(texts):
        while first < len(spans) and spans[first].end <= text.start:
            first += 1
        for span in spans[first:]:
            if span.start >= text.end:
                break
            yield Overlap(min(span.end, text.end) - max(span.start, text.start), index, span.provision_id)


def owners_by_overlap(
    found: Sequence[Overlap], texts: Sequence[ProvisionText], before: Sequence[Piece] = ()
) -> dict[int, int]:
    """Piece → provision, one to one, the largest overlaps first.

    A text that was this provision in the version before stays it: else a neighbour that grows would take its name.
    """
    lately = {(piece.provision_id, piece.text.text) for piece in before}

    def rank(overlap: Overlap) -> tuple[bool, int, int]:
        stays = (overlap.provision_id, texts[overlap.piece].text) in lately
        return not stays, -overlap.characters, overlap.piece

    owners: dict[int, int] = {}
    taken: set[int] = set()
    for overlap in sorted(found, key=rank):
        if overlap.piece not in owners and overlap.provision_id not in taken:
            owners[overlap.piece] = overlap.provision_id
            taken.add(overlap.provision_id)
    return owners


def owners_before(before: Sequence[Piece], texts: Sequence[ProvisionText], owners: Mapping[int, int]) -> dict[int, int]:
    """For pieces without a provision in ``owners``: the one that they were in the version before, if it is free."""
    if len(owners) == len(texts) or not before:
        return {}
    taken = set(owners.values())
    found: dict[int, int] = {}
    for pair in align([piece.text for piece in before], texts):
        if pair.old is None or pair.new is None or pair.new in owners:
            continue
        if (provision_id := before[pair.old].provision_id) not in taken:
            found[pair.new] = provision_id
            taken.add(provision_id)
    return found


def kept(found: Sequence[Overlap], owners: Mapping[int, int]) -> int:
    """The characters that are in the same provision as before."""
    return sum(overlap.characters for overlap in found if owners[overlap.piece] == overlap.provision_id)


def could_keep(found: Sequence[Overlap]) -> int:
    """The characters that can be in the same provision as before: of one that was split, one part can.

    Exact for splits and for merges; where both overlap, an upper bound.
    """
    return sum(
        min(
            _largest((overlap.piece, overlap.characters) for overlap in run),
            _largest((overlap.provision_id, overlap.characters) for overlap in run),
        )
        for run in _runs(found)
    )


def _runs(found: Sequence[Overlap]) -> Iterator[list[Overlap]]:
    """The stretches between two places at which both splitters cut."""
    run: list[Overlap] = []
    for overlap in found:
        if run and overlap.piece != run[-1].piece and overlap.provision_id != run[-1].provision_id:
            yield run
            run = []
        run.append(overlap)
    if run:
        yield run


def _largest(sizes: Iterable[tuple[int, int]]) -> int:
    """The sum of the largest size of each key."""
    largest: dict[int, int] = {}
    for key, size in sizes:
        largest[key] = max(largest.get(key, 0), size)
    return sum(largest.values())
