"""What differs between two wordings, word by word. Pure; the change page and the editors' desk show it.

Words and punctuation are compared, never the spaces between them: a re-wrapped paragraph has no difference.
"""

import re
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from difflib import Match, SequenceMatcher
from itertools import accumulate
from typing import Literal, NamedTuple

Op = Literal["same", "removed", "added"]

# difflib is quadratic on texts with many repeated words; two texts of 5,000 words each take 0.15 s.
MAX_WORDS = 10_000
# Places where a word meets the same word of the other side. Two legal texts of 5,000 words have some 200,000.
MAX_MEETINGS = 2_000_000
# difflib walks the whole text for each stretch that stayed: two texts that differ in every second word of 5,000 would
# take three seconds. Real ones have some hundred stretches; this is about half a second.
MAX_STEPS = 3_000_000
# What difflib then really does, counted while it does it: the two limits before are estimates that a text of a few
# words many times over escapes. About a second.
MAX_WORK = 20_000_000

_WORD = re.compile(r"\s*(?:[\w\u2019']+|[^\w\s])\s*\Z|\s*(?:[\w\u2019']+|[^\w\s])")
_SENTENCE = re.compile(r"\s*\S.*?(?:[.!?:;](?=\s)|\n|\Z)(?:\s*\Z)?")


class _TooMuchWork(Exception):
    """The comparison was given up: it would take longer than a page may."""


class _Bounded(SequenceMatcher[str]):
    """difflib's matcher, which gives up after :data:`MAX_WORK` meetings of words."""

    def __init__(self, old: Sequence[str], new: Sequence[str]) -> None:
        super().__init__(None, old, new, False)
        counts = Counter(new)
        self._meetings_before = list(accumulate((1 + counts[word] for word in old), initial=0))
        self._work = 0

    def find_longest_match(self, alo: int = 0, ahi: int | None = None, blo: int = 0, bhi: int | None = None) -> Match:
        """As in difflib; raises :class:`_TooMuchWork` once the work allowed is done."""
        end = len(self._meetings_before) - 1 if ahi is None else ahi
        self._work += self._meetings_before[end] - self._meetings_before[alo]
        if self._work > MAX_WORK:
            raise _TooMuchWork
        return super().find_longest_match(alo, ahi, blo, bhi)


class DiffPart(NamedTuple):
    """A stretch of text, with its spaces. The parts that are not removed, joined, are exactly the new text."""

    op: Op
    text: str


def diff_words(old: str, new: str) -> list[DiffPart]:
    """The parts of ``old`` and ``new`` in reading order, removed before added.

    Two wordings of more than :data:`MAX_WORDS` words together are compared by sentence first, and by word only
    inside the sentences that differ and are short enough.

    >>> [tuple(part) for part in diff_words("We keep it 30 days.", "We keep it  90 days.")]
    [('same', 'We keep it'), ('removed', ' 30'), ('added', '  90'), ('same', ' days.')]
    """
    old_words, new_words = _split(_WORD, old), _split(_WORD, new)
    if len(old_words) + len(new_words) <= MAX_WORDS:
        return _joined(_compare(old_words, new_words))
    return _joined(_by_sentence(_split(_SENTENCE, old), _split(_SENTENCE, new)))


def _split(pattern: re.Pattern[str], text: str) -> list[str]:
    """Words (or sentences) with the space before them; together they are ``text``."""
    if not text.strip():  # the patterns look for a word from each of the spaces on
        return [text] if text else []
    return pattern.findall(text)


def _compare(old: Sequence[str], new: Sequence[str]) -> list[DiffPart]:
    bare_old, bare_new = [_bare(word) for word in old], [_bare(word) for word in new]
    head = _common_start(bare_old, bare_new)
    tail = _common_start(bare_old[head:][::-1], bare_new[head:][::-1])
    i, k = len(old) - tail, len(new) - tail
    parts = [DiffPart("same", "".join(new[:head]))]
    parts += _middle(old[head:i], new[head:k], bare_old[head:i], bare_new[head:k])
    return [*parts, DiffPart("same", "".join(new[k:]))]


def _middle(old: Sequence[str], new: Sequence[str], bare_old: list[str], bare_new: list[str]) -> list[DiffPart]:
    """The differences; where finding them takes too long, all of the one for all of the other."""
    if not _takes_long(bare_old, bare_new):
        with suppress(_TooMuchWork):
            return _differences(old, new, _Bounded(bare_old, bare_new))
    return [DiffPart("removed", "".join(old)), DiffPart("added", "".join(new))]


def _common_start(old: Sequence[str], new: Sequence[str]) -> int:
    shorter = min(len(old), len(new))
    return next((index for index in range(shorter) if old[index] != new[index]), shorter)


def _takes_long(old: Sequence[str], new: Sequence[str]) -> bool:
    return _meetings(old, new) > MAX_MEETINGS or _stretches(old, new) * len(old) > MAX_STEPS


def _stretches(old: Sequence[str], new: Sequence[str]) -> int:
    """About how many stretches of ``old`` stayed: runs of words that ``new`` has too."""
    kept = set(new)
    return sum(word in kept and (index == 0 or old[index - 1] not in kept) for index, word in enumerate(old))


def _meetings(old: Sequence[str], new: Sequence[str]) -> int:
    counts = Counter(new)
    return sum(counts[word] for word in old)


def _differences(old: Sequence[str], new: Sequence[str], matcher: "SequenceMatcher[str]") -> list[DiffPart]:
    parts = []
    for op, i, j, k, m in matcher.get_opcodes():
        if op == "equal":
            parts.append(DiffPart("same", "".join(new[k:m])))
        else:
            parts += [DiffPart("removed", "".join(old[i:j])), DiffPart("added", "".join(new[k:m]))]
    return parts


def _by_sentence(old: Sequence[str], new: Sequence[str]) -> list[DiffPart]:
    parts: list[DiffPart] = []
    gone = ""
    for part in _compare(old, new):
        if part.op == "removed":
            gone = part.text
        elif part.op == "added":
            parts += _within(gone, part.text)
        else:
            parts.append(part)
    return parts


def _within(old: str, new: str) -> list[DiffPart]:
    old_words, new_words = _split(_WORD, old), _split(_WORD, new)
    if len(old_words) + len(new_words) <= MAX_WORDS:
        return _compare(old_words, new_words)
    return [DiffPart("removed", old), DiffPart("added", new)]


def _bare(piece: str) -> str:
    return " ".join(piece.split())


def _joined(parts: Sequence[DiffPart]) -> list[DiffPart]:
    """Neighbours of the same kind made one; empty parts dropped."""
    joined: list[DiffPart] = []
    for part in parts:
        if joined and joined[-1].op == part.op:
            joined[-1] = DiffPart(part.op, joined[-1].text + part.text)
        elif part.text:
            joined.append(part)
    return joined
