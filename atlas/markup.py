"""The text format of an analysis: sentences with “verbatim quotes” and citations like ``[@gdpr-art-28-3-a]``. Pure.

The rules, explained for editors in ``docs/analysis-format.md``:

* ``“…”`` is a quote of the wording under analysis; ``“…”[AT-V-000012]`` one of another archived version.
  Curly quotes inside a quote nest. A quote ends before the next blank line. Nothing in a quote is markup.
* ``[@key]`` cites an obligation of the catalogue. One that follows the full stop belongs to the sentence before it.
* A line ``- …`` is a list item, a line ``EU: …`` a jurisdiction flag; other lines run on until a blank line.
* A sentence with neither quote nor citation is interpretation.

Offsets are characters, end exclusive. Only white space lies between sentences. Time is linear in the text.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

LineKind = Literal["text", "item", "flag"]


@dataclass(frozen=True)
class Quote:
    """``start`` to ``end`` covers the quote marks and the version marker; ``text`` is what stands between the marks."""

    start: int
    end: int
    text: str
    version: str = ""  # AT-V-000012; empty: the wording under analysis


@dataclass(frozen=True)
class Citation:
    start: int
    end: int
    key: str


@dataclass(frozen=True)
class Sentence:
    """``text`` includes the mark of its line: ``- Keep a copy.``, ``EU: Notice is due.``"""

    start: int
    end: int
    text: str
    quotes: tuple[Quote, ...] = ()
    citations: tuple[Citation, ...] = ()

    @property
    def is_interpretation(self) -> bool:
        return not self.quotes and not self.citations


@dataclass(frozen=True)
class Line:
    """A list item, a flag, or a paragraph of text. ``label`` is the code of a flag; words start at ``body``."""

    kind: LineKind
    label: str
    start: int
    body: int
    sentences: tuple[Sentence, ...]


_QUOTE_MARK = re.compile(r"(?P<blank>\n[^\S\n]*\n)|[“”]")
_VERSION = re.compile(r" ?\[(AT-V-\d{6,12})\]")
_CITATION = re.compile(r"\[@([A-Za-z0-9][A-Za-z0-9_.:-]{0,79})\]")
_LABEL = r"(?P<label>[A-Z]{2,3}(?:-[A-Z0-9]{1,3}){0,2}):(?=\s|$)"
_LINE_MARK = re.compile(rf"[^\S\n]*(?:(?P<item>[-*•][^\S\n])|{_LABEL})[^\S\n]*")
_LINE_BREAK = re.compile(r"\n")
_STOP = re.compile(r"[.!?…]+|[\u3002\uff01\uff1f]")  # the latter: Chinese and Japanese, no space after
_CLOSERS = re.compile(r"[)\]\u2019'\"»*]*")
_TRAILING_CITATIONS = re.compile(rf"(?:[^\S\n]*{_CITATION.pattern})+[.]?")
_WORD_BEFORE = re.compile(r"[^\s(\[“\"]*\Z")

# Abbreviations before a number (``Art. 28``, ``s. 164A``): elsewhere they are words ("state of the art.").
_PINPOINTS = "art arts sec secs s ss reg regs cl cls sch para paras p pp no nos ch pt rec recs"
_BEFORE_NUMBERS = frozenset(_PINPOINTS.split())
_NAMES = "Cal Civ Bus Prof Com Stat Gen Conn Va Tex Mass Ill Colo Admin Pub Mr Mrs Ms Dr St"
_ALWAYS = frozenset(f"{_NAMES} e.g i.e E.g I.e cf al vs v viz approx incl resp U.S.C C.F.R C.R.S".split())
# Abbreviations that may well end a sentence: they do if one of these words follows.
_MAYBE_LAST = re.compile(r"(?:[A-Za-z]\.)+[A-Za-z]|Inc|Ltd|Corp|Co|LLC|etc")
_STARTING_WORDS = """The This These Those That It Its In If A An Under For Where When Users User Customers Customer
No Any All Both Such They We You There Whether However But And Or"""
_STARTERS = frozenset(_STARTING_WORDS.split())


def quotes(text: str) -> list[Quote]:
    """The quotes of ``text`` in order. Quotes inside a quote are part of it."""
    found: list[Quote] = []
    for start, end in _outermost(_pairs(text)):
        marker = _VERSION.match(text, end)
        found.append(
            Quote(start, marker.end() if marker else end, text[start + 1 : end - 1], marker[1] if marker else "")
        )
    return found


def without_marks(text: str) -> str:
    """``text`` to be read apart from its page: without citations and the versions of quotes."""
    return _CITATION.sub("", _VERSION.sub("", text))


def citations(text: str) -> list[Citation]:
    """The citations of ``text`` in order; what looks like one inside a quote is the platform's text, not ours."""
    return _citations(text, quotes(text))


def stray_quote_marks(text: str) -> list[int]:
    """Offsets of curly quote marks without a partner."""
    paired = {offset for start, end in _pairs(text) for offset in (start, end - 1)}
    return [i for i, letter in enumerate(text) if letter in "“”" and i not in paired]


def parse(text: str) -> list[Sentence]:
    """The sentences of ``text`` in order.

    >>> [s.text for s in parse("It states “We may. We will.” Art. 28 applies [@gdpr-art-28-1].")]
    ['It states “We may. We will.”', 'Art. 28 applies [@gdpr-art-28-1].']
    """
    return [sentence for line in lines(text) for sentence in line.sentences]


def lines(text: str) -> list[Line]:
    """The list items, flags and paragraphs of ``text`` in order; empty ones are left out."""
    spans = _Spans(text)
    found: list[Line] = []
    for start, end in _blocks(text, spans):
        mark = _LINE_MARK.match(text, start, end)
        sentences = tuple(_sentences(text, start, end, spans))
        if sentences:
            kind: LineKind = "text" if mark is None else "item" if mark["item"] else "flag"
            label = (mark["label"] or "") if mark else ""
            found.append(Line(kind, label, sentences[0].start, mark.end() if mark else sentences[0].start, sentences))
    return found


def _pairs(text: str) -> list[tuple[int, int]]:
    """Matching curly quote marks, in the order of their ends; a blank line closes nothing and forgets all."""
    pairs: list[tuple[int, int]] = []
    opened: list[int] = []
    for mark in _QUOTE_MARK.finditer(text):
        if mark["blank"]:
            opened.clear()
        elif mark[0] == "“":
            opened.append(mark.start())
        elif opened:
            pairs.append((opened.pop(), mark.end()))
    return pairs


def _outermost(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for start, end in sorted(pairs):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return kept


def _citations(text: str, around: list[Quote]) -> list[Citation]:
    starts = [quote.start for quote in around]
    found: list[Citation] = []
    for match in _CITATION.finditer(text):
        place = bisect_right(starts, match.start()) - 1
        if place < 0 or around[place].end <= match.start():
            found.append(Citation(match.start(), match.end(), match[1]))
    return found


class _Spans:
    """The quotes and citations of a text, to be asked by offset."""

    def __init__(self, text: str) -> None:
        self.quotes = quotes(text)
        self.citations = _citations(text, self.quotes)
        both = sorted([(q.start, q.end) for q in self.quotes] + [(c.start, c.end) for c in self.citations])
        self.starts = [start for start, _ in both]
        self.ends = [end for _, end in both]
        self.quote_starts = [quote.start for quote in self.quotes]
        self.citation_starts = [citation.start for citation in self.citations]

    def cover(self, offset: int) -> bool:
        place = bisect_right(self.starts, offset) - 1
        return place >= 0 and offset < self.ends[place]

    def sentence(self, text: str, start: int, end: int) -> Sentence:
        return Sentence(
            start,
            end,
            text[start:end],
            tuple(self.quotes[bisect_right(self.quote_starts, start - 1) : bisect_right(self.quote_starts, end - 1)]),
            tuple(
                self.citations[
                    bisect_right(self.citation_starts, start - 1) : bisect_right(self.citation_starts, end - 1)
                ]
            ),
        )


def _blocks(text: str, spans: _Spans) -> Iterator[tuple[int, int]]:
    """Cut at line breaks: before and after each marked line, and at blank lines. Never inside a quote."""
    start, marked = 0, bool(_LINE_MARK.match(text))
    for newline in _LINE_BREAK.finditer(text):
        if spans.cover(newline.start()):
            continue
        after = newline.end()
        next_marked = bool(_LINE_MARK.match(text, after))
        if marked or next_marked or _is_blank_line(text, after):
            yield start, newline.start()
            start, marked = after, next_marked
    yield start, len(text)


def _is_blank_line(text: str, start: int) -> bool:
    end = text.find("\n", start)
    return not text[start : end if end >= 0 else len(text)].strip()


def _sentences(text: str, start: int, end: int, spans: _Spans) -> Iterator[Sentence]:
    for stop in (*_stops(text, start, end, spans), end):
        first, last = _stripped(text, start, stop)
        if first < last:
            yield spans.sentence(text, first, last)
        start = stop


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    start = _skip_space(text, start, end)
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _skip_space(text: str, start: int, end: int) -> int:
    while start < end and text[start].isspace():
        start += 1
    return start


def _stops(text: str, start: int, end: int, spans: _Spans) -> Iterator[int]:
    """Offsets at which a sentence of ``text[start:end]`` ends."""
    sentence_start = start
    for candidate, stop in _candidates(text, start, end, spans):
        if candidate < sentence_start:
            continue
        cut = _cut(text, candidate, end, glued=text[stop - 1] in "\u3002\uff01\uff1f")
        if cut is not None and not _is_enumerator(text, sentence_start, stop) and not _is_short_form(text, stop, cut):
            yield cut
            sentence_start = cut


def _candidates(text: str, start: int, end: int, spans: _Spans) -> Iterator[tuple[int, int]]:
    """(where the sentence would end, where its full stop ends): full stops outside quotes, quotes that end in one."""
    first = bisect_right(spans.quote_starts, start - 1)
    inside = spans.quotes[first : bisect_right(spans.quote_starts, end - 1)]
    found = [(q.end, q.start + 1 + len(q.text.rstrip())) for q in inside if _STOP.match(q.text.rstrip()[-1:])]
    for stop in _STOP.finditer(text, start, end):
        if not spans.cover(stop.start()):
            closers = _CLOSERS.match(text, stop.end(), end)
            found.append((closers.end() if closers else stop.end(), stop.end()))
    return iter(sorted(found))


def _cut(text: str, candidate: int, end: int, *, glued: bool) -> int | None:
    """The end of the sentence whose full stop ends at ``candidate``, its trailing citations included, or None."""
    trailing = _TRAILING_CITATIONS.match(text, candidate, end)
    for position in ([trailing.end()] if trailing else []) + [candidate]:
        rest = _skip_space(text, position, end)
        if rest >= end:
            return position
        if (rest > position or glued) and not text[rest].islower():
            return position
    return None


def _is_enumerator(text: str, sentence_start: int, stop: int) -> bool:
    """``1.``, ``- 2.``, ``(a).``: the sentence so far is only the number of what follows."""
    so_far = text[sentence_start:stop].strip() if stop - sentence_start < 12 else ""
    return bool(so_far) and len(so_far.strip("-*•(). \t\n")) <= 2


def _is_short_form(text: str, stop: int, cut: int) -> bool:
    """Whether the full stop at ``stop`` belongs to an abbreviation in the middle of a sentence."""
    if text[stop - 1] != "." or text[stop - 2 : stop] == "..":
        return False
    before = _WORD_BEFORE.search(text[max(0, stop - 16) : stop - 1])
    word = before[0] if before else ""
    following = text[cut : cut + 40].lstrip()
    if word.lower() in _BEFORE_NUMBERS:
        return following[:1].isdigit() or following[:1] == "("
    if word in _ALWAYS:
        return True
    return bool(_MAYBE_LAST.fullmatch(word) and following) and following.split()[0].strip(",") not in _STARTERS
