"""What templates of the archive's history in the admin need beside those of the public site."""

from collections.abc import Iterable
from datetime import date

from django import template
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from atlas.archive.telling.spells import Spell
from atlas.archive.texts.wording_diff import DiffPart
from atlas.models import StatedDate
from atlas.templatetags.atlas_site import archived, moment

register = template.Library()


@register.simple_tag
def word_diff(parts: Iterable[DiffPart], leave_out: str = "") -> SafeString:
    """``parts`` with removed words in ``<del>`` and added ones in ``<ins>``, named for those who listen.

    ``leave_out`` is "added" for a page of the old text alone, "removed" for one of the new.
    """
    return format_html_join("", "{}", ((_part(part),) for part in parts if part.op != leave_out))


def _part(part: DiffPart) -> SafeString:
    if part.op == "same":
        return archived(part.text)
    return marked(part.text, part.op)


@register.simple_tag
def marked(text: str, op: str) -> SafeString:
    """``text`` as it was added or removed as a whole."""
    name = "ins" if op == "added" else "del"
    opening, closing = SafeString(f"<{name}>"), SafeString(f"</{name}>")
    return format_html(
        '{}<span class="for-ears">[{}: </span>{}<span class="for-ears">]</span>{}', opening, op, archived(text), closing
    )


@register.simple_tag
def during(spell: Spell) -> SafeString:
    """since 2 May 2026, 12:00 UTC until 5 May 2026, 12:00 UTC."""
    if spell.until:
        return format_html("since {} until {}", moment(spell.first.captured_at), moment(spell.until))
    return format_html("since {}, last seen {}", moment(spell.first.captured_at), moment(spell.last.captured_at))


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
