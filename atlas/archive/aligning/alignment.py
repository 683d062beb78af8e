"""Provisions of one version and of the next → which is which.

First whatever is the same, which settles nearly all; the left-overs follow their clauses. What became of the rest is
told by its sentences: split from another provision, merged into one, added or removed.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from atlas.archive.aligning.following import follow_clauses
from atlas.archive.aligning.matching import Matches, ends, match_equals, reading
from atlas.archive.provisions.splitting import ProvisionText
from atlas.archive.texts.sentences import sentence_keys

Kind = Literal["unchanged", "modified", "moved", "added", "removed", "split", "merged"]

CONTAINED = 0.80  # share of a provision's sentences that must stand in another one to have come from there


@dataclass(frozen=True, slots=True)
class Pair:
    """Indexes into the old and the new provisions; ``score`` is the similarity of the texts, 0 to 1.

    ``source`` is the old provision that most of a split one came from, ``target`` the new one that most of a merged
    one went to.
    """

    old: int | None
    new: int | None
    kind: Kind
    score: float
    source: int | None = None
    target: int | None = None


def align(old: Sequence[ProvisionText], new: Sequence[ProvisionText]) -> list[Pair]:
    """One pair for each provision of both sides, in the order of ``new``; removed ones follow their predecessor.

    ``split`` is a new provision whose sentences stood in old ones, ``merged`` an old one whose sentences went into
    new ones: nothing in them is news.
    """
    matches = match_equals(old, new)
    follow_clauses(matches)
    return _in_order(matches, _pairs(matches))


def _pairs(matches: Matches) -> list[Pair]:
    in_place = _longest_increasing([matches.partner[index] for index in sorted(matches.partner)])
    return [
        *(_settled(matches, old, new, in_place) for new, old in sorted(matches.partner.items())),
        *_left_over(matches),
    ]


def _settled(matches: Matches, old: int, new: int, in_place: set[int]) -> Pair:
    before, after = matches.old[old].text, matches.new[new].text
    if before == after:
        return Pair(old, new, "unchanged" if old in in_place else "moved", 1.0)
    return Pair(old, new, "modified", _similarity(before, after))


def _similarity(before: str, after: str) -> float:
    from rapidfuzz import fuzz

    return fuzz.ratio(ends(reading(before)), ends(reading(after))) / 100


def _left_over(matches: Matches) -> Iterator[Pair]:
    free_old, free_new = matches.free_old(), matches.free_new()
    if not free_old and not free_new:
        return
    in_old, in_new = _homes(matches.old), _homes(matches.new)
    for index in free_new:
        share, source = _found(matches.new[index], in_new, in_old)
        is_split = share >= CONTAINED
        yield Pair(None, index, "split" if is_split else "added", share, source=source if is_split else None)
    for index in free_old:
        share, target = _found(matches.old[index], in_old, in_new)
        is_merged = share >= CONTAINED
        yield Pair(index, None, "merged" if is_merged else "removed", share, target=target if is_merged else None)


def _homes(provisions: Sequence[ProvisionText]) -> dict[str, list[int]]:
    """Sentence → the provisions that it stands in, as often as it does."""
    homes: dict[str, list[int]] = defaultdict(list)
    for index, provision in enumerate(provisions):
        for key in sentence_keys(provision.text):
            homes[key].append(index)
    return homes


def _found(
    provision: ProvisionText, here: Mapping[str, Sequence[int]], there: Mapping[str, Sequence[int]]
) -> tuple[float, int | None]:
    """The share of the provision's sentences that the other side has as often, by length, and where most of it stands.

    Counting matters where a document holds the same clause twice: a copy comes from nowhere.
    """
    characters: Counter[int] = Counter()
    found = total = 0
    for key in sentence_keys(provision.text):
        total += len(key)
        if len(there.get(key, ())) >= len(here[key]):
            found += len(key)
            characters.update(dict.fromkeys(there[key], len(key)))
    most = min(characters, key=lambda index: (-characters[index], index), default=None)
    return found / (total or 1), most


def _longest_increasing(values: list[int]) -> set[int]:
    """The longest increasing subsequence: what kept its order. The rest has moved past it."""
    tails: list[int] = []
    tail_positions: list[int] = []
    previous: list[int] = []
    for position, value in enumerate(values):
        slot = bisect_left(tails, value)
        previous.append(tail_positions[slot - 1] if slot else -1)
        tails[slot : slot + 1] = [value]
        tail_positions[slot : slot + 1] = [position]
    kept: set[int] = set()
    position = tail_positions[-1] if tail_positions else -1
    while position >= 0:
        kept.add(values[position])
        position = previous[position]
    return kept


def _in_order(matches: Matches, pairs: Iterable[Pair]) -> list[Pair]:
    """By place in the new version; what is gone stands after what stood before it."""
    place_of_old = {pair.old: pair.new for pair in pairs if pair.old is not None and pair.new is not None}
    places: dict[int, int] = {}
    last = -1
    for index in range(len(matches.old)):
        last = place_of_old.get(index, last) if place_of_old.get(index) is not None else last
        places[index] = last

    def position(pair: Pair) -> tuple[int, int, int]:
        if pair.new is not None:
            return pair.new, 0, 0
        assert pair.old is not None
        return places[pair.old], 1, pair.old

    return sorted(pairs, key=position)
