"""What templates of the archive's history in the admin need beside those of the public site."""

from collections.abc import Iterable
from datetime import date

from django import template
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from atlas.models import StatedDate
from atlas.templatetags.atlas_site import archived

register = template.Library()


@register.simple_tag
def stated(dates: Iterable[StatedDate], kind: str) -> SafeString:
    """The date of ``kind`` among ``dates`` with the ``words`` that state it; says so if the text states none."""
    found = next((row for row in dates if row.kind == kind), None)
    if found is None:
        return format_html('<span class="quiet">{}</span>', "not stated in the text")
    quote = getattr(found, "words", "")
    return format_html("{} <q>{}</q>", in_words(found.value), archived(" ".join(str(quote).split())))


def in_words(value: str) -> str:
    """``2026-03-14`` → 14 March 2026, ``2026-03`` → March 2026; what is no date stays as it is."""
    try:
        if len(value) == len("2026-03"):
            return date_format(date.fromisoformat(f"{value}-01"), "F Y")
        return date_format(date.fromisoformat(value), "j F Y")
    except ValueError:
        return value
