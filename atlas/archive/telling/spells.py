"""How long each wording of a provision stood, and how often it came back: its timeline. Queries in, values out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from atlas.archive.telling.timelines import Look, load_looks
from atlas.models import Placement, Provision

STAYS_A_PAGE = 20
SPELLS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Spell:
    """A time without interruption. ``wording_id`` is None while the provision was not in the document.

    ``until`` is when something else was first seen, None if nothing was; what stood between ``last`` and ``until``,
    nobody looked.
    """

    wording_id: int | None
    first: Look
    last: Look
    until: datetime | None = None

    @property
    def is_now(self) -> bool:
        return self.until is None


@dataclass(frozen=True)
class Stay:
    """All spells of one wording (or of being absent), the oldest first.

    ``before`` is the last spell of another wording before the first: what it is compared with.
    """

    spells: tuple[Spell, ...]
    before: Spell | None

    @property
    def wording_id(self) -> int | None:
        return self.spells[0].wording_id

    @property
    def first(self) -> Spell:
        return self.spells[0]

    @property
    def latest(self) -> Spell:
        return self.spells[-1]

    @property
    def returns(self) -> int:
        """How often it came back."""
        return len(self.spells) - 1

    @property
    def shown(self) -> tuple[Spell, ...]:
        """The latest spells, the newest first."""
        return self.spells[::-1][:SPELLS_SHOWN]

    @property
    def not_shown(self) -> int:
        return max(0, len(self.spells) - SPELLS_SHOWN)


def load_spells(provision: Provision) -> list[Spell]:
    """The spells of ``provision`` from its first capture on, the oldest first. Two queries."""
    placements = Placement.objects.filter(wording__provision=provision).current().order_by()
    placed = dict(placements.values_list("version_id", "wording_id"))
    return spells([look for look in load_looks(provision.document) if look.version_id], placed)


def spells(looks: Sequence[Look], placed: Mapping[int, int]) -> list[Spell]:
    """What stood over ``looks`` (all with a version, the oldest first); ``placed`` maps versions to wordings."""
    found: list[Spell] = []
    for look in looks:
        assert look.version_id is not None
        wording_id = placed.get(look.version_id)
        if not found and wording_id is None:
            continue
        if found and found[-1].wording_id == wording_id:
            found[-1] = Spell(wording_id, found[-1].first, look)
            continue
        if found:
            found[-1] = Spell(found[-1].wording_id, found[-1].first, found[-1].last, look.captured_at)
        found.append(Spell(wording_id, look, look))
    return found


def stays(found: Sequence[Spell]) -> list[Stay]:
    """The spells by wording; the one that stands now first, then what stood last before it."""
    by_wording: dict[int | None, list[int]] = {}
    for place, spell in enumerate(found):
        by_wording.setdefault(spell.wording_id, []).append(place)
    latest_first = sorted(by_wording.values(), key=lambda places: places[-1], reverse=True)
    return [Stay(tuple(found[place] for place in places), _worded(found[: places[0]][-2:])) for places in latest_first]


def _worded(earlier: Sequence[Spell]) -> Spell | None:
    return next((spell for spell in reversed(earlier) if spell.wording_id), None)


def spell_on(found: Sequence[Spell], day: date) -> Spell | None:
    """What stood at the end of ``day`` (UTC); None before the provision was first seen."""
    earlier = [spell for spell in found if spell.first.captured_at.date() <= day]
    return earlier[-1] if earlier else None
