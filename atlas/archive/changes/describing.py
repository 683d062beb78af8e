"""What differs between two sentences, in one sentence for an editor: what to look at first."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from difflib import SequenceMatcher

from atlas.archive.texts.sentences import Sentence

LONGEST_QUOTE = 160  # characters
MOST_MEETINGS = 50_000  # places where a word of one side meets the same word of the other; each is looked at often
NUMBER = re.compile(r"\d")
MODALS = {"may", "must", "shall", "will", "can", "could", "should", "might", "would", "cannot", "can't", "won't"}
NEGATIONS = {
    *("not", "no", "never", "none", "neither", "nor", "without", "except", "unless"),
    *("cannot", "can't", "won't", "don't", "doesn't"),
}


def describe_difference(before: Sentence | None, after: Sentence | None) -> str:
    """Names the kind of words that changed, numbers before negations before modal verbs, and quotes one place of it."""
    if before is None or after is None:
        alone = before or after
        assert alone is not None, "there is at least one sentence"
        return f"{'New' if before is None else 'Gone'}: {quote(alone.text)}"
    swaps = _swaps(_words(before), _words(after))
    kind, swap = _most_telling(swaps)
    more = ", and more" if len(swaps) > 1 else ""
    if not swap.gone:
        return f"{kind or 'Wording'} added: “{_short(swap.come)}”{more}."
    if not swap.come:
        return f"{kind or 'Wording'} dropped: “{_short(swap.gone)}”{more}."
    return f"{kind or 'The wording'} changed: “{_short(swap.gone)}” became “{_short(swap.come)}”{more}."


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it is compared, and as it stands in the text."""

    key: str
    shown: str


@dataclass(frozen=True, slots=True)
class Swap:
    """Words that stood in one place, and those that stand there now. Either may be empty."""

    gone: str
    come: str
    keys: tuple[str, ...]


def _has_digit(word: str) -> bool:
    return NUMBER.search(word) is not None


TELLING: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("A number", _has_digit),
    ("A negation or exception", NEGATIONS.__contains__),
    ("A modal verb", MODALS.__contains__),
)


def _most_telling(swaps: list[Swap]) -> tuple[str, Swap]:
    """The kind of words that changed and where; of no kind that we have a name for: the longest."""
    for name, belongs in TELLING:
        for swap in swaps:
            if any(map(belongs, swap.keys)):
                return name, swap
    return "", max(swaps, key=lambda swap: len(swap.gone) + len(swap.come))


def _words(sentence: Sentence) -> list[Word]:
    keys, shown = sentence.key.split(), sentence.text.split()
    return list(map(Word, keys, shown if len(shown) == len(keys) else keys))


def _swaps(old: list[Word], new: list[Word]) -> list[Swap]:
    """The places that differ, in order; where very much does, one from the first difference to the last."""
    old_keys, new_keys = [word.key for word in old], [word.key for word in new]
    head = _common_start(old_keys, new_keys)
    tail = _common_start(old_keys[head:][::-1], new_keys[head:][::-1])
    if _meetings(old_keys[head : len(old) - tail], new_keys[head : len(new) - tail]) > MOST_MEETINGS:
        return [_swap(old[head : len(old) - tail], new[head : len(new) - tail])]
    old, new = old[head : len(old) - tail], new[head : len(new) - tail]
    steps = SequenceMatcher(None, [word.key for word in old], [word.key for word in new], False).get_opcodes()
    return [_swap(old[i:j], new[k:m]) for step, i, j, k, m in steps if step != "equal"] or [_swap(old, new)]


def _meetings(old: list[str], new: list[str]) -> int:
    counts = Counter(new)
    return len(old) + len(new) + sum(counts[word] for word in old)


def _swap(gone: list[Word], come: list[Word]) -> Swap:
    keys = tuple(word.key for word in [*gone, *come])
    return Swap(_quotable(gone), _quotable(come), keys)


def _quotable(words: list[Word]) -> str:
    return " ".join(word.shown for word in words).strip(",;:. ")


def _common_start(old: list[str], new: list[str]) -> int:
    shorter = min(len(old), len(new))
    return next((index for index in range(shorter) if old[index] != new[index]), shorter)


def quote(text: str) -> str:
    """The beginning of ``text`` in quotation marks."""
    return f"“{_short(text)}”"


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_QUOTE else text[: LONGEST_QUOTE - 1].rsplit(" ", 1)[0] + "…"
