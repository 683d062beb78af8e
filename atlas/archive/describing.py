"""What differs between two sentences, in one sentence for an editor: what to look at first."""

import re
from collections.abc import Callable
from difflib import SequenceMatcher

from atlas.archive.sentences import Sentence

LONGEST_QUOTE = 160  # characters
MOST_WORDS = 1_000  # looking for common words takes the square of this
NUMBER = re.compile(r"\d")
MODALS = {"may", "must", "shall", "will", "can", "could", "should", "might", "would", "cannot", "can't", "won't"}
NEGATIONS = {
    *("not", "no", "never", "none", "neither", "nor", "without", "except", "unless"),
    *("cannot", "can't", "won't", "don't", "doesn't"),
}


def describe_difference(before: Sentence | None, after: Sentence | None) -> str:
    """Names the kind of words that changed, numbers before negations before modal verbs, and quotes them."""
    if before is None or after is None:
        alone = before or after
        assert alone is not None, "there is at least one sentence"
        return f"{'New' if before is None else 'Gone'}: “{_short(alone.text)}”"
    gone, come = _changed_words(before.key.split(), after.key.split())
    kind = next((name for name, belongs in TELLING if any(map(belongs, [*gone, *come]))), "The wording")
    return f"{kind} changed: “{_short(' '.join(gone)) or '…'}” became “{_short(' '.join(come)) or '…'}”."


def _has_digit(word: str) -> bool:
    return NUMBER.search(word) is not None


TELLING: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("A number", _has_digit),
    ("A negation or exception", NEGATIONS.__contains__),
    ("A modal verb", MODALS.__contains__),
)


def _changed_words(old: list[str], new: list[str]) -> tuple[list[str], list[str]]:
    """The words that went and came; where very much did, all between the first and the last of them."""
    head = _common_start(old, new)
    tail = _common_start(old[head:][::-1], new[head:][::-1])
    old, new = old[head : len(old) - tail], new[head : len(new) - tail]
    if max(len(old), len(new)) > MOST_WORDS:
        return old, new
    gone: list[str] = []
    come: list[str] = []
    for operation, old_start, old_end, new_start, new_end in SequenceMatcher(None, old, new, False).get_opcodes():
        if operation != "equal":
            gone += old[old_start:old_end]
            come += new[new_start:new_end]
    return gone, come


def _common_start(old: list[str], new: list[str]) -> int:
    shorter = min(len(old), len(new))
    return next((index for index in range(shorter) if old[index] != new[index]), shorter)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_QUOTE else text[: LONGEST_QUOTE - 1].rsplit(" ", 1)[0] + "…"
