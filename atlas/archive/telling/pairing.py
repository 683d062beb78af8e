"""Any two versions of a document, provision by provision, paired by identity. Queries in, values out."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from atlas.models import Placement, Version


@dataclass(frozen=True, slots=True)
class Place:
    """Where a provision stands in a version: ``ordinal`` counts from 1."""

    provision_id: int
    wording_id: int
    ordinal: int


@dataclass(frozen=True, slots=True)
class Couple:
    """A provision in two versions; one of the sides may be missing. ``has_moved``: past others that stayed."""

    old: Place | None
    new: Place | None
    has_moved: bool = False

    @property
    def provision_id(self) -> int:
        place = self.new or self.old
        assert place is not None, "a provision stands on one side at least"
        return place.provision_id

    @property
    def is_reworded(self) -> bool:
        return self.old is None or self.new is None or self.old.wording_id != self.new.wording_id

    @property
    def is_unchanged(self) -> bool:
        return not self.is_reworded and not self.has_moved

    @property
    def wording_ids(self) -> list[int]:
        return [place.wording_id for place in (self.old, self.new) if place]


def load_places(version: Version) -> list[Place]:
    """The provisions of ``version`` in order, as the latest splitter cut it. One query."""
    placements = Placement.objects.of(version).order_by("ordinal")
    return [Place(*row) for row in placements.values_list("wording__provision_id", "wording_id", "ordinal")]


def couples(old: Sequence[Place], new: Sequence[Place]) -> list[Couple]:
    """Every provision of either side once, in the order of ``new``; one that is gone follows what stood before it."""
    before = {place.provision_id: place for place in old}
    after = {place.provision_id for place in new}
    moved = _moved([place.provision_id for place in old], [place.provision_id for place in new])
    gone = _gone(old, after, moved)
    rows = gone[None]
    for place in new:
        rows.append(Couple(before.get(place.provision_id), place, place.provision_id in moved))
        rows += gone[place.provision_id]
    return rows


def _moved(old: Sequence[int], new: Sequence[int]) -> set[int]:
    """Of what stands in both, what is not in one of the longest stretches that both have in common."""
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    stayed = {new[block.b + step] for block in blocks for step in range(block.size)}
    return (set(old) & set(new)) - stayed


def _gone(old: Sequence[Place], still: set[int], moved: set[int]) -> dict[int | None, list[Couple]]:
    """The provisions of ``old`` that are not in ``still``, by the provision that they follow."""
    gone: dict[int | None, list[Couple]] = defaultdict(list)
    follows: int | None = None
    for place in old:
        if place.provision_id not in still:
            gone[follows].append(Couple(place, None))
        elif place.provision_id not in moved:
            follows = place.provision_id
    return gone


def together(rows: Iterable[Couple]) -> list[list[Couple]]:
    """``rows`` in order, those that are unchanged and follow each other in one list, each other one in its own."""
    lists: list[list[Couple]] = []
    for row in rows:
        if lists and row.is_unchanged and lists[-1][0].is_unchanged:
            lists[-1].append(row)
        else:
            lists.append([row])
    return lists
