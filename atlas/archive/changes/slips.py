"""Slips of grammar: "contain" for "contains", "send us" for "send to us", "all these term" for "all these terms".

Two sentences differ only in slips if every word that differs is one of three: a word that can be left out of *this*
place without a change of meaning, another ending of the same word in small letters, or a typing error. Words that
bind (``names.binds``), names, defined terms and words of which the number counts ("affiliate", "device") are none.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher

from atlas.archive.changes.english import same_tense
from atlas.archive.changes.names import binds
from atlas.archive.texts.sentences import Sentence

MOST_SLIPS = 5  # words that differ on one side; beyond, a sentence was written anew
LONGEST_SENTENCE = 2_000  # characters; finding what differs takes the square of it
SHORTEST_STEM = 3  # letters
MARKS = ".,:;!?()[]{}\"'*_"
ARTICLES = frozenset(("a", "an", "the"))
SINGLE = "a an one each every per single any no another sole"  # what follows is counted
BEGINS_CLAUSE = (  # after an optional "that": "we agree (that) you …"
    "you we they he she it i the a an this these those your our their its there such any all each no"
)
TAKES_THAT = (
    "agree agrees acknowledge acknowledges ensure ensures confirm confirms understand understands represent represents"
    " warrant warrants believe believes know knows think thinks state states mean means require requires note"
)
TO_MATTERS = "up subject have has had having due prior next close down according not ready able"
COUNTED_WORDS = (  # one or several of them is another right, or another party
    "affiliate subsidiary subprocessor sub-processor processor controller recipient partner provider vendor contractor"
    " subcontractor licensor licensee customer user member party device account copy seat computer installation"
    " location child minor employee person organization organisation company owner court state country"
)
AGREEING = ({"is", "are"}, {"was", "were"}, {"has", "have"}, {"does", "do"}, {"this", "these"})
CONFUSED = ({"its", "it is"}, {"your", "you are"})  # "it's" is written out by now
COUNTED = frozenset(COUNTED_WORDS.split())
COUNTING = frozenset(SINGLE.split())
WITH_THAT = frozenset(TAKES_THAT.split())
SUBJECTS = frozenset(BEGINS_CLAUSE.split())
KEEPS_TO = frozenset(TO_MATTERS.split())

Typo = Callable[[str, str], bool]


def only_slips(before: Sentence, after: Sentence, old: str, new: str, is_typo: Typo) -> bool:
    """Do the two sentences, whose keys a ladder made into ``old`` and ``new``, differ in slips only?

    ``is_typo`` tells of two words whether one of them is a typing error for the other.
    """
    old_words, new_words = old.split(), new.split()
    if max(len(old), len(new)) > LONGEST_SENTENCE or _differing(old_words, new_words) > MOST_SLIPS:
        return False
    forms = _Forms(before, after, is_typo)
    return all(forms.is_slip(gone, come) for gone, come in _differences(old_words, new_words))


def _differing(old: Sequence[str], new: Sequence[str]) -> int:
    one, two = Counter(old), Counter(new)
    return max((one - two).total(), (two - one).total())


def _differences(old: list[str], new: list[str]) -> Iterator[tuple[list[str], list[str]]]:
    """The places that differ, each as what is left of it without the words that may be left out there."""
    for step, i, j, k, m in SequenceMatcher(None, old, new, False).get_opcodes():
        if step != "equal":
            yield _without_fillers(old, i, j), _without_fillers(new, k, m)


def _without_fillers(words: list[str], start: int, end: int) -> list[str]:
    return [words[index] for index in range(start, end) if not _is_filler(words, index)]


def _is_filler(words: list[str], index: int) -> bool:
    """Can the word be left out of its place, so that the sentence means the same?"""
    word = words[index]
    before = words[index - 1] if index else ""
    behind = words[index + 1] if index + 1 < len(words) else ""
    if word in ARTICLES or word in ("also", "please"):
        return True
    if not before or not behind or any(letter.isdigit() for letter in before + behind):
        return False
    if word == "that":
        return behind in SUBJECTS or before in WITH_THAT
    if word == "to":
        return before not in KEEPS_TO and not binds(before) and behind in ("us", "you", "them", "me")
    return word == "of" and before in ("all", "both", "inside", "outside")


class _Forms:
    """The forms of a word as two sentences use them."""

    def __init__(self, before: Sentence, after: Sentence, is_typo: Typo) -> None:
        self.is_typo = is_typo
        shown = (word.strip(MARKS) for text in (before.text, after.text) for word in text.split())
        self.small = frozenset(word for word in shown if word.islower())
        self.single = COUNTING.intersection(before.key.split()) != COUNTING.intersection(after.key.split())

    def is_slip(self, gone: Sequence[str], come: Sequence[str]) -> bool:
        if {" ".join(gone), " ".join(come)} in CONFUSED:
            return True
        return len(gone) == len(come) and all(map(self._same_word, gone, come))

    def _same_word(self, one: str, two: str) -> bool:
        if one == two or {one, two} in AGREEING:
            return True
        if binds(one) or binds(two):
            return False
        return self.is_typo(one, two) or self._same_stem(one, two)

    def _same_stem(self, one: str, two: str) -> bool:
        """Is it "term" and "terms", "contain" and "contains", "activates" and "activated"?

        Not where "a" or "each" came or went: "a photo" and "photos" are not as many.
        """
        if self.single or not {one, two} <= self.small or not (one + two).isalpha():
            return False
        stems = _stems(one) & _stems(two)
        return same_tense(one, two) or bool(stems and COUNTED.isdisjoint(stems))


def _stems(word: str) -> set[str]:
    """What it may be a form of: itself, or without "s", "es" and "ies"."""
    stems = {word}
    for ending, instead in (("s", ""), ("es", ""), ("ies", "y")):
        if word.endswith(ending) and not word.endswith("ss"):
            stems.add(word.removesuffix(ending) + instead)
    return {stem for stem in stems if len(stem) >= SHORTEST_STEM}
