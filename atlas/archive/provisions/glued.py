"""Pages of one paragraph → the blocks they would be: numbered clauses and headings glued to the text around them.

Some pages lose their line breaks on the way ("…these Terms.10.2 Breach. Tell us", "…Terms.Prohibited UsesWe want").
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache

from atlas.archive.texts.blocks import BOLD_LEVEL, Block
from atlas.archive.texts.boundaries import Span, masked, sentence_spans

LONG = 2_000  # characters; a shorter paragraph is somebody's own
LONGEST_TITLE = 100  # characters
LATEST_START = 3  # a list whose first numbers are not seen as such may begin with its third

NUMBER = re.compile(
    r"(?<=[.!?:;\u201d\")\]_*\0])\s{0,9}"  # behind the end of something
    r"(?=\0{0,9}(\d{1,3}\\?\.(?!\d)|\d{1,3}(?:\\?\.\d{1,3}){1,2}\\?\.?)\s{0,9}\0{0,9}\s{0,9}[\"\u201c]?[A-Z])"
)
TOP_NUMBER = re.compile(r"\d{1,3}\\?\.(?!\d)")
FIRST_NUMBER = re.compile(r"[\s\0*+-]{0,9}(\d{1,3}(?:\\?\.\d{1,3}){0,2})\\?\.?[\s\0]")
GLUED_HEADING = re.compile(
    r"(?=[A-Z])(?:(?:[A-Z][a-z'\u2019-]{1,25}|and|or|of|the|to|for|in|on|your|our|with|&)[ ,]{1,2}){0,9}"
    r"[A-Z][a-z]{2,25}"
    r"(?=(?:We|You|Your|Our|The|This|These|If|In|To|When|For|As|By|It|Any|All|Some|There|At|How|What)[ ,])"
)

Number = tuple[int, ...]


def unglue(blocks: Iterable[Block]) -> Iterator[Block]:
    """``blocks``, each long paragraph or item in the pieces that its clause numbers and headings tell."""
    for block in blocks:
        if block.kind in ("paragraph", "item") and block.end - block.start > LONG:
            yield from _pieces(block)
        else:
            yield block


def _pieces(block: Block) -> Iterator[Block]:
    cuts = _cuts(block.text)
    for (begin, is_heading), (end, _) in zip(cuts, [*cuts[1:], (len(block.text), False)], strict=True):
        text = block.text[begin:end].rstrip()
        start = block.start + begin
        if is_heading:
            yield Block("heading", start, start + len(text), text, block.indent, BOLD_LEVEL)
        else:
            kind = block.kind if begin == 0 else "paragraph"
            yield replace(block, kind=kind, start=start, end=start + len(text), text=text)


@lru_cache(maxsize=256)
def _cuts(text: str) -> list[tuple[int, bool]]:
    """Where pieces begin and whether they are headings; the first begins at 0."""
    found = dict.fromkeys([0, *clause_starts(text)], False)
    for begin, end in _glued_headings(text):
        found[begin] = True
        found.setdefault(end, False)
    return sorted(found.items())


def _glued_headings(text: str) -> list[Span]:
    """Titles in the middle of a line, without a number or with one; numbered ones only if each number has one."""
    spans = sentence_spans(text)
    without = [
        (begin, match.end())
        for begin, end in spans
        if begin and not text[begin - 1].isspace() and (match := GLUED_HEADING.match(text, begin, end))
    ]
    ends = sorted({*(end for _, end in spans), *clause_starts(text)})
    tops = [begin for begin in clause_starts(text) if TOP_NUMBER.match(text, begin)]
    titles = [(begin, ends[bisect_right(ends, begin)]) for begin in tops]
    are_titles = all(end - begin <= LONGEST_TITLE and end < len(text) for begin, end in titles)
    return [*without, *titles] if are_titles and any(not text[end].isspace() for _, end in titles) else without


@lru_cache(maxsize=4_096)
def clause_starts(text: str) -> tuple[int, ...]:
    """Where numbers stand that go on counting: "Section 10.1.10.3 Rights" has one, 10.3 behind 10.2."""
    visible = masked(text)
    first = FIRST_NUMBER.match(visible)
    open_numbers = [_number(first[1])] if first is not None else []
    candidates = [(match.end(), _number(match[1])) for match in NUMBER.finditer(visible)]
    last = {number: begin for begin, number in candidates}
    starts = []
    for begin, number in candidates:
        place = next((at for at in reversed(range(len(open_numbers))) if _follows(open_numbers[at], number)), None)
        goes_on = last.get((*number[:-1], number[-1] + 1), 0) > begin
        if place is None and not (goes_on and number[-1] <= LATEST_START):
            continue
        open_numbers = [*(open_numbers if place is None else open_numbers[: place + 1]), number][-9:]
        starts.append(begin)
    return tuple(starts)


def _number(text: str) -> Number:
    return tuple(int(part) for part in text.replace("\\", "").strip(".").split("."))


def _follows(before: Number, number: Number) -> bool:
    """Is ``number`` the next of its level, or the first below, or the next of a level above?"""
    if number == (*before, 1):
        return True
    level = len(number)
    return level <= len(before) and number[:-1] == before[: level - 1] and number[-1] == before[level - 1] + 1
