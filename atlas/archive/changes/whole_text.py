"""A whole version of a document as its sentences in order: what a change of one part is judged against."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import accumulate

from atlas.archive.texts.lead_ins import Listed
from atlas.archive.texts.sentences import Sentence, read_sentences

MARKS = ".,:;!?()[]{}\"'*_"
NEAR = 8  # sentences; items of one list
COPY = 10  # sentences that follow each other; fewer are boilerplate that recurs
MOST_PLACES = 50  # a fragment that stands more often than this is furniture; nothing is learnt from further places


class WholeText:
    """Sentences with their counts, and their keys as one string, in which words are found whatever the cuts."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.sentences: list[Sentence] = [sentence for text in texts for sentence in read_sentences(text)]
        self.counts = Counter(sentence.key for sentence in self.sentences)

    @cached_property
    def before(self) -> dict[str, set[str]]:
        """Which sentences each one stands behind; the first stands behind nothing."""
        before: dict[str, set[str]] = defaultdict(set)
        last = ""
        for sentence in self.sentences:
            before[sentence.key].add(last)
            last = sentence.key
        return before

    @cached_property
    def headings(self) -> frozenset[str]:
        return frozenset(sentence.key for sentence in self.sentences if sentence.is_heading)

    @cached_property
    def listed(self) -> dict[str, set[Listed]]:
        """What the lists say of the sentences in them; those in no such list are left out."""
        listed: dict[str, set[Listed]] = defaultdict(set)
        for sentence in self.sentences:
            if sentence.listed:
                listed[sentence.key].add(sentence.listed)
        return listed

    @cached_property
    def beside_or(self) -> frozenset[str]:
        """The sentences near one that ends in "or": its list is one of alternatives."""
        joints = [index for index, sentence in enumerate(self.sentences) if sentence.key.endswith((" or", " and/or"))]
        near = (sentence for at in joints for sentence in self.sentences[max(0, at - NEAR) : at + NEAR + 1])
        return frozenset(sentence.key for sentence in near)

    @cached_property
    def copied(self) -> frozenset[str]:
        """The sentences of every run of ten or more that stands here twice."""
        keys = [sentence.key for sentence in self.sentences]
        runs = Counter(tuple(keys[start : start + COPY]) for start in range(len(keys) - COPY + 1))
        return frozenset(key for run, count in runs.items() if count > 1 for key in run)

    @cached_property
    def joined(self) -> str:
        return " " + " ".join(sentence.key for sentence in self.sentences) + " "

    @cached_property
    def starts(self) -> list[int]:
        """Where each sentence's space stands in ``joined``."""
        return list(accumulate((len(sentence.key) + 1 for sentence in self.sentences[:-1]), initial=0))

    @cached_property
    def small_words(self) -> frozenset[str]:
        """The words that stand in small letters somewhere: not the names."""
        words = (word.strip(MARKS) for sentence in self.sentences for word in sentence.text.split())
        return frozenset(word for word in words if word.islower())

    @cached_property
    def words(self) -> Counter[str]:
        return Counter(word for sentence in self.sentences for word in sentence.key.split())

    def places(self, words: str) -> Iterator[tuple[int, int]]:
        """Runs of sentences (first, end exclusive) that ``words`` stand in, one run for each place."""
        position = -1
        for _ in range(MOST_PLACES):
            position = self.joined.find(f" {words} ", position + 1)
            if position < 0:
                return
            first = bisect_right(self.starts, position) - 1
            last = bisect_right(self.starts, position + len(words)) - 1
            yield first, last + 1

    def keys(self, run: tuple[int, int]) -> Sequence[str]:
        return [sentence.key for sentence in self.sentences[run[0] : run[1]]]

    def says(self, words: str) -> bool:
        """Do these words stand here one after the other, wherever sentences end?"""
        return f" {words} " in self.joined

    def times_said(self, words: str) -> int:
        return self.joined.count(f" {words} ")
