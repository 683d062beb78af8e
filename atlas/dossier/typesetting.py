"""Paragraphs, tables and headings of a dossier, from plain texts: the PDF library's markup is known here alone.

A text of 200,000 characters in one paragraph is set in pieces: the library sets a paragraph anew on each page.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, Paragraph, Spacer, Table, TableStyle

from atlas.archive.texts.wording_diff import DiffPart
from atlas.dossier.letters import Letters

FONTS = Path(__file__).parent / "fonts"
PLAIN, BOLD = "DejaVuSans", "DejaVuSans-Bold"
WIDTH = 170 * mm  # of the text on A4
PIECE = 2_500  # characters of a paragraph that are set at once
LINES = 1_000  # of a text that each begin anew: no dossier has hundreds of pages of short lines
LONGEST_WORD = 120  # longer ones are cut: finding where a line ends within them takes the square of their length

BODY = ParagraphStyle("body", fontName=PLAIN, fontSize=9, leading=12.5, spaceAfter=5)
PLAIN_TEXT = "x"
LINK = '<link href="x">x</link>'
BOX = '<font backColor="#e4e4e4">x</font>'
REMOVED = '<font color="#7d1912"><strike>x</strike></font>'
ADDED = '<font color="#0c4a24"><u>x</u></font>'

SMALL = ParagraphStyle("small", parent=BODY, fontSize=7.5, leading=10, textColor=HexColor("#444444"))
CELL = ParagraphStyle("cell", parent=BODY, fontSize=7.5, leading=10, spaceAfter=0)
HEAD = ParagraphStyle("head", parent=CELL, fontName=BOLD)
TITLE = ParagraphStyle("title", parent=BODY, fontName=BOLD, fontSize=17, leading=22, spaceAfter=8)
SECTION = ParagraphStyle("section", parent=BODY, fontName=BOLD, fontSize=13, leading=17, spaceBefore=14, keepWithNext=1)
PART = ParagraphStyle("part", parent=BODY, fontName=BOLD, fontSize=10, leading=13, spaceBefore=7, keepWithNext=1)
RECORD = ParagraphStyle("record", parent=BODY, leftIndent=4 * mm, borderPadding=0, spaceAfter=3)
NOTICE = ParagraphStyle(
    "notice",
    parent=BODY,
    borderWidth=0.8,
    borderColor=HexColor("#000000"),
    borderPadding=5,
    spaceBefore=8,
    spaceAfter=9,
)


@cache
def letters_of_font() -> frozenset[int]:
    """What both fonts can show. Registers them with the PDF library, once a process."""
    faces = [TTFont(PLAIN, str(FONTS / f"{PLAIN}.ttf")), TTFont(BOLD, str(FONTS / f"{BOLD}.ttf"))]
    for face in faces:
        pdfmetrics.registerFont(face)
    pdfmetrics.registerFontFamily(PLAIN, normal=PLAIN, bold=BOLD, italic=PLAIN, boldItalic=BOLD)
    plain, bold = (set(face.face.charToGlyph) for face in faces)
    return frozenset(plain & bold)


class Setter:
    """Sets texts; knows afterwards whether it met letters that it could not show.

    Fragments are made here and never parsed from text, so that no text can bring markup of its own.
    """

    def __init__(self) -> None:
        self.letters = Letters(letters_of_font())

    def paragraph(self, text: str, style: ParagraphStyle = BODY) -> Paragraph:
        """One paragraph of a text of ours, at most a few thousand characters long."""
        return self._set(style, self._fragments(_folded(text), style))

    def linked(self, words: str, address: str, style: ParagraphStyle = BODY) -> Paragraph:
        """``words`` and the address, which leads there. ``address`` is one of Atlas'."""
        target = _like(LINK, style).clone(text=address, link=[(0, address)])
        return self._set(style, [*self._fragments(f"{words} ", style), target])

    def archived(self, text: str) -> Iterator[Flowable]:
        """A text line by line as it was archived; spaces at the start of a line are kept.

        Lines after the first ``LINES`` run on, with ¶ between them.
        """
        lines = text.replace("\r\n", "\n").expandtabs(4).split("\n")
        for line in [*lines[:LINES], *([" ¶ ".join(lines[LINES:])] if lines[LINES:] else [])]:
            indent = len(line) - len(line.lstrip(" "))
            for piece in pieces(line.strip(" ")):
                spaced = "\u00a0" * min(indent, 40) + piece
                yield self._set(RECORD, self._fragments(spaced, RECORD))
                indent = 0

    def difference(self, parts: Iterable[DiffPart]) -> Iterator[Flowable]:
        """A word diff in running text; what went and what came also by marks, for copies without colour."""
        fragments: list[Any] = []
        length = lines = 0
        for part in parts:
            for place, line in enumerate(part.text.split("\n")):
                ends_line = place > 0 and lines < LINES
                lines += ends_line
                for piece in pieces(line):
                    if fragments and (ends_line or length > PIECE):
                        yield self._set(RECORD, fragments)
                        fragments, length, ends_line = [], 0, False
                    fragments += self._part(part.op, piece) if piece.strip() else []
                    length += len(piece)
        if fragments:
            yield self._set(RECORD, fragments)

    def table(self, head: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[float]) -> Table:
        """``widths`` are shares of the width of the text."""
        cells = [[self.paragraph(name, HEAD) for name in head]]
        cells += [[self.paragraph(text, CELL) for text in row] for row in rows]
        table = Table(cells, colWidths=[WIDTH * share for share in widths], repeatRows=1, spaceAfter=6)
        rules = [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, HexColor("#999999")),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ]
        table.setStyle(TableStyle(rules))
        return table

    def _part(self, op: str, text: str) -> list[Any]:
        if op == "same":
            return self._fragments(text, RECORD)
        opening, closing, look = ("[-", "-]", REMOVED) if op == "removed" else ("[+", "+]", ADDED)
        plain = _like(PLAIN_TEXT, RECORD)
        words = self._fragments(text, RECORD, look)
        return [plain.clone(text=opening), *words, plain.clone(text=closing)]

    def _fragments(self, text: str, style: ParagraphStyle, look: str = PLAIN_TEXT) -> list[Any]:
        plain, boxed = _like(look, style), _like(BOX, style)
        return [(boxed if span.is_boxed else plain).clone(text=span.text) for span in self.letters.spans(text)]

    def _set(self, style: ParagraphStyle, fragments: list[Any]) -> Paragraph:
        return Paragraph("", style, frags=fragments)


@cache
def _like(look: str, style: ParagraphStyle) -> Any:
    """A fragment of the library that looks like ``look``, to be cloned with a text."""
    letters_of_font()
    return Paragraph(look, style).frags[0]


def gap(height: float = 3) -> Spacer:
    return Spacer(1, height * mm)


def pieces(text: str) -> Iterator[str]:
    """``text`` cut between words into pieces of at most ``PIECE`` characters; very long words are cut themselves."""
    text = _with_short_words(text)
    while len(text) > PIECE:
        cut = text.rfind(" ", PIECE // 2, PIECE) + 1 or PIECE
        yield text[:cut]
        text = text[cut:]
    yield text


def _with_short_words(text: str) -> str:
    if len(text) <= LONGEST_WORD:
        return text
    return " ".join(_cut(word) for word in text.split(" "))


def _cut(word: str) -> str:
    return " ".join(word[place : place + LONGEST_WORD] for place in range(0, max(len(word), 1), LONGEST_WORD))


def _folded(text: str) -> str:
    return _with_short_words(" ".join(text.split()))
