"""What a provision is about, by the cues of the catalogue.

Some 400 expressions are searched in every new wording, so each is searched only where one of the words that it
cannot match without occurs: finding a word in a text is a hundred times quicker.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from atlas.archive.cue_words import words_needed
from atlas.archive.normalising import fold_markdown


@dataclass(frozen=True)
class Cue:
    """An expression and words one of which every match contains; no words: search always."""

    pattern: re.Pattern[str]
    words: tuple[str, ...]

    @classmethod
    def compile(cls, expression: str) -> "Cue":
        return cls(re.compile(expression, re.IGNORECASE), words_needed(expression))

    def matches(self, text: str, lowered: str) -> bool:
        if self.words and not any(word in lowered for word in self.words):
            return False
        return self.pattern.search(text) is not None


@dataclass(frozen=True)
class TopicCues:
    """The cues of one topic. Text that matches ``exclude`` doesn't count; one cue is enough."""

    key: str
    cues: tuple[Cue, ...]
    exclude: tuple[re.Pattern[str], ...] = ()

    @classmethod
    def compile(cls, key: str, cues: Iterable[str], exclude: Iterable[str] = ()) -> "TopicCues":
        """Raises ``re.error`` if an expression is not valid."""
        return cls(key, tuple(map(Cue.compile, cues)), tuple(re.compile(e, re.IGNORECASE) for e in exclude))

    @classmethod
    def from_entry(cls, entry: Mapping[str, Any]) -> "TopicCues":
        """From an entry of topics.yaml."""
        return cls.compile(entry["id"], entry["cues"], entry["exclude"])

    def match(self, text: str, lowered: str) -> bool:
        for pattern in self.exclude:
            text = pattern.sub(" ", text)
        return any(cue.matches(text, lowered) for cue in self.cues)


def find_topics(text: str, topics: Sequence[TopicCues]) -> list[str]:
    """The keys of the topics that ``text`` is about, in the order of ``topics``."""
    return list(_find(text, tuple(topics)))


@lru_cache(maxsize=16_384)
def _find(text: str, topics: tuple[TopicCues, ...]) -> tuple[str, ...]:
    folded = fold_markdown(text)
    lowered = folded.lower()
    return tuple(topic.key for topic in topics if topic.match(folded, lowered))
