"""Numbers that count clauses: "(i)", "(2)" inside a sentence, "5." glued to its first or to the last one's end.

They are no amounts: an amount stands behind its word ("thirty (30)") or before what it counts ("30 days").
"""

import re

from atlas.archive.changes.names import binds

NO_UNITS = "you we they your our their any all each no not must may shall will"  # words that bind, but count nothing
PRONOUNS = frozenset(NO_UNITS.split())
JOINTS = ("and", "or", "and/or", "if", "unless", "you", "we", "may", "must", "shall", "will", "not")
INSIDE = re.compile(r"(?<=[\s,;:])\(([ivx]{1,4}|[a-h]|\d{1,2})\)\s")
ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
LEADING = re.compile(r"^\d{1,2}(?:\.\d{1,2}){0,3}\.?\s?(?=[A-Z][a-zA-Z])")
TRAILING = re.compile(r"(?<=[a-z)][.!?;])\d{1,2}\.?$")
ALONE = re.compile(r"^[A-Z](?:\.(?:[a-z]|[ivx]{1,5}|\d{1,2})){2,4}\.?$")  # "C.3.b.viii."; of figures only: an amount
LAST_WORD = re.compile(r"[\w-]{1,40}\W{0,3}$")
NEXT_WORD = re.compile(r"\W{0,3}([\w-]{1,40})")


def without_enumerators(sentence: str) -> str:
    """The text of a sentence without the numbers that only count clauses.

    >>> without_enumerators("9.3 We pay if (1) you ask and (2) thirty (30) days passed.")
    'We pay if you ask and thirty (30) days passed.'
    """
    leading = LEADING.match(sentence)
    if leading and _counts_nothing(sentence, leading.end()):
        sentence = sentence[leading.end() :]
    sentence = TRAILING.sub("", sentence)
    return _without_series(sentence)


def is_enumerator(sentence: str) -> bool:
    """Is it nothing but the number of the clause behind it?"""
    return ALONE.match(sentence) is not None


def _without_series(sentence: str) -> str:
    """Drops "(1)", "(2)", … where they follow each other from the first; "(5)" alone is an amount."""
    expected = 1

    def dropped(match: re.Match[str]) -> str:
        nonlocal expected
        if expected not in _values(match[1]) or not _is_counter(match):
            return match[0]
        expected += 1
        return ""

    return INSIDE.sub(dropped, sentence)


def _values(mark: str) -> set[int]:
    """What a mark may count: "i" is the first of a series in Roman figures, or the ninth letter."""
    if mark.isdigit():
        return {int(mark)}
    return ({ROMAN.index(mark) + 1} if mark in ROMAN else set()) | ({ord(mark) - 96} if len(mark) == 1 else set())


def _is_counter(match: re.Match[str]) -> bool:
    word = LAST_WORD.search(match.string, max(0, match.start() - 44), match.start())
    last = word[0].strip(" .,;:()").casefold() if word else ""
    return not (last and binds(last) and last not in JOINTS) and _counts_nothing(match.string, match.end())


def _counts_nothing(sentence: str, end: int) -> bool:
    """Is the next word neither a unit nor a number?"""
    word = NEXT_WORD.match(sentence, end)
    return word is None or not binds(word[1].casefold()) or word[1].casefold() in PRONOUNS
