"""What a provision is about, by the cues of the catalogue.

Some 600 expressions would have to be searched in every new wording. So each is searched only where the words that it
cannot match without occur; looking up a word is a hundred times quicker than failing to match an expression.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from atlas.archive.provisions.cue_words import SHORTEST_WORD, split_alternatives, words_needed
from atlas.archive.texts.normalising import fold_markdown

BEGINNING = SHORTEST_WORD  # letters by which words are looked up
TOKEN = re.compile(r"[a-z0-9']+")  # whatever words_needed finds stands within one of these


@dataclass(frozen=True, eq=False)
class Cue:
    """An expression, and sets of words: a match contains one word of each set."""

    pattern: re.Pattern[str]
    needs: tuple[frozenset[str], ...]

    def may_match(self, words: set[str]) -> bool:
        """Can it match in a text that contains ``words`` of the vocabulary?"""
        return not any(map(words.isdisjoint, self.needs))

    def matches(self, text: str) -> bool:
        return self.pattern.search(text) is not None


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

    def words_in(self, text: str) -> list[str]:
        """The words of folded ``text`` by which it is about the topic, in the order of the text; empty if it isn't."""
        for pattern in self.exclude:
            text = pattern.sub(" ", text)
        found = {match.start(): match[0] for cue in self.cues if (match := cue.pattern.search(text)) is not None}
        return list(dict.fromkeys(found[place].strip() for place in sorted(found)))

    def match(self, text: str, cues: Sequence[Cue]) -> bool:
        """Is ``text``, in which only ``cues`` of the topic's can match, about the topic?"""
        if not any(cue.matches(text) for cue in cues):
            return False
        for pattern in self.exclude:
            text = pattern.sub(" ", text)
        return not self.exclude or any(cue.matches(text) for cue in cues)


def find_topics(text: str, topics: Sequence[TopicCues]) -> list[str]:
    """The keys of the topics that ``text`` is about, in the order of ``topics``."""
    return list(_find(fold_markdown(text), tuple(topics)))


def explain_topics(text: str, topics: Sequence[TopicCues]) -> dict[str, list[str]]:
    """The topics that ``find_topics`` finds, each with the words of ``text`` that its cues found."""
    found, folded = set(find_topics(text, topics)), fold_markdown(text)
    return {topic.key: topic.words_in(folded) for topic in topics if topic.key in found}


@lru_cache(maxsize=32_768)
def _find(folded: str, topics: tuple[TopicCues, ...]) -> tuple[str, ...]:
    cues = _index(topics).cues_for(folded)
    return tuple(topic.key for number, topic in enumerate(topics) if topic.match(folded, cues.get(number, ())))


class _Index:
    """The cues of some topics by the words that they need."""

    def __init__(self, topics: Sequence[TopicCues]) -> None:
        self.always: list[tuple[int, Cue]] = []
        self.by_word: dict[str, list[tuple[int, Cue]]] = {}
        self.vocabulary: dict[str, list[str]] = {}  # by their first letters
        for number, topic in enumerate(topics):
            for cue in topic.cues:
                self._enter(number, cue)
        for word in sorted({word for topic in topics for cue in topic.cues for words in cue.needs for word in words}):
            self.vocabulary.setdefault(word[:BEGINNING], []).append(word)
        self.words_in = lru_cache(maxsize=65_536)(self._words_in)  # languages have few words, and texts many

    def _enter(self, number: int, cue: Cue) -> None:
        """By each word of the set that says most: the one with the longest words."""
        telling = max(cue.needs, key=lambda words: (min(map(len, words)), -len(words)), default=None)
        if telling is None:
            self.always.append((number, cue))
        for word in telling or ():
            self.by_word.setdefault(word, []).append((number, cue))

    def cues_for(self, text: str) -> dict[int, list[Cue]]:
        """The cues that can match in ``text``, by the number of their topic."""
        words = {word for token in set(TOKEN.findall(text.lower())) for word in self.words_in(token)}
        called = dict.fromkeys(entry for word in words for entry in self.by_word.get(word, ()))
        cues: dict[int, list[Cue]] = {}
        for number, cue in [*self.always, *called]:
            if cue.may_match(words):
                cues.setdefault(number, []).append(cue)
        return cues

    def _words_in(self, token: str) -> tuple[str, ...]:
        beginnings = {token[place : place + BEGINNING] for place in range(len(token) - BEGINNING + 1)}
        known = beginnings & self.vocabulary.keys()
        return tuple(word for start in known for word in self.vocabulary[start] if word in token)


@lru_cache(maxsize=8)
def _index(topics: tuple[TopicCues, ...]) -> _Index:
    return _Index(topics)


def _compile(expression: str) -> Cue:
    return Cue(re.compile(expression, re.IGNORECASE), words_needed(expression))
