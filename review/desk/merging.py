"""Two people's changes of one text, put together. Pure.

Each part is taken by itself: what only one of them changed is theirs to decide; where both did, both are offered.
"""

import re
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from review.desk.typed import Value, Values, is_same

# Places where a word meets the same word of the other side: difflib's effort. Two parts of 500 words have some 3,000;
# beyond this a person puts them together.
MAX_MEETINGS = 20_000

_WORD = re.compile(r"\s*\S+|\s+\Z")


class How(StrEnum):
    SAME = "same"  # nobody changed it
    YOURS = "yours"  # only you
    THEIRS = "theirs"  # only they
    ALIKE = "alike"  # both, to the same
    BOTH = "both"  # both, to different texts: somebody has to choose


@dataclass(frozen=True)
class Merged:
    """One part. ``base`` is None if what the form was opened from is not known.

    ``is_woven``: both changed it, each other words, and the proposal has the changes of both.
    """

    name: str
    base: Value | None
    yours: Value
    theirs: Value
    how: How
    proposal: Value
    is_woven: bool = False


def merge(base: Values, yours: Values, theirs: Values) -> list[Merged]:
    """Every part of ``theirs``, merged. A part that ``yours`` does not have was not changed there.

    Where ``base`` does not have a part that differs, it counts as changed by both.
    """
    return [
        _merged(name, base.get(name), yours.get(name, base.get(name, theirs[name])), theirs[name]) for name in theirs
    ]


def _merged(name: str, base: Value | None, yours: Value, theirs: Value) -> Merged:
    if is_same(yours, theirs):
        return Merged(name, base, yours, theirs, How.SAME if is_same(base, theirs) else How.ALIKE, theirs)
    if is_same(base, theirs):
        return Merged(name, base, yours, theirs, How.YOURS, yours)
    if is_same(base, yours):
        return Merged(name, base, yours, theirs, How.THEIRS, theirs)
    if isinstance(base, str) and isinstance(yours, str) and isinstance(theirs, str):
        woven = weave(base, yours, theirs)
        if woven is not None:
            return Merged(name, base, yours, theirs, How.BOTH, woven, is_woven=True)
    return Merged(name, base, yours, theirs, How.BOTH, yours)


def weave(base: str, yours: str, theirs: str) -> str | None:
    """``base`` with the changes of both; None if they changed the same words, or words side by side.

    >>> weave("We keep it for 30 days.", "We keep your Content for 30 days.", "We keep it for 90 days.")
    'We keep your Content for 90 days.'
    """
    texts = [_WORD.findall(text) for text in (base, yours, theirs)]
    words = texts[0]
    if any(_meetings(words, text) > MAX_MEETINGS for text in texts[1:]):
        return None
    changes = sorted({*_changes(words, texts[1]), *_changes(words, texts[2])})
    pieces: list[str] = []
    end = -1
    for start, stop, new in changes:
        if start <= end:
            return None
        pieces += [*words[max(end, 0) : start], new]
        end = stop
    return "".join([*pieces, *words[max(end, 0) :]])


def _meetings(base: list[str], text: list[str]) -> int:
    counts = Counter(text)
    return sum(counts[word] for word in base)


def _changes(base: list[str], text: list[str]) -> list[tuple[int, int, str]]:
    """Which words of ``base`` became what: (from, to, new words)."""
    opcodes = SequenceMatcher(None, base, text, autojunk=False).get_opcodes()
    return [(i, j, "".join(text[k:m])) for op, i, j, k, m in opcodes if op != "equal"]
