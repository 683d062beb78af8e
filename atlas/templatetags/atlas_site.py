"""What templates of the public site need: dates, excerpts, and archived text made safe to look at."""

import re
from datetime import date, datetime

from django import template
from django.conf import settings
from django.conf.locale import LANG_INFO
from django.utils.dates import MONTHS
from django.utils.formats import date_format
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from atlas.controls import CONTROLS
from atlas.models import Outcome

register = template.Library()

# Markdown's underlining of a heading; kept, in small print.
_RULES = re.compile(r"^[-=]{3,}$", re.MULTILINE)


@register.filter
def archived(text: str) -> SafeString:
    """``text`` escaped, with invisible control characters shown by their code; every other character stays."""
    escaped = str(conditional_escape(text)).replace("\r\n", "\n").replace("\r", "\n")
    return mark_safe(_RULES.sub(r'<span class="rule">\g<0></span>', CONTROLS.sub(_visible, escaped)))


def _visible(match: re.Match[str]) -> str:
    code = f"U+{ord(match[0]):04X}"
    return f'<span class="control" title="Control character {code}">{code}</span>'


@register.filter
def excerpt(text: str, length: int = 400) -> str:
    """The start of ``text``, cut between words, with "…" where it was cut."""
    text = " ".join(text.split())
    if len(text) <= length:
        return text
    head = text[:length].rsplit(" ", 1)[0]
    return f"{head.rstrip(' ,;:')} …"


@register.filter
def beginning(text: str, length: int = 400) -> str:
    """The start of ``text`` with its lines, cut between words, with "…" where it was cut."""
    text = text.strip()
    return text if len(text) <= length else f"{text[:length].rsplit(maxsplit=1)[0].rstrip(' ,;:')} …"


@register.simple_tag
def day(moment: date | datetime | None) -> str:
    """1 June 2026, in a ``<time>`` element; an unknown date says so."""
    if moment is None:
        return "date not known"
    return mark_safe(f'<time datetime="{moment.isoformat()}">{moment.day} {MONTHS[moment.month]} {moment.year}</time>')


@register.simple_tag
def moment(at: datetime | None) -> str:
    """1 June 2026, 12:00 UTC, in a ``<time>`` element."""
    if at is None:
        return "date not known"
    return format_html('<time datetime="{}">{} UTC</time>', at.isoformat(), date_format(at, "j F Y, H:i"))


@register.filter
def counted(number: int, words: str) -> str:
    """``3|counted:"change,changes"`` → "3 changes"."""
    one, many = words.split(",")
    return f"{number:,} {one if number == 1 else many}"


@register.filter
def count_of(counts: dict[object, int], key: object) -> int:
    """How many ``counts`` has of ``key``; what is not in it is none."""
    return counts.get(key, 0)


@register.simple_tag
def full_address(path: str) -> str:
    """Where ``path`` is to be found by whoever has the page on paper."""
    return f"{settings.BASE_URL}{path}"


_WORDS = {
    "in_force": "In force",
    "partially_applicable": "Applicable in part",
    "enacted_not_yet_applicable": "Enacted, not yet applicable",
    "guidance": "Guidance, not law",
    "standard": "Standard, not law",
    "law-text": "checked against the text of the law",
    "secondary": "checked against secondary sources only",
    "none": "not yet checked against a source",
}


@register.filter
def in_words(code: str) -> str:
    """What readers see in place of a code of the catalogue or of the archive."""
    return _WORDS.get(code) or dict(Outcome.choices).get(code) or code.replace("_", " ").capitalize()


# What regions are called where their code says little. Other codes are shown as they are.
_REGIONS = {
    "eu": "European Union",
    "eea": "European Economic Area",
    "us": "United States",
    "uk": "United Kingdom",
    "gb": "United Kingdom",
    "ch": "Switzerland",
    "row": "Rest of the world",
    "global": "All regions",
}


@register.filter
def region_name(code: str) -> str:
    return _REGIONS.get(code.lower(), code)


@register.filter
def language_name(code: str) -> str:
    """ "German" for ``de``; a code without a name is shown as it is."""
    known = LANG_INFO.get(code.lower()) or LANG_INFO.get(code.lower().partition("-")[0]) or {}
    return str(known.get("name", code))


# The licences that importing knows by name (collections.registering.LICENCES); all of them want to be linked to.
LICENCES = {
    "ODC-BY 1.0": "https://opendatacommons.org/licenses/by/1-0/",
    "ODbL 1.0": "https://opendatacommons.org/licenses/odbl/1-0/",
    "CC BY-SA 4.0": "https://creativecommons.org/licenses/by-sa/4.0/",
    "CC BY 4.0": "https://creativecommons.org/licenses/by/4.0/",
}


@register.filter
def licence_link(name: str) -> str:
    """The name of a licence as a link to its text; alone, where we don't know where that is."""
    address = LICENCES.get(name)
    return format_html('<a href="{}" rel="license noopener">{}</a>', address, name) if address else name
