"""Texts as the letters of the dossier's font can show them. What it can't show is named, never dropped. Pure.

The page is set from left to right without joining letters, so right-to-left scripts are named letter by letter too:
set wrongly they would read as other words.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator
from itertools import groupby
from typing import Literal, NamedTuple

from atlas.controls import CONTROLS

# In one dossier. Beyond these a box stands for each letter, so that a text of nothing else is no book of codes.
CODES = 3_000
BOX = "□"
_RIGHT_TO_LEFT = {"R", "AL", "AN"}
_PLAIN = re.compile(r"[\x20-\x7e\n]*")

Kind = Literal["shown", "control", "missed"]


class Span(NamedTuple):
    """Letters to print, and whether they stand on grey, as names of letters that can't be printed."""

    text: str
    is_boxed: bool = False


class Letters:
    """The letters of a font. Remembers whether it met one that it lacks."""

    def __init__(self, covered: Collection[int]) -> None:
        self._covered = covered
        self._codes_left = CODES
        self.has_missed = False

    def spans(self, text: str) -> Iterator[Span]:
        """``text`` in stretches that can be shown, with codes for the rest."""
        if _PLAIN.fullmatch(text):
            yield Span(text)
            return
        named = (self._named(kind, "".join(letters)) for kind, letters in groupby(text, self._kind))
        for is_boxed, spans in groupby(named, lambda span: span.is_boxed):
            yield Span("".join(span.text for span in spans), is_boxed)

    def _kind(self, letter: str) -> Kind:
        if letter == "\n":
            return "shown"
        if CONTROLS.match(letter):
            return "control"
        is_shown = ord(letter) in self._covered and unicodedata.bidirectional(letter) not in _RIGHT_TO_LEFT
        return "shown" if is_shown else "missed"

    def _named(self, kind: Kind, run: str) -> Span:
        if kind == "shown":
            return Span(run)
        self.has_missed |= kind == "missed" or len(run) > self._codes_left
        if len(run) > self._codes_left:
            return Span(BOX * len(run))
        self._codes_left -= len(run)
        if kind == "control":
            return Span("".join(f"[{_code(letter)} {_name(letter)}]" for letter in run))
        return Span(" ".join(map(_code, run)), is_boxed=True)


def _code(letter: str) -> str:
    return f"U+{ord(letter):04X}"


def _name(letter: str) -> str:
    return unicodedata.name(letter, "control character").lower()
