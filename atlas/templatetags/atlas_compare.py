"""What pages of comparisons show hundreds of times: cells and options, made here since templates would take long."""

from collections.abc import Collection, Iterable
from functools import lru_cache

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from atlas.comparing.matrix import Cell, State

register = template.Library()

_SHORT = {
    State.HELD: "{} held",
    State.NOT_CAPTURED: "{} not captured",
    State.NOT_FOUND: "{} found",
    State.NOTHING_HELD: "no text",
    State.NOT_ANALYSED: "\N{EN DASH}",
}


@register.simple_tag
def matrix_cell(cell: Cell, href: str) -> SafeString:
    """A cell of the matrix as a link: short for the eye, a sentence for those who listen."""
    before, after = _around_address(cell)
    return format_html("{}{}{}", before, href, after)


@lru_cache(maxsize=4096)
def _around_address(cell: Cell) -> tuple[SafeString, SafeString]:
    """Hundreds of cells of a page are alike but for their address."""
    before = format_html('<td class="cell {} {}"><a href="', cell.state.value, cell.level)
    after = format_html(
        '"><span aria-hidden="true">{}</span><span class="hidden-words">{}</span></a></td>', _short(cell), cell.words
    )
    return before, after


def _short(cell: Cell) -> SafeString | str:
    if cell.state not in {State.ANALYSED, State.ENDED}:
        return _SHORT[cell.state].format(cell.number)
    marks = [f"{cell.stale} stale"] if cell.stale else []
    marks += [f"{cell.ended} \N{DAGGER}"] if cell.ended and cell.letter else []
    aside = format_html_join("", ' <small class="aside">{}</small>', ((mark,) for mark in marks))
    return format_html('<b class="letter">{}</b> {}{}', cell.letter or "\N{DAGGER}", cell.number, aside)


@register.simple_tag
def options(rows: Iterable[tuple[str, str]], chosen: Collection[str]) -> SafeString:
    """``rows`` of value and words as options of a menu."""
    return format_html_join(
        "", '<option value="{}"{}>{}</option>', ((value, _mark(value, chosen), words) for value, words in rows)
    )


def _mark(value: str, chosen: Collection[str]) -> SafeString:
    return SafeString(" selected" if value in chosen else "")
