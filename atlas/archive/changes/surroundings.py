"""What of two whole versions bears on each change between them: where its sentences stand, and what flaps.

Built once for a pair of versions, asked for each changed part.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from atlas.archive.changes.causes import plain, words_before_grammar
from atlas.archive.changes.english import is_mistyped, is_typing_error
from atlas.archive.changes.history import SentenceHistory
from atlas.archive.changes.names import binds
from atlas.archive.changes.notices import find_notices
from atlas.archive.changes.panels import find_panels
from atlas.archive.changes.renames import Rename, apply_renames, find_renames
from atlas.archive.changes.slips import only_slips
from atlas.archive.changes.whole_text import WholeText
from atlas.archive.texts.sentences import Sentence, sentence_key

CAME_BACK = "The document said this already within the last 90 days: the page changes between variants."
WENT_AGAIN = "This went and came back within the last 90 days already: the page changes between variants."
MOST_SEARCHED = 300_000_000  # characters, some 0.3 s; what is not found by then counts as new
TWICE = 0.8  # share of the sentences that a second copy of the page holds again
FEWEST_SENTENCES = 5
LABEL_WORDS = 8
FEWEST_SPACES = 2
OWN_WORDS = 6  # a shorter sentence says what it says by the text before it
POINTING = frozenset(
    [
        "this",
        "that",
        "these",
        "those",
        "such",
        "it",
        "they",
        "them",
        "its",
        "their",
        "above",
        "below",
        "following",
        "so",
    ]
)


@dataclass
class Side:
    """One version, seen from the other."""

    own: WholeText
    other: WholeText
    is_repeated: bool = False
    is_newer: bool = False
    searches: dict[str, bool] = field(default_factory=dict)

    def is_left(self, sentence: Sentence) -> bool:
        """Does the other version not say this, or not as often, or of the opposite list?"""
        if self.turned(sentence):
            return True
        count = self.own.counts[sentence.key]
        there = self.other.counts[sentence.key]
        if count and there >= (1 if self.is_repeated or self._is_copied(sentence.key) else count):
            return False
        if self._said_but_for_and(sentence.key):
            return False
        return not self._said_in_other_cuts(sentence.key)

    def _is_copied(self, key: str) -> bool:
        """Did the newer version get it once more as one of many that follow each other a second time?

        A page was assembled twice then. The loss of a copy is news: it may have been that for other customers.
        """
        return self.is_newer and key in self.own.copied and key not in self.other.copied

    def _said_but_for_and(self, key: str) -> bool:
        """Does the other version say it with, or without, the "and" that joins an item to the next?

        Not in a list of which another item ends in "or": there the "and" would make it another list.
        """
        item = key.removesuffix(" and")
        forms = item, f"{item} and"
        if item.count(" ") < FEWEST_SPACES or not any(map(self.other.counts.__getitem__, forms)):
            return False
        if sum(map(self.other.counts.__getitem__, forms)) < sum(map(self.own.counts.__getitem__, forms)):
            return False
        return not any(form in whole.beside_or for form in forms for whole in (self.own, self.other))

    def turned(self, sentence: Sentence) -> bool:
        """Did it move between a list of what is allowed and one of what is forbidden?"""
        here, there = self.own.listed.get(sentence.key), self.other.listed.get(sentence.key)
        return bool(here and there and not here & there)

    def _said_in_other_cuts(self, words: str) -> bool:
        """Does the other version say it within other ends of sentences, and nothing more in that sentence?

        "Fees" and "You pay." may have become "Fees You pay.": whatever stands in the other's sentences around the
        words must stand here too, one after the other. So nothing new can hide in them.
        """
        if words not in self.searches:
            if len(self.searches) * len(self.other.joined) > MOST_SEARCHED:
                return False
            self.searches[words] = self._search(words)
        return self.searches[words]

    def _search(self, words: str) -> bool:
        if not self.is_repeated and self.other.times_said(words) < self.own.times_said(words):
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
    platform: str = ""
    aliases: tuple[str, ...] = ()

    @cached_property
    def is_repeated(self) -> bool:
        """Does one of the versions hold the whole document twice? Then the second copy is no news."""
        return _holds_twice(self.new, self.old) or _holds_twice(self.old, self.new)

    @cached_property
    def from_old(self) -> Side:
        return Side(self.old, self.new, self.is_repeated)

    @cached_property
    def from_new(self) -> Side:
        return Side(self.new, self.old, self.is_repeated, is_newer=True)

    @cached_property
    def left_old(self) -> Sequence[Sentence]:
        return [sentence for sentence in self.old.sentences if self.from_old.is_left(sentence)]

    @cached_property
    def left_new(self) -> Sequence[Sentence]:
        return [sentence for sentence in self.new.sentences if self.from_new.is_left(sentence)]

    @cached_property
    def panels_old(self) -> frozenset[str]:
        return find_panels(self.old.sentences, [self.from_old.is_left(sentence) for sentence in self.old.sentences])

    @cached_property
    def panels_new(self) -> frozenset[str]:
        return find_panels(self.new.sentences, [self.from_new.is_left(sentence) for sentence in self.new.sentences])

    @cached_property
    def notices_old(self) -> frozenset[str]:
        return find_notices(self.old.sentences, [self.from_old.is_left(sentence) for sentence in self.old.sentences])

    @cached_property
    def notices_new(self) -> frozenset[str]:
        return find_notices(self.new.sentences, [self.from_new.is_left(sentence) for sentence in self.new.sentences])

    @cached_property
    def renames(self) -> tuple[Rename, ...]:
        platform, *aliases = map(sentence_key, (self.platform, *self.aliases))
        return find_renames((self.left_old, self.left_new), self.old, self.new, platform, aliases)

    @cached_property
    def plain_old(self) -> frozenset[str]:
        return frozenset(plain(sentence.key) for sentence in self.left_old)

    @cached_property
    def plain_new(self) -> frozenset[str]:
        return frozenset(plain(sentence.key) for sentence in self.left_new)

    def is_turned(self, sentence: Sentence) -> bool:
        return self.from_new.turned(sentence) or self.from_old.turned(sentence)

    def why_same_in_versions(self, before: Sentence, after: Sentence) -> str:
        """Why two sentences say the same, as only the whole versions can tell; empty if they may not."""
        if self.renames and plain(apply_renames(before.key, self.renames)) == plain(after.key):
            return "Only a name changed, and it did so all through the document."
        if is_typing_error(before.key, after.key, self.old.words, self.new.words):
            return "Only a typing error was made or repaired."
        old, new = (words_before_grammar(apply_renames(key, self.renames)) for key in (before.key, after.key))
        if only_slips(before, after, old, new, self._is_mistyped):
            return "Only grammar changed: an ending, or a word that can be left out there."
        return ""

    def _is_mistyped(self, gone: str, come: str) -> bool:
        return is_mistyped(gone, come, self.old.words, self.new.words)

    def why_said_elsewhere(self, sentence: Sentence, *, is_new: bool) -> str:
        """Where the other version says what a sentence without a counterpart says; empty if it does not."""
        side, plain_others = (self.from_new, self.plain_old) if is_new else (self.from_old, self.plain_new)
        if side.turned(sentence):
            return ""
        if plain(sentence.key) in plain_others:
            return "The other version says it elsewhere, in another form."
        says_something = not all(map(binds, sentence.key.split()))
        if says_something and sentence.kind == "paragraph" and is_label(sentence) and side.other.says(sentence.key):
            return "Only a label came or went whose words stand in both versions."
        return ""

    @cached_property
    def share_kept(self) -> float:
        """How much of the newer version stood in the older one: 1.0 is every sentence."""
        sentences = self.new.sentences
        return sum(sentence.key in self.old.counts for sentence in sentences) / len(sentences) if sentences else 0.0

    def stood_before(self, sentence: Sentence) -> bool:
        """Did it stand in the last good capture? Without one, whatever follows a failure is the first look."""
        return self.history is None or not self.history.standing or self.history.stands(sentence.key)

    def why_returned(self, before: Sentence | None, after: Sentence | None) -> str:
        """How the history of the document makes the step a flapping page; empty if it does not."""
        history, at = self.history, self.at
        if history is None or at is None:
            return ""
        if after is None:
            return WENT_AGAIN if before is not None and history.goes_again(before.key, at) else ""
        if not history.came_back(after.key, at) or not self._says_the_same_there(after, history):
            return ""
        if before is None or history.stood_in(before.key, after.key) or history.goes_again(before.key, at):
            return CAME_BACK
        return ""

    def _says_the_same_there(self, sentence: Sentence, history: SentenceHistory) -> bool:
        """Is it back where it stood, or does it say the same wherever it stands?"""
        if not _leans_on_context(sentence):
            return True
        return any(history.stood_behind(sentence.key, other) for other in self.new.before[sentence.key])


def _leans_on_context(sentence: Sentence) -> bool:
    """Is it so short or so full of pointing words that its place decides what it says: "We may share this."?"""
    words = sentence.key.split()
    return len(words) < OWN_WORDS or not POINTING.isdisjoint(words)


def _holds_twice(one: WholeText, other: WholeText) -> bool:
    twice = sum(one.counts[key] >= 2 * count for key, count in other.counts.items())
    return len(other.counts) >= FEWEST_SENTENCES and twice >= TWICE * len(other.counts)


def is_label(sentence: Sentence) -> bool:
    """Is it short and without an end, as headings are that a page does not mark as such?"""
    return len(sentence.key.split()) <= LABEL_WORDS and sentence.text[-1:] not in ".;,!?:"


def survey(
    old: Iterable[str],
    new: Iterable[str],
    history: SentenceHistory | None = None,
    at: datetime | None = None,
    *,
    failed_old: bool = False,
    failed_new: bool = False,
    platform: str = "",
    aliases: Iterable[str] = (),
) -> Surroundings:
    """The surroundings of the changes between two versions, each given as the texts of its parts in order."""
    return Surroundings(WholeText(old), WholeText(new), history, at, failed_old, failed_new, platform, tuple(aliases))
