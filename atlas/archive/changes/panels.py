"""Runs of sentences that came or went together and are no terms: consent panels, menus.

A single line of a menu may be an item of a list of rights; a run of links and a run around consent buttons is not.
"""

from collections.abc import Iterator, Sequence

from atlas.archive.changes.names import MODALS, NEGATIONS
from atlas.archive.changes.page_words import is_menu_word
from atlas.archive.changes.runs import runs
from atlas.archive.gate.error_pages import consent_buttons
from atlas.archive.texts.sentences import Sentence

FEWEST_BUTTONS = 2  # different ones: "Accept all", "Reject all"
REACH = 12  # sentences before and behind a button that belong to its panel
SHORTEST_MENU = 5  # lines
LINKS = 0.6  # share of a menu's lines that are links, or words that menus are made of
LONGEST_LINE = 6  # words


def find_panels(sentences: Sequence[Sentence], left: Sequence[bool]) -> frozenset[str]:
    """The keys of the sentences that belong to a panel or menu; ``left`` tells which the other version lacks.

    What the other version has too ends a run: terms that stand between two panels belong to neither.
    """
    keys: set[str] = set()
    for start, end in runs(left):
        run = sentences[start:end]
        keys.update(_of_panel(run))
        keys.update(_of_menu(run))
    return frozenset(keys)


def _of_panel(run: Sequence[Sentence]) -> Iterator[str]:
    buttons = [index for index, sentence in enumerate(run) if consent_buttons([sentence.text])]
    if len(consent_buttons(run[index].text for index in buttons)) < FEWEST_BUTTONS:
        return
    for index, sentence in enumerate(run):
        if any(abs(index - button) <= REACH for button in buttons):
            yield sentence.key


def _of_menu(run: Sequence[Sentence]) -> Iterator[str]:
    if len(run) < SHORTEST_MENU or sum(map(_is_of_menu, run)) < LINKS * len(run):
        return
    for sentence in run:
        words = sentence.key.split()
        if len(words) <= LONGEST_LINE and not any(word in MODALS | NEGATIONS for word in words):
            yield sentence.key


def _is_of_menu(sentence: Sentence) -> bool:
    return sentence.is_link or is_menu_word(sentence)
