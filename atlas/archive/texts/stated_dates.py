"""What a document states of itself: since when it is effective, and when it was last updated. Never invented.

A date counts only where a cue ("Effective", "Zuletzt aktualisiert") stands right before it and the words are the
document's own: a banner, or a sentence about "this policy". Which one counts where several do, and what never counts:
docs/decisions/0012-stated-dates.md.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from atlas.archive.texts.calendar_dates import read_date
from atlas.archive.texts.date_cues import (
    ABOUT_ITSELF,
    CONDITION,
    CUES,
    DOCUMENT,
    FOREIGN,
    HISTORY,
    JOINER,
    LABEL,
    LAST_UPDATE,
    LISTED,
    RELATIVE,
    SENTENCE_END,
    SENTENCE_GOES_ON,
    SENTENCE_WORDS,
    TAILS,
    UNREADABLE,
    YEARS,
)
from atlas.models import DateKind

TOP = 4_000  # characters: banners stand below the title, rarely below a table of contents
TITLE = 1_000  # characters in which a line that names the document may carry its date
WINDOW = 200  # characters before a year in which its cue stands, and before a cue in which its sentence begins
# Open Terms Archive puts several pages of one document together with this line; only the first speaks for the whole.
NEXT_PAGE = "\n- - -\n"
SHORTEST_PAGE = 100  # characters; a rule behind less is below a title


@dataclass(frozen=True, slots=True)
class FoundDate:
    """``text[start:end]`` states that the document has the date ``value`` (2026-03-14, or 2026-03)."""

    kind: DateKind
    value: str
    start: int
    end: int


def find_stated_dates(text: str) -> list[FoundDate]:
    """At most one date of each kind. Linear in the length of ``text``; nothing is looked at but what is around years.

    >>> find_stated_dates("# Terms\\n\\nEffective: 1 March 2026\\n\\nThe Act of 27 April 2016 applies.")
    [FoundDate(kind=DateKind.EFFECTIVE, value='2026-03-01', start=9, end=32)]
    """
    statements = list(_statements(_first_page(text)))
    chosen = (_choose([one for one in statements if one.kind == kind]) for kind in DateKind)
    return [one for one in chosen if one is not None and one.value]


def _first_page(text: str) -> str:
    end = text.find(NEXT_PAGE, SHORTEST_PAGE)
    return text if end < 0 else text[:end]


def _choose(statements: list[FoundDate]) -> FoundDate | None:
    """The first near the top, also where it cannot be read; else the one on which all others agree."""
    if not statements or statements[0].start < TOP or len({one.value for one in statements}) == 1:
        return statements[0] if statements else None
    return None


def _statements(text: str) -> Iterator[FoundDate]:
    """Every statement of the document about itself, in order. One that cannot be read has an empty ``value``."""
    begin = stated_until = 0
    for place in _places(text):
        for cue in CUES.finditer(text, max(begin, place - WINDOW), place):
            statement = _read(text, cue, stated_until)
            if statement is not None:
                yield statement
                begin = stated_until = statement.end
        begin = max(begin, place)


def _places(text: str) -> list[int]:
    """The ends of years, and near the top of "ago" and its like: what a date or a relative date is known by."""
    relative = [match.end() for match in RELATIVE.finditer(text, 0, TOP)]
    return sorted([*relative, *(match.end() for year in YEARS for match in year.finditer(text))])


def _read(text: str, cue: re.Match[str], stated_until: int) -> FoundDate | None:
    """The statement that begins with ``cue``, if a date follows it and the document speaks of itself.

    ``stated_until`` is the end of the statement before: a banner may go on with the other date.
    """
    assert cue.lastgroup is not None, "every cue has a name"
    kind = DateKind(cue.lastgroup.split("_")[0])
    start = cue.start() if _goes_on(text[stated_until : cue.start()]) else _begin(text, cue)
    joiner = JOINER.match(text, cue.end())
    at = joiner.end() if joiner else cue.end()
    between = text[cue.end() : at]
    if start is None or LISTED.search(between):
        return None
    found = read_date(text, at)
    is_label = LABEL.search(between) is not None
    if found is None:
        return FoundDate(kind, "", start, at) if is_label and UNREADABLE.match(text, at) else None
    value, end = found
    if cue.lastgroup in TAILS:
        tail = TAILS[cue.lastgroup].match(text, end)
        return FoundDate(kind, value, start, tail.end()) if tail else None
    is_sure = is_label or start < cue.start() or LAST_UPDATE.match(cue[0])
    if not is_sure and SENTENCE_GOES_ON.match(text, end):
        return None
    return None if kind == DateKind.EFFECTIVE and CONDITION.match(text, end) else FoundDate(kind, value, start, end)


def _goes_on(between: str) -> bool:
    """Does a banner go on behind its first date?"""
    return len(between) < WINDOW and "\n" not in between and _names_no(between)


def _begin(text: str, cue: re.Match[str]) -> int | None:
    """Where the words begin by which the document speaks of itself; None if the cue belongs to something else."""
    before = _same_sentence(text[max(0, cue.start() - WINDOW) : cue.start()])
    line = before.rpartition("\n")[2]
    if _names_no(line) and (not cue[0][0].islower() or _names_no(before)):
        return None if _is_history(text, cue.start(), line) else cue.start()
    if FOREIGN.search(before):
        return None
    if cue.lastgroup == "updated_last":
        return cue.start() - len(before.lstrip())
    if own := ABOUT_ITSELF.match(before):
        return cue.start() - len(before) + own.start("subject")
    is_title = DOCUMENT.search(line) and not SENTENCE_WORDS.search(line)
    return cue.start() if is_title and cue.start() < TITLE else None


def _same_sentence(before: str) -> str:
    """The end of ``before`` that is in the same paragraph, sentence and table cell as what follows."""
    before = before.rpartition("\n\n")[2]
    return before[max((match.end() for match in SENTENCE_END.finditer(before)), default=0) :]


def _names_no(text: str) -> bool:
    """Only marks and numbering."""
    return not any(map(str.isalpha, text))


def _is_history(text: str, cue: int, line: str) -> bool:
    """An item of a list of earlier versions: a bullet, link or row under words that say so."""
    is_item = line.strip(" >*_")[:1] in {"[", "-", "+", "|"} or line.lstrip(" >").startswith("* ")
    return is_item and HISTORY.search(text, max(0, cue - 2 * WINDOW), cue) is not None
