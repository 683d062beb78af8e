"""What a provision is about, by the cues of the catalogue.

Some 600 expressions would have to be searched in every new wording. So each is searched only where the words that it
cannot match without occur; finding a word is a hundred times quicker than failing to match an expression.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from atlas.archive.cue_words import SHORTEST_WORD, split_alternatives, words_needed
from atlas.archive.normalising import fold_markdown

BEGINNING = SHORTEST_WORD  # letters by which words are looked up


@dataclass(frozen=True, eq=False)
class Cue:
    """An expression, and sets of words: a match contains one word of each set."""

    pattern: re.Pattern[str]
    needs: tuple[frozenset[str], ...]

    def matches(self, text: str, words: set[str]) -> bool:
        """Does it match in ``text``, which contains ``words`` of the vocabulary?"""
        return not any(map(words.isdisjoint, self.needs)) and self.pattern.search(text) is not None


@dataclass(frozen=True, eq=False)
class TopicCues:
    """The cues of one topic. Text that matches ``exclude`` doesn't count; one cue is enough."""

    key: str
    cues: tuple[Cue, ...]
    exclude: tuple[re.Pattern[str], ...] = ()

    @classmethod
    def compile(cls, key: str, cues: Iterable[str], exclude: Iterable[str] = ()) -> "TopicCues":
        """Raises ``re.error`` if an expression is not valid."""
        return cls(
            key,
            tuple(_compile(part) for cue in cues for part in split_alternatives(cue)),
            tuple(re.compile(expression, re.IGNORECASE) for expression in exclude),
        )

    @classmethod
    def from_entry(cls, entry: Mapping[str, Any]) -> "TopicCues":
        """From an entry of ``topics.yaml``."""
        return cls.compile(entry["id"], entry["cues"], entry["exclude"])

    def match(self, text: str, words: set[str]) -> bool:
        """Is ``text``, which contains ``words`` of the vocabulary, about the topic?"""
        if not any(cue.matches(text, words) for cue in self.cues):
            return False
        for pattern in self.exclude:
            text = pattern.sub(" ", text)
        return not self.exclude or any(cue.matches(text, words) for cue in self.cues)


def find_topics(text: str, topics: Sequence[TopicCues]) -> list[str]:
    """The keys of the topics that ``text`` is about, in the order of ``topics``."""
    return list(_find(fold_markdown(text), tuple(topics)))


@lru_cache(maxsize=32_768)
def _find(folded: str, topics: tuple[TopicCues, ...]) -> tuple[str, ...]:
    words = _words_in(folded.lower(), _vocabulary(topics))
    return tuple(topic.key for topic in topics if topic.match(folded, words))


def _words_in(lowered: str, vocabulary: Mapping[str, Sequence[str]]) -> set[str]:
    """The words of the vocabulary that occur in the text, looked up by their first letters."""
    beginnings = {lowered[index : index + BEGINNING] for index in range(len(lowered) - BEGINNING + 1)}
    return {word for start in beginnings & vocabulary.keys() for word in vocabulary[start] if word in lowered}


@lru_cache(maxsize=8)
def _vocabulary(topics: tuple[TopicCues, ...]) -> dict[str, list[str]]:
    """The words that the cues need, by their first letters."""
    vocabulary: dict[str, list[str]] = {}
    for word in sorted({word for topic in topics for cue in topic.cues for words in cue.needs for word in words}):
        vocabulary.setdefault(word[:BEGINNING], []).append(word)
    return vocabulary


def _compile(expression: str) -> Cue:
    return Cue(re.compile(expression, re.IGNORECASE), words_needed(expression))
