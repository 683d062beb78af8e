"""Which sentences a document has held, and when they went: a page that flaps between two variants is no news.

A sentence that comes back within 90 days of its going, and one that goes a second time within 90 days, are variants
of a page and not acts of the platform. Beyond that a return is news again: the platform reinstated something.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from atlas.archive.texts.sentences import sentence_keys

FLAPPING = timedelta(days=90)
START = 0  # stands for the beginning of the text


@dataclass
class SentenceHistory:
    """The sentences of the accepted captures of one document, as hashes of their keys; fed in order with ``see``.

    ``standing`` are those of the latest capture, each with when it came; ``gone`` tells when a sentence last went, also
    of those that are back; ``behind`` which sentence each stood behind when it was last seen.
    The hashes are Python's own, salted for each process: an instance is rebuilt from texts, never stored.
    """

    standing: dict[int, datetime] = field(default_factory=dict)
    gone: dict[int, datetime] = field(default_factory=dict)
    behind: dict[int, int] = field(default_factory=dict)

    def see(self, texts: Iterable[str], at: datetime) -> None:
        """Take in the next accepted capture: the texts of its provisions, or one whole text."""
        order = [hash(key) for text in texts for key in sentence_keys(text)]
        now = set(order)
        self.behind |= zip(order, [START, *order], strict=False)
        for sentence in self.standing.keys() - now:
            self.gone[sentence] = at
        self.standing = {sentence: self.standing.get(sentence, at) for sentence in now}

    def stands(self, key: str) -> bool:
        """Does the latest accepted capture say it?"""
        return hash(key) in self.standing

    def came_back(self, key: str, at: datetime) -> bool:
        """Does a sentence that does not stand come back within 90 days of its going?"""
        return hash(key) not in self.standing and self._went_lately(key, at)

    def goes_again(self, key: str, at: datetime) -> bool:
        """Does a sentence that stands go for the second time within 90 days?"""
        return hash(key) in self.standing and self._went_lately(key, at)

    def stood_behind(self, key: str, other: str) -> bool:
        """Did the sentence stand behind ``other`` (empty: at the very beginning) when it was last seen?"""
        return self.behind.get(hash(key)) == (hash(other) if other else START)

    def stood_in(self, key: str, other: str) -> bool:
        """Did the sentence that stands come only when ``other`` had gone? Then it was the other's variant."""
        came, went = self.standing.get(hash(key)), self.gone.get(hash(other))
        return came is not None and went is not None and came >= went

    def _went_lately(self, key: str, at: datetime) -> bool:
        went = self.gone.get(hash(key))
        return went is not None and at - went <= FLAPPING
