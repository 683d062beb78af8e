"""What is left too long for one page, cut between sentences: pages with 55,000 characters and no line break exist."""

import os
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING
from zlib import crc32

if TYPE_CHECKING:
    from langchain_text_splitters import RecursiveCharacterTextSplitter

OVERLONG = 4_000  # characters; anything longer is cut
PART = 2_000  # characters, the size that sentences are gathered to at most
SMALLEST = 600  # characters, from which on a part may end
ONE_IN = 3  # share of the sentences behind which a part ends
WORD = re.compile(r"\w")

# Behind a sentence, a list item or a table row; before a clause number that is glued to the sentence before it.
SEPARATORS = [
    r"\n+",
    r"(?<=[.!?:;”\"_)])(?=\d{1,2}(?:\.\d{1,2}){0,2}\\?\.? ?[A-Z“\"])",
    r"(?<=[a-z)”\"][.!?])\s*(?=[A-Z])",
    r"[。！？；]",
    r"(?<=[;,])\s+",
    r"\s+",
]


def cut_overlong(source: str, start: int, end: int) -> list[tuple[int, int]]:
    """The span itself, or if it is over 4,000 characters its parts, with white space between them at most.

    Where a part ends is told by the words of its last sentence, not by its size alone: so the cuts behind an
    insertion fall back to where they were.
    """
    if end - start <= OVERLONG:
        return [(start, end)]
    return list(_gather([*_pieces(source, start, end)], source))


def _gather(pieces: list[tuple[int, int]], source: str) -> Iterator[tuple[int, int]]:
    begin, last = pieces[0]
    for start, end in pieces[1:]:
        size = last - begin
        ends_here = size >= SMALLEST and crc32(source[last - 40 : last].encode()) % ONE_IN == 0
        if (ends_here or end - begin > PART) and WORD.search(source, begin, last) and WORD.search(source, start, pieces[-1][1]):
            yield begin, last
            begin = start
        last = end
    yield begin, last


def _pieces(source: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Sentences, items and rows; halves of sentences where one alone is too long."""
    text = source[start:end]
    for document in _sentence_splitter().create_documents([text]):
        begin, piece = document.metadata["start_index"], document.page_content
        assert text.startswith(piece, begin), "the text splitter must keep every character"
        yield start + begin, start + begin + len(piece)


@lru_cache(maxsize=1)
def _sentence_splitter() -> "RecursiveCharacterTextSplitter":
    os.environ.setdefault("LANGSMITH_TRACING", "false")  # its dependency would send texts to a service if asked to
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    return RecursiveCharacterTextSplitter(
        chunk_size=300,
        chunk_overlap=0,
        add_start_index=True,
        separators=SEPARATORS,
        is_separator_regex=True,
        keep_separator="end",
    )
