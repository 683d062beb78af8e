"""What is left too long for one page, cut between sentences or rows: pages with 55,000 characters and no line break."""

import re
from collections.abc import Iterator, Sequence
from zlib import crc32

from atlas.archive.texts.blocks import Block
from atlas.archive.texts.boundaries import Span, sentence_spans

OVERLONG = 4_000  # characters; anything longer is cut, and parts are gathered to no more
LONG_SENTENCE = 2_000  # characters; a longer one is cut where it counts its own parts
SMALLEST = 600  # characters, from which on a part may end
ONE_IN = 3  # share of the sentences behind which a part ends
WORD = re.compile(r"\w")
ENUMERATED = re.compile(r"(?<=[;,:])\s{0,9}(?:(?:and|or)\s{0,9})?(?=\(?(?:[ivxlc]{1,6}|[a-z]|\d{1,2})\)\s?\S)|\n\s*")


def cut_overlong(source: str, blocks: Sequence[Block]) -> list[Span]:
    """The span of ``blocks``, or if it is over 4,000 characters its parts, with white space between them at most.

    Where a part ends is told by the words of its last sentence, not by its size alone: so the cuts behind an
    insertion fall back to where they were. A sentence is only cut where it counts its own parts: "(i) …; (ii) …".
    """
    start, end = blocks[0].start, blocks[-1].end
    if end - start <= OVERLONG:
        return [(start, end)]
    pieces = [(block.start + begin, block.start + stop) for block in blocks for begin, stop in _pieces(block)]
    return list(_gather(pieces, source))


def _pieces(block: Block) -> Iterator[Span]:
    """The rows of a table, the sentences of anything else, the counted parts of a sentence that is too long."""
    spans = row_spans(block.text) if block.kind == "table" else sentence_spans(block.text)
    for begin, end in spans:
        if end - begin <= LONG_SENTENCE or block.kind == "table":
            yield begin, end
        else:
            yield from counted_parts(block.text, begin, end)


def row_spans(table: str) -> Iterator[Span]:
    """The lines of a table."""
    begin = 0
    for line in table.split("\n"):
        if line.strip():
            yield begin, begin + len(line.rstrip())
        begin += len(line) + 1


def counted_parts(text: str, begin: int, end: int) -> Iterator[Span]:
    """The parts that a sentence counts by itself; the sentence if it doesn't."""
    for match in ENUMERATED.finditer(text, begin, end):
        if match.start() > begin and match.end() < end:
            yield begin, match.start()
            begin = match.start() + len(match[0]) - len(match[0].lstrip())
    yield begin, end


def _gather(pieces: Sequence[Span], source: str) -> Iterator[Span]:
    """Pieces joined into parts of some size, each with at least one word."""
    worded = [WORD.search(source, *piece) is not None for piece in pieces]
    last_worded = max((index for index, has_words in enumerate(worded) if has_words), default=0)
    begin, has_words = pieces[0][0], worded[0]
    for index in range(1, last_worded + 1):
        start, end = pieces[index]
        before = pieces[index - 1]
        if has_words and (end - begin > OVERLONG or _may_end(source, begin, before)):
            yield begin, before[1]
            begin, has_words = start, False
        has_words = has_words or worded[index]
    yield begin, pieces[-1][1]


def _may_end(source: str, begin: int, last: Span) -> bool:
    """Is the part from ``begin`` long enough to end behind its ``last`` piece, no lead-in, and is it one in three?"""
    start, end = last
    if end - begin < SMALLEST or source[end - 1] == ":":
        return False
    words = source[start : start + 40] + source[max(start, end - 40) : end]
    return crc32(words.encode("utf-8", "replace")) % ONE_IN == 0
