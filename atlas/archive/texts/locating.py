"""Where a quote stands in a stored text: exactly, or but for typography, or but for Markdown. Never nearly.

A model that quotes drops links and straightens quotation marks; it must not drop "not". So the text is folded with a
map back to its own characters, the folded quote must be found in it letter for letter, at word boundaries, and what
is shown is the stored text. Measured on 463 passages: exact finds 59 %, folding typography 67 %, Markdown 99 %.
"""

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from atlas.archive.texts import typography

Level = Literal["exact", "folded", "markdown"]

LINE_MARK = re.compile(r"^[ \t]*(?:(?:>|[*+-](?=\s)|#{1,6}(?=\s))[ \t]*)+|^[ \t|:>*_=-]*$", re.MULTILINE)
LINE_NUMBERING = re.compile(rf"(?:^[ \t]*(?:[>*+-][ \t]+)*)({typography.ENUMERATOR})", re.MULTILINE)
TABLE_ROW = re.compile(r"^[ \t]*\|.*$", re.MULTILINE)
ENTITY = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,30}|#\d{1,7}|#x[0-9A-Fa-f]{1,6});")
SPACED_SCRIPTS_END = "\u2e80"  # from here on (CJK and others) words are not set apart by spaces


@dataclass(frozen=True)
class Span:
    """Characters of the stored text, end exclusive, and how far the quote had to be folded to be found."""

    start: int
    end: int
    level: Level


@dataclass(frozen=True)
class FoldedText:
    """``text`` and, for each of its characters, the index of the original character it came from."""

    text: str
    starts: tuple[int, ...]
    level: Level = "folded"

    def locate(self, quote: str) -> Span | None:
        """The first place where the folded ``quote`` stands between word boundaries."""
        start = _find_between_words(quote, self.text)
        if start is None:
            return None
        return Span(self.starts[start], self.starts[start + len(quote) - 1] + 1, self.level)


def locate(quote: str, source: str) -> Span | None:
    """Where ``quote`` stands in ``source``, or None. A span that cuts through a link is widened to the whole link.

    >>> locate('"Content" is yours', "Your “Content” is yours.")
    Span(start=5, end=23, level='folded')
    """
    quote = quote.strip()
    if not any(map(str.isalnum, quote)):
        return None
    start = _find_between_words(quote, source)
    if start is not None:
        return Span(start, start + len(quote), "exact")
    for folded, needle in _foldings(quote, source):
        if needle and (span := folded.locate(needle)) is not None:
            return _widen_to_links(_with_last_character(span, source), source)
    return None


def _with_last_character(span: Span, source: str) -> Span:
    """A span ends with all of its last character: the accents that combine with it, the rest of its entity."""
    entity = ENTITY.match(source, span.end - 1) if span.level == "markdown" else None
    end = entity.end() if entity else span.end
    while end < len(source) and unicodedata.combining(source[end]):
        end += 1
    return Span(span.start, end, span.level)


def _foldings(quote: str, source: str) -> Iterator[tuple[FoldedText, str]]:
    yield fold_with_map(source, "folded"), _fold(quote, "folded").text
    needle = _fold(quote, "markdown").text
    yield fold_with_map(source, "markdown"), needle
    yield fold_with_map(source, "markdown", numbering=False), needle


def _find_between_words(quote: str, text: str) -> int | None:
    start = text.find(quote)
    while start >= 0:
        end = start + len(quote)
        if not _is_inside_word(text, start) and not _is_inside_word(text, end):
            return start
        start = text.find(quote, start + 1)
    return None


def _is_inside_word(text: str, index: int) -> bool:
    """Does a cut before ``index`` go through a word or a number ("30" of "130" or "1.30", "able" of "unable")?"""
    if not 0 < index < len(text):
        return False
    before, after = text[index - 1], text[index]
    if before in ".,-'" and index > 1 and text[index - 2].isalnum() and after.isalnum():
        return before in "-'" or (text[index - 2].isdigit() and after.isdigit())
    if after in ".,-'" and index + 1 < len(text) and before.isalnum() and text[index + 1].isalnum():
        return after in "-'" or (before.isdigit() and text[index + 1].isdigit())
    return before.isalnum() and after.isalnum() and before < SPACED_SCRIPTS_END and after < SPACED_SCRIPTS_END


@lru_cache(maxsize=64)
def fold_with_map(source: str, level: Level, *, numbering: bool = True) -> FoldedText:
    """``source`` folded, keeping where each character came from; numbering at line starts only if asked for.

    Remembered for sources only: a hundred quotes are looked up in one source, and must not push it out.
    """
    return _fold(source, level, numbering=numbering)


def _fold(source: str, level: Level, *, numbering: bool = True) -> FoldedText:
    hidden = _hidden_by_markdown(source, numbering=numbering) if level == "markdown" else bytearray(len(source))
    entities = _entities(source, hidden) if level == "markdown" and "&" in source else {}
    characters: list[str] = []
    starts: list[int] = []
    last = " "
    for index, cluster in _clusters(source):
        if hidden[index] == 1:
            continue
        for character in " " if hidden[index] else _fold_cluster(entities.get(index) or cluster):
            if character != " " or last != " ":
                characters.append(character)
                starts.append(index)
                last = character
    if last == " " and characters:
        characters.pop(), starts.pop()
    return FoldedText("".join(characters), tuple(starts), level)


def _entities(source: str, hidden: bytearray) -> dict[int, str]:
    """Where a visible HTML entity begins → what it stands for. The rest of it is hidden."""
    found: dict[int, str] = {}
    for match in ENTITY.finditer(source):
        meant = html.unescape(match[0])
        if meant != match[0] and not any(hidden[match.start() : match.end()]):
            found[match.start()] = meant
            hidden[match.start() + 1 : match.end()] = b"\1" * (len(match[0]) - 1)
    return found


def _clusters(source: str) -> Iterable[tuple[int, str]]:
    """Each character with the accents that combine with it, and where it stands."""
    accents = "".join(character for character in set(source) if unicodedata.combining(character))
    if not accents:
        return enumerate(source)
    return ((match.start(), match[0]) for match in re.finditer(f"(?s).[{accents}]*", source))


@lru_cache(maxsize=4096)
def _fold_cluster(cluster: str) -> str:
    return "".join(" " if c.isspace() else c for c in typography.without_variants(cluster))


def _hidden_by_markdown(source: str, *, numbering: bool) -> bytearray:
    """1 for each character that a reader doesn't see, 2 for those he sees as a space."""
    hidden = bytearray(len(source))
    for start, end, mark in _markdown_spans(source, numbering=numbering):
        for index in range(start, end):
            if source[index] != "\n":
                hidden[index] = mark
    return hidden


def _markdown_spans(source: str, *, numbering: bool) -> Iterator[tuple[int, int, int]]:
    for pattern in (typography.EMPHASIS, typography.IMAGE, LINE_MARK):
        yield from ((*match.span(), 1) for match in pattern.finditer(source))
    for match in typography.LINK.finditer(source):
        yield match.start(), match.start(1), 1
        yield match.end(1), match.end(), 1
    yield from ((match.start(), match.start() + 1, 1) for match in typography.ESCAPE.finditer(source))
    yield from ((*match.span(), 2) for match in typography.TAG.finditer(source))
    for row in TABLE_ROW.finditer(source):
        yield from ((index, index + 1, 2) for index in range(*row.span()) if _is_bar(source, index))
    if not numbering:
        yield from ((*match.span(1), 1) for match in LINE_NUMBERING.finditer(source))


def _is_bar(source: str, index: int) -> bool:
    return source[index] == "|" and source[index - 1 : index] != "\\"


def _widen_to_links(span: Span, source: str) -> Span:
    start, end = span.start, span.end
    for link in typography.LINK.finditer(source):
        crosses_start = link.start() < start < link.end() < end
        crosses_end = start < link.start() < end < link.end()
        if crosses_start or crosses_end:
            start, end = min(start, link.start()), max(end, link.end())
    return Span(start, end, span.level)
