"""The words around a hit. Cut by PostgreSQL, for the rows of one page; marked here, where everything is escaped."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from atlas.search.asking import CONFIGURATION, Question

# For private use: taken out of the texts before. PostgreSQL leaves tags out of a headline, and what it shows has to be
# verbatim: so it sees no "<".
_START, _STOP, _LESS_THAN = "\ue000", "\ue001", " \ue002 "
_OPTIONS = (
    f'StartSel="{_START}", StopSel="{_STOP}", MaxFragments=2, MaxWords=34, MinWords=14, FragmentDelimiter=" \u2026 "'
)
_MARKED = re.compile(f"{_START}(.*?){_STOP}", re.DOTALL)
_READ = 50_000  # characters of a text; a hit further on shows the beginning of the text


@dataclass(frozen=True)
class Snippet:
    """Pieces of a text in order, each with whether it is a word that was looked for. Not escaped."""

    pieces: tuple[tuple[str, bool], ...]

    @property
    def text(self) -> str:
        return "".join(piece for piece, _ in self.pieces)


def snippets(question: Question, texts: Sequence[str]) -> list[Snippet]:
    """One for each of ``texts``, in their order. One query."""
    if not texts:
        return []
    sql = """
        SELECT ts_headline(
            %s::regconfig, replace(translate(left(t, %s), %s, ''), '<', %s), websearch_to_tsquery(%s, %s), %s
        ) FROM unnest(%s::text[]) WITH ORDINALITY AS given(t, place) ORDER BY place"""
    parameters: list[Any] = [
        CONFIGURATION,
        _READ,
        f"{_START}{_STOP}{_LESS_THAN.strip()}",
        _LESS_THAN,
        CONFIGURATION,
        question.words,
        _OPTIONS,
        list(texts),
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [Snippet(tuple(_pieces(row[0].replace(_LESS_THAN, "<")))) for row in cursor.fetchall()]


def _pieces(headline: str) -> Iterable[tuple[str, bool]]:
    position = 0
    for mark in _MARKED.finditer(headline):
        if mark.start() > position:
            yield headline[position : mark.start()], False
        yield mark[1], True
        position = mark.end()
    if position < len(headline):
        yield headline[position:], False
