"""Provisions of one version and of the next → which is which.

First whatever is the same (text and place, text, text as a reader sees it), which settles nearly all; then the
left-overs by similarity, all at once, so that no early wrong pair takes the partner of a later right one.
"""

from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from atlas.archive.normalising import fold_markdown
from atlas.archive.sentences import mask_dates, sentence_keys
from atlas.archive.splitting import ProvisionText

Kind = Literal["unchanged", "modified", "moved", "added", "removed", "split", "merged"]

# Of 194 pairs that a person read, 153 of 154 with a ratio of 0.60 and more were right and 7 of 40 below.
SIMILAR = 0.60
SIMILAR_IN_PLACE = 0.55  # between the same neighbours and under the same heading
SIMILAR_UNDER_HEADING = 0.35  # under a heading that stands once in each version
BONUS_GAP = 0.10
BONUS_PATH = 0.08
CONTAINED = 0.80  # share of a provision's sentences that must stand in another one to have come from there
LARGEST_MATRIX = 250_000  # cells; beyond, only provisions in the same place are compared


@dataclass(frozen=True, slots=True)
class Pair:
    """Indexes into the old and the new provisions; ``score`` is the similarity of the texts, 0 to 1."""

    old: int | None
    new: int | None
    kind: Kind
    score: float


def align(old: Sequence[ProvisionText], new: Sequence[ProvisionText]) -> list[Pair]:
    """One pair for each provision of both sides, in the order of ``new``; removed ones follow their predecessor.

    ``split`` is a new provision whose sentences stood in old ones, ``merged`` an old one whose sentences went into
    new ones: nothing in them is news.
    """
    matches = _Matches(old, new)
    _match_ends(matches)
    for key in (_text_and_path, _text, _reading_and_title, _reading, _undated):
        _match_equal(matches, key)
    _match_similar(matches)
    return _in_order(matches, _pairs(matches))


@dataclass
class _Matches:
    old: Sequence[ProvisionText]
    new: Sequence[ProvisionText]
    partner: dict[int, int] = field(default_factory=dict)  # new → old
    score: dict[int, float] = field(default_factory=dict)  # new → similarity
    taken: set[int] = field(default_factory=set)  # old

    def add(self, old: int, new: int, score: float = 1.0) -> None:
        self.partner[new] = old
        self.score[new] = score
        self.taken.add(old)

    def free_old(self) -> list[int]:
        return [index for index in range(len(self.old)) if index not in self.taken]

    def free_new(self) -> list[int]:
        return [index for index in range(len(self.new)) if index not in self.partner]


def _text_and_path(provision: ProvisionText) -> Hashable:
    return provision.text, provision.heading_path


def _text(provision: ProvisionText) -> Hashable:
    return provision.text


def _reading_and_title(provision: ProvisionText) -> Hashable:
    return _read(provision.text), provision.title


def _reading(provision: ProvisionText) -> Hashable:
    return _read(provision.text)


def _undated(provision: ProvisionText) -> Hashable:
    return mask_dates(_read(provision.text))


@lru_cache(maxsize=32_768)
def _read(text: str) -> str:
    return fold_markdown(text)


def _match_ends(matches: _Matches) -> None:
    """Equal beginnings and equal ends, so that the rest only looks at what is between."""
    old, new = matches.old, matches.new
    shorter = min(len(old), len(new))
    head = 0
    while head < shorter and _text_and_path(old[head]) == _text_and_path(new[head]):
        matches.add(head, head)
        head += 1
    tail = 1
    while tail <= shorter - head and _text_and_path(old[-tail]) == _text_and_path(new[-tail]):
        matches.add(len(old) - tail, len(new) - tail)
        tail += 1


def _match_equal(matches: _Matches, key: Callable[[ProvisionText], Hashable]) -> None:
    waiting: dict[Hashable, deque[int]] = defaultdict(deque)
    for index in matches.free_old():
        waiting[key(matches.old[index])].append(index)
    for index in matches.free_new():
        candidates = waiting.get(key(matches.new[index]))
        if candidates:
            matches.add(candidates.popleft(), index, 1.0)


def _match_similar(matches: _Matches) -> None:
    olds, news = matches.free_old(), matches.free_new()
    if not olds or not news:
        return
    if len(olds) * len(news) <= LARGEST_MATRIX:
        _assign(matches, olds, news)
        return
    for olds_here, news_here in _gaps(matches, olds, news):
        if len(olds_here) * len(news_here) <= LARGEST_MATRIX:
            _assign(matches, olds_here, news_here)


def _gaps(matches: _Matches, olds: list[int], news: list[int]) -> Iterable[tuple[list[int], list[int]]]:
    before_old, before_new = _gap_of_old(matches), _gap_of_new(matches)
    gaps: dict[int, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for index in olds:
        gaps[before_old[index]][0].append(index)
    for index in news:
        gaps[before_new[index]][1].append(index)
    return [(here_old, here_new) for here_old, here_new in gaps.values() if here_old and here_new]


def _gap_of_old(matches: _Matches) -> list[int]:
    """For each old provision the last settled old one before it: the name of the gap that it stands in."""
    last, names = -1, []
    for index in range(len(matches.old)):
        last = index if index in matches.taken else last
        names.append(last)
    return names


def _gap_of_new(matches: _Matches) -> list[int]:
    last, names = -1, []
    for index in range(len(matches.new)):
        last = matches.partner.get(index, last)
        names.append(last)
    return names


def _assign(matches: _Matches, olds: list[int], news: list[int]) -> None:
    """The pairing of all left-overs with the highest sum of similarities, then the pairs that are similar enough."""
    import numpy
    from rapidfuzz import fuzz, process
    from scipy.optimize import linear_sum_assignment

    old_texts = [_read(matches.old[index].text) for index in olds]
    new_texts = [_read(matches.new[index].text) for index in news]
    scores = process.cdist(old_texts, new_texts, scorer=fuzz.ratio, score_cutoff=100 * SIMILAR_UNDER_HEADING) / 100
    before_old, before_new = _gap_of_old(matches), _gap_of_new(matches)
    weights = numpy.array(scores, dtype=float)
    needed = numpy.full_like(weights, SIMILAR)
    once_old, once_new = _standing_once(matches.old), _standing_once(matches.new)
    for row, old_index in enumerate(olds):
        for column, new_index in enumerate(news):
            if not weights[row, column]:
                continue
            same_gap = before_old[old_index] == before_new[new_index]
            same_path = _place(matches.old[old_index]) == _place(matches.new[new_index])
            weights[row, column] += BONUS_GAP * same_gap + BONUS_PATH * same_path
            if same_path and old_index in once_old and new_index in once_new:
                needed[row, column] = SIMILAR_UNDER_HEADING
            elif same_path and same_gap:
                needed[row, column] = SIMILAR_IN_PLACE
    allowed = scores >= needed
    for row, column in zip(*linear_sum_assignment(numpy.where(allowed, weights, 0), maximize=True), strict=True):
        if allowed[row, column]:
            matches.add(olds[row], news[column], float(scores[row, column]))


def _place(provision: ProvisionText) -> tuple[tuple[str, ...], str]:
    return provision.heading_path, provision.title


def _standing_once(provisions: Sequence[ProvisionText]) -> set[int]:
    """The provisions under a heading that no other provision stands under."""
    places: dict[Hashable, list[int]] = defaultdict(list)
    for index, provision in enumerate(provisions):
        if provision.heading_path:
            places[_place(provision)].append(index)
    return {indexes[0] for indexes in places.values() if len(indexes) == 1}


def _pairs(matches: _Matches) -> list[Pair]:
    in_place = _longest_increasing([matches.partner[index] for index in sorted(matches.partner)])
    pairs = []
    for new_index, old_index in sorted(matches.partner.items()):
        same = matches.old[old_index].text == matches.new[new_index].text
        kind: Kind = ("unchanged" if old_index in in_place else "moved") if same else "modified"
        pairs.append(Pair(old_index, new_index, kind, matches.score[new_index]))
    free_old, free_new = matches.free_old(), matches.free_new()
    old_sentences = _sentences_in(matches.old) if free_new else frozenset()
    new_sentences = _sentences_in(matches.new) if free_old else frozenset()
    for index in free_new:
        share = _share_in(matches.new[index], old_sentences)
        pairs.append(Pair(None, index, "split" if share >= CONTAINED else "added", share))
    for index in free_old:
        share = _share_in(matches.old[index], new_sentences)
        pairs.append(Pair(index, None, "merged" if share >= CONTAINED else "removed", share))
    return pairs


def _sentences_in(provisions: Sequence[ProvisionText]) -> frozenset[str]:
    return frozenset(key for provision in provisions for key in sentence_keys(provision.text))


def _share_in(provision: ProvisionText, sentences: frozenset[str]) -> float:
    """The share of the provision's sentences, by their length, that stand among ``sentences``."""
    keys = sentence_keys(provision.text)
    total = sum(map(len, keys))
    return sum(len(key) for key in keys if key in sentences) / total if total else 0.0


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


def _in_order(matches: _Matches, pairs: list[Pair]) -> list[Pair]:
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
