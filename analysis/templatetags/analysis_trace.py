"""What the drafter's pages in the admin need: hostile text shown as text, and words for figures."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from analysis import outcomes
from atlas.models import Obligation

register = template.Library()

_PLAIN = "\n\t\x20-\x7e"
_OTHER = re.compile(f"[^{_PLAIN}]")
# Letters and marks that show nothing although Unicode counts them as letters and marks.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0\u2800")
_HIDDEN = frozenset(("Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp"))


@register.filter
def revealed(text: object) -> SafeString:
    """``text`` escaped, with what cannot be seen made visible: a ␣ for an unusual space, U+200B for what has no width.

    Only line breaks, tabs and plain spaces stay as they are.
    """
    lines = str(text).replace("\r\n", "\n")
    return mark_safe(_OTHER.sub(_seen, str(escape(lines))))


def _seen(match: re.Match[str]) -> str:
    letter = match[0]
    code = f"U+{ord(letter):04X}"
    category = unicodedata.category(letter)
    if category == "Zs":
        return f'<span class="control" title="{code}">␣</span>'
    if category in _HIDDEN or letter in _BLANK or _is_variation(letter):
        return f'<span class="control">{code}</span>'
    return letter


def _is_variation(letter: str) -> bool:
    return "\ufe00" <= letter <= "\ufe0f" or "\U000e0100" <= letter <= "\U000e01ef"


@register.filter
def cause(kind: str) -> str:
    """A kind of failure in words."""
    return outcomes.in_words(kind)


@register.filter
def took(seconds: float | None) -> str:
    """3.2 seconds, 4 minutes, 2 hours; or that it is not known."""
    if seconds is None:
        return "not known"
    if seconds < 10:
        return f"{seconds:.1f} seconds"
    for size, name in ((3600, "hour"), (60, "minute"), (1, "second")):
        if seconds >= 2 * size or size == 1:
            return f"{round(seconds / size):,} {name}s"
    return f"{seconds:.0f} seconds"


@register.filter
def usd(amount: Any) -> str:
    """0.0123 USD, without the zeros that say nothing."""
    if amount is None or amount == "":
        return "not known"
    figure = f"{amount:f}" if not isinstance(amount, str) else amount
    whole, _, part = figure.partition(".")
    return f"{whole}.{part.rstrip('0').ljust(2, '0')} USD"


@register.filter
def item(mapping: Mapping[str, Any], key: str) -> Any:
    """``mapping[key]``; None if it is not there."""
    return mapping.get(key)


@register.simple_tag
def cited(text: str, obligation: Obligation | None) -> SafeString:
    """A citation as a link to its entry of the catalogue."""
    if obligation is None:
        return format_html('<mark class="missing" title="Not in the catalogue">{}</mark>', text)
    return format_html('<a href="{}" title="{}">{}</a>', obligation.get_absolute_url(), obligation.title, text)
