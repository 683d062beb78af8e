"""What a page shows hundreds of times, drawn here since templates would take long: options, and numbers with lists."""

from collections.abc import Collection, Iterable, Mapping
from html import escape

from django import template
from django.utils.safestring import SafeString, mark_safe

from atlas.addresses import address_of
from atlas.models import Platform

register = template.Library()


@register.simple_tag
def options(rows: Iterable[tuple[str, str]], chosen: Collection[str] | None) -> SafeString:
    """``rows`` of value and words as options of a menu; ``chosen`` are the values, or is the value, of those chosen."""
    marked = {chosen} if isinstance(chosen, str) else set(chosen or ())
    drawn = (
        f'<option value="{escape(value)}"{" selected" if value in marked else ""}>{escape(words)}</option>'
        for value, words in rows
    )
    return mark_safe("".join(drawn))


@register.simple_tag
def numbers_of_platforms(platforms: Iterable[Platform], counts: Mapping[str, Mapping[int, int]]) -> SafeString:
    """A line of a table for each platform: of each kind of thing in ``counts`` its number, linked to its list."""
    lists = [(address_of(kind), numbers) for kind, numbers in counts.items()]
    drawn = (f"<tr>{_name(row)}{''.join(_number(row, *kind) for kind in lists)}</tr>" for row in platforms)
    return mark_safe("".join(drawn))


def _name(platform: Platform) -> str:
    badge = ' <span class="badge">Sample</span>' if platform.is_sample else ""
    link = f'<a href="{platform.get_absolute_url()}">{escape(platform.name)}</a>'
    return f'<th scope="row" class="title">{link}{badge}</th>'


def _number(platform: Platform, address: str, numbers: Mapping[int, int]) -> str:
    link = f'<a href="{address}?platform={escape(platform.slug)}">{numbers.get(platform.pk, 0)}</a>'
    return f'<td class="number">{link}</td>'
