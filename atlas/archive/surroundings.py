"""What of two whole versions bears on each change between them: where its sentences stand, and what flaps.

Built once for a pair of versions, asked for each changed part.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from atlas.archive.history import SentenceHistory
from atlas.archive.sentences import Sentence
from atlas.archive.whole_text import WholeText

CAME_BACK = "The document said this already within the last 90 days: the page changes between variants."
WENT_AGAIN = "This went and came back within the last 90 days already: the page changes between variants."


@dataclass
class Side:
    """One version, seen from the other."""

    own: WholeText
    other: WholeText

    def is_left(self, sentence: Sentence) -> bool:
        """Does the other version not say this, or not as often, or of the opposite list?"""
        if self.turned(sentence):
            return True
        count = self.own.counts[sentence.key]
        if count and self.other.counts[sentence.key] >= count:
            return False
        return not self._said_in_other_cuts(sentence.key)

    def turned(self, sentence: Sentence) -> bool:
        """Did it move between a list of what is allowed and one of what is forbidden?"""
        here, there = self.own.listed.get(sentence.key), self.other.listed.get(sentence.key)
        return bool(here and there and not here & there)

    def _said_in_other_cuts(self, words: str) -> bool:
        """Does the other version say it within other ends of sentences, and nothing more in that sentence?

        "Fees" and "You pay." may have become "Fees You pay.": whatever stands in the other's sentences around the
        words must stand here too, one after the other. So nothing new can hide in them.
        """
        if self.other.times_said(words) < self.own.times_said(words):
            return False
        return any(self.own.says(" ".join(self.other.keys(run))) for run in self.other.places(words))


@dataclass
class Surroundings:
    """Two whole versions, and what the document held before (``history``, fed up to the older one)."""

    old: WholeText
    new: WholeText
    history: SentenceHistory | None = None
    at: datetime | None = None
    failed_old: bool = False
    failed_new: bool = False

    @cached_property
    def from_old(self) -> Side:
        return Side(self.old, self.new)

    @cached_property
    def from_new(self) -> Side:
        return Side(self.new, self.old)

    @cached_property
    def left_old(self) -> Sequence[Sentence]:
        return [sentence for sentence in self.old.sentences if self.from_old.is_left(sentence)]

    @cached_property
    def left_new(self) -> Sequence[Sentence]:
        return [sentence for sentence in self.new.sentences if self.from_new.is_left(sentence)]

    def why_returned(self, before: Sentence | None, after: Sentence | None) -> str:
        """How the history of the document makes the step a flapping page; empty if it does not."""
        history, at = self.history, self.at
        if history is None or at is None:
            return ""
        if after is None:
            return WENT_AGAIN if before is not None and history.goes_again(before.key, at) else ""
        if not history.came_back(after.key, at):
            return ""
        if before is None or history.stood_in(before.key, after.key) or history.goes_again(before.key, at):
            return CAME_BACK
        return ""


def survey(
    old: Iterable[str],
    new: Iterable[str],
    history: SentenceHistory | None = None,
    at: datetime | None = None,
    *,
    failed_old: bool = False,
    failed_new: bool = False,
) -> Surroundings:
    """The surroundings of the changes between two versions, each given as the texts of its parts in order."""
    return Surroundings(WholeText(old), WholeText(new), history, at, failed_old, failed_new)
