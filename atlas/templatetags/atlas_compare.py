"""What the matrix shows hundreds of times: cells, drawn here since templates would take long."""

from collections.abc import Iterable
from functools import lru_cache
from html import escape

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from atlas.comparing.matrix import Cell, Linked, State

register = template.Library()

_SHORT = {
    State.HELD: "{} held",
    State.NOT_CAPTURED: "{} not captured",
    State.NOT_FOUND: "{} found",
    State.NOTHING_HELD: "no text",
    State.NOT_ANALYSED: "\N{EN DASH}",
}


@register.simple_tag
def matrix_cells(cells: Iterable[Linked]) -> SafeString:
    """Cells of a line as links: short for the eye, a sentence for those who listen."""
    return mark_safe("".join(escape(linked.href).join(_around_address(linked.cell)) for linked in cells))


@lru_cache(maxsize=4096)
def _around_address(cell: Cell) -> tuple[SafeString, SafeString]:
    """What stands before and after the address. Hundreds of cells of a page are alike but for it."""
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
