"""What is left too long for one page, cut between sentences: pages with 55,000 characters and no line break exist."""

import os
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING
from zlib import crc32

from atlas.archive.sentences import NOT_AN_END

if TYPE_CHECKING:
    from langchain_text_splitters import RecursiveCharacterTextSplitter

OVERLONG = 4_000  # characters; anything longer is cut
PART = 2_000  # characters, the size that sentences are gathered to at most
SMALLEST = 600  # characters, from which on a part may end
ONE_IN = 3  # share of the sentences behind which a part ends
WORD = re.compile(r"\w")
BOUNDARY = re.compile(
    r"(?:(?=\n)|(?<=[.!?:;\u201d\"_)\u3002\uff01\uff1f\uff1b]))(?:"  # only there can it be
    r"\n\s*"
    r"|(?<=[.!?:;\u201d\"_)])\s*(?=\d{1,2}(?:\.\d{1,2}){0,2}\\?\.? ?[A-Z\u201c\"])"  # before a number, even if glued
    r"|(?<=[a-z)\u201d\"][.!?])\s*(?=[A-Z])"
    r"|(?<=[\u3002\uff01\uff1f\uff1b])"  # Chinese and Japanese ends of sentences
    r")"
)
LONGEST_ABBREVIATION = 12  # characters, and to spare: NOT_AN_END


def cut_overlong(source: str, start: int, end: int) -> list[tuple[int, int]]:
    """The span itself, or if it is over 4,000 characters its parts, with white space between them at most.

    Where a part ends is told by the words of its last sentence, not by its size alone: so the cuts behind an
    insertion fall back to where they were.
    """
    if end - start <= OVERLONG:
        return [(start, end)]
    return [(start + begin, start + stop) for begin, stop in _cut(source[start:end])]


@lru_cache(maxsize=256)  # consecutive versions share nearly all of them
def _cut(text: str) -> tuple[tuple[int, int], ...]:
    pieces = [piece for span in _sentences(text) for piece in _pieces(text, *span)]
    return tuple(_gather(pieces, text))


def _gather(pieces: list[tuple[int, int]], source: str) -> Iterator[tuple[int, int]]:
    """Pieces joined into parts of some size, each with at least one word."""
    worded = [WORD.search(source, *piece) is not None for piece in pieces]
    last_worded = max((index for index, has_words in enumerate(worded) if has_words), default=0)
    begin, has_words = pieces[0][0], worded[0]
    for index in range(1, last_worded + 1):
        start, end = pieces[index]
        last = pieces[index - 1][1]
        if has_words and (end - begin > PART or _may_end(source, begin, last)):
            yield begin, last
            begin, has_words = start, False
        has_words = has_words or worded[index]
    yield begin, pieces[-1][1]


def _may_end(source: str, begin: int, end: int) -> bool:
    return end - begin >= SMALLEST and crc32(source[end - 40 : end].encode("utf-8", "replace")) % ONE_IN == 0


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    begin = 0
    for match in BOUNDARY.finditer(text):
        stop = match.start()
        if stop > begin and match.end() < len(text) and not _is_abbreviation(text, begin, stop - 1):
            yield begin, stop
            begin = match.end()
    yield begin, len(text)


def _is_abbreviation(text: str, begin: int, stop: int) -> bool:
    """Does ``text`` up to ``stop`` end in one?"""
    return NOT_AN_END.search(text, max(begin, stop - LONGEST_ABBREVIATION), stop) is not None


def _pieces(source: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The sentence, or parts of one that is too long by itself, cut behind a comma or a word."""
    if end - start <= PART:
        yield start, end
        return
    text = source[start:end]
    for document in _word_splitter().create_documents([text]):
        begin, piece = document.metadata["start_index"], document.page_content
        assert text.startswith(piece, begin), "the text splitter must keep every character"
        yield start + begin, start + begin + len(piece)


@lru_cache(maxsize=1)
def _word_splitter() -> "RecursiveCharacterTextSplitter":
    os.environ["LANGSMITH_TRACING"] = "false"  # its dependency would send texts to a service if told to
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    return RecursiveCharacterTextSplitter(
        chunk_size=PART, chunk_overlap=0, add_start_index=True, separators=["; ", ", ", " ", ""], keep_separator="end"
    )
