"""Which old provision is which new one: what is settled, and the passes that settle equals."""

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from atlas.archive.provisions.splitting import ProvisionText
from atlas.archive.texts.normalising import fold_markdown
from atlas.archive.texts.sentences import mask_dates

# Characters from both ends by which texts are compared; it takes the square of them, and longer texts are hostile.
LONGEST_END = 10_000

Key = Callable[[Sequence[ProvisionText], int], Hashable]


@dataclass
class Matches:
    """Pairs of indexes, settled one after the other; no provision is ever in two."""

    old: Sequence[ProvisionText]
    new: Sequence[ProvisionText]
    partner: dict[int, int] = field(default_factory=dict)  # new → old
    taken: set[int] = field(default_factory=set)  # old

    def add(self, old: int, new: int) -> None:
        self.partner[new] = old
        self.taken.add(old)

    def free_old(self) -> list[int]:
        return [index for index in range(len(self.old)) if index not in self.taken]

    def free_new(self) -> list[int]:
        return [index for index in range(len(self.new)) if index not in self.partner]

    def gaps_of_old(self) -> list[int]:
        """For each old provision the last settled old one before it: the name of the gap that it stands in."""
        last, names = -1, []
        for index in range(len(self.old)):
            last = index if index in self.taken else last
            names.append(last)
        return names

    def gaps_of_new(self) -> list[int]:
        """The same for the new ones, by the old partners."""
        last, names = -1, []
        for index in range(len(self.new)):
            last = self.partner.get(index, last)
            names.append(last)
        return names


def match_equals(old: Sequence[ProvisionText], new: Sequence[ProvisionText]) -> Matches:
    """Settle what is the same, which is nearly everything; of equal texts those between the same neighbours first."""
    matches = Matches(old, new)
    _match_ends(matches)
    for key in (_with_neighbours, _with_one_before, _with_one_after, _text_and_path, _text):
        _match(matches, key)
    for key in (_reading_and_title, _reading, _undated):
        _match(matches, key)
    return matches


def _match_ends(matches: Matches) -> None:
    """Equal beginnings and equal ends, so that the rest only looks at what is between."""
    old, new = matches.old, matches.new
    shorter = min(len(old), len(new))
    head = 0
    while head < shorter and _text_and_path(old, head) == _text_and_path(new, head):
        matches.add(head, head)
        head += 1
    tail = 1
    while tail <= shorter - head and _text_and_path(old, -tail) == _text_and_path(new, -tail):
        matches.add(len(old) - tail, len(new) - tail)
        tail += 1


def _match(matches: Matches, key: Key) -> None:
    free_new = matches.free_new()
    if not free_new:
        return
    waiting: dict[Hashable, deque[int]] = defaultdict(deque)
    for index in matches.free_old():
        waiting[key(matches.old, index)].append(index)
    for index in free_new:
        if candidates := waiting.get(key(matches.new, index)):
            matches.add(candidates.popleft(), index)


def _neighbour(provisions: Sequence[ProvisionText], index: int) -> str:
    return provisions[index].text if 0 <= index < len(provisions) else ""


def _with_neighbours(provisions: Sequence[ProvisionText], index: int) -> Hashable:
    return _with_one_before(provisions, index), _neighbour(provisions, index + 1)


def _with_one_before(provisions: Sequence[ProvisionText], index: int) -> Hashable:
    return _neighbour(provisions, index - 1), _text_and_path(provisions, index)


def _with_one_after(provisions: Sequence[ProvisionText], index: int) -> Hashable:
    return _text_and_path(provisions, index), _neighbour(provisions, index + 1)


def _text_and_path(provisions: Sequence[ProvisionText], index: int) -> Hashable:
    return provisions[index].text, provisions[index].heading_path


def _text(provisions: Sequence[ProvisionText], index: int) -> Hashable:
    return provisions[index].text


def _reading_and_title(provisions: Sequence[ProvisionText], index: int) -> Hashable:
    return reading(provisions[index].text), provisions[index].title


def _reading(provisions: Sequence[ProvisionText], index: int) -> Hashable:
    return reading(provisions[index].text)


def _undated(provisions: Sequence[ProvisionText], index: int) -> Hashable:
    return mask_dates(reading(provisions[index].text))


@lru_cache(maxsize=16_384)
def reading(text: str) -> str:
    """``text`` as a reader sees it."""
    return fold_markdown(text)


def ends(text: str) -> str:
    """``text``, or of an endless one what tells it from others."""
    return text if len(text) <= 2 * LONGEST_END else text[:LONGEST_END] + text[-LONGEST_END:]


def equal_pairs(old: Sequence[Hashable], new: Sequence[Hashable]) -> Iterator[tuple[int, int]]:
    """Positions of equal keys, first with first; None is equal to nothing."""
    waiting: dict[Hashable, deque[int]] = defaultdict(deque)
    for position, key in enumerate(old):
        waiting[key].append(position)
    for position, key in enumerate(new):
        if key is not None and waiting.get(key):
            yield waiting[key].popleft(), position
