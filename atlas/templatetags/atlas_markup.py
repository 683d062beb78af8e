"""Analysis text → HTML for readers. Every character that is not a tag of ours is escaped.

    {% load atlas_markup %}
    {% analysis_text publication.summary obligations jurisdictions %}
    {{ publication.summary|analysis:obligations }}

``obligations`` maps keys to ``Obligation`` rows (``obligations_cited_in`` gets those of a page in one query),
``jurisdictions`` codes to names. Rendering makes no queries; what the mappings lack is shown as its key or code.

    {% analysis_text publication.summary obligations jurisdictions "summary" places %}

With the name of its part, each paragraph, item and flag has an anchor (``#summary-2``, the second of the part) and a
sign that links to it. ``places`` says where in the archived text quotes stand: quote → address.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from atlas import markup
from atlas.abstention import ABSTENTION, is_abstention
from atlas.addresses import address_of
from atlas.models import Obligation

register = template.Library()

# Characters that turn the direction of what follows them, up to the end of the block: embeddings, overrides, isolates.
_DIRECTION_CONTROLS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_ITEMS_START, _ITEMS_END = SafeString('<ul class="analysis-items">'), SafeString("</ul>")
_FLAGS_START, _FLAGS_END = SafeString('<dl class="analysis-flags">'), SafeString("</dl>")
_SIGN = (
    ' <a class="anchor" href="#{}"><span aria-hidden="true">#</span>'
    '<span class="unseen">Link to this statement</span></a>'
)


def obligations_cited_in(*texts: str) -> dict[str, Obligation]:
    """The catalogue entries that ``texts`` cite, with their instruments. One query."""
    keys = {citation.key for text in texts for citation in markup.citations(text)}
    return Obligation.objects.select_related("instrument").in_bulk(keys)


@register.filter
def analysis(text: str, obligations: Mapping[str, Obligation] | None = None) -> SafeString:
    return _html(text, obligations or {}, {}, _Where())


@register.simple_tag
def analysis_text(
    text: str,
    obligations: Mapping[str, Obligation] | None = None,
    jurisdictions: Mapping[str, str] | None = None,
    part: str = "",
    places: Mapping[str, str] | None = None,
) -> SafeString:
    return _html(text, obligations or {}, jurisdictions or {}, _Where(part, places or {}))


@register.filter
def place_of(quote: str, places: Mapping[str, str] | None) -> str:
    """Where ``quote`` stands in the archived text; empty if that is not known."""
    return (places or {}).get(quote, "")


@dataclass(frozen=True)
class _Where:
    """Where a text stands: the ``part`` of the analysis that it is, and the ``places`` of the quotes in it."""

    part: str = ""
    places: Mapping[str, str] = field(default_factory=dict)

    def anchor(self, number: int) -> str:
        return f"{self.part.replace('_', '-')}-{number}" if self.part else ""


def _html(
    text: str, obligations: Mapping[str, Obligation], jurisdictions: Mapping[str, str], where: _Where
) -> SafeString:
    if is_abstention(text):
        return format_html('<p class="muted">{}</p>', ABSTENTION)
    parts: list[str] = []
    lines = markup.lines(text)
    for place, line in enumerate(lines):
        opens = place == 0 or lines[place - 1].kind != line.kind
        closes = place + 1 == len(lines) or lines[place + 1].kind != line.kind
        body = _joined(_sentence(sentence, line, obligations, where.places) for sentence in line.sentences)
        anchor = where.anchor(place + 1)
        parts.append(_line(line, body, jurisdictions, anchor, opens=opens, closes=closes))
    return _joined(parts, "\n")


def _line(
    line: markup.Line, body: SafeString, jurisdictions: Mapping[str, str], anchor: str, *, opens: bool, closes: bool
) -> SafeString:
    name = format_html(' id="{}"', anchor) if anchor else ""
    sign = format_html(_SIGN, anchor) if anchor else ""
    if line.kind == "text":
        return format_html("<p{}>{}{}</p>", name, body, sign)
    if line.kind == "item":
        inner, before, after = format_html("<li{}>{}{}</li>", name, body, sign), _ITEMS_START, _ITEMS_END
    else:
        place = jurisdictions.get(line.label, line.label)
        inner = format_html('<dt title="{}">{}</dt><dd{}>{}{}</dd>', line.label, place, name, body, sign)
        before, after = _FLAGS_START, _FLAGS_END
    return _joined((before if opens else "", inner, after if closes else ""), "")


def _sentence(
    sentence: markup.Sentence, line: markup.Line, obligations: Mapping[str, Obligation], places: Mapping[str, str]
) -> SafeString:
    """One sentence without the mark of its line; interpretation is marked as such."""
    position = max(sentence.start, line.body)
    parts: list[str] = []
    spans: list[markup.Quote | markup.Citation] = [*sentence.quotes, *sentence.citations]
    for span in sorted(spans, key=lambda span: span.start):
        parts.append(_plain(sentence.text[position - sentence.start : span.start - sentence.start]))
        parts.append(_quote(span, places) if isinstance(span, markup.Quote) else _citation(span, obligations))
        position = span.end
    parts.append(_plain(sentence.text[position - sentence.start :]))
    body = _joined(parts, "")
    return format_html('<span class="interpretation">{}</span>', body) if sentence.is_interpretation else body


def _quote(quote: markup.Quote, places: Mapping[str, str]) -> SafeString:
    shown = format_html("<q><bdi>{}</bdi></q>", _plain(quote.text))
    if not quote.version:
        place = places.get(quote.text)
        return format_html('<a class="place" href="{}">{}</a>', place, shown) if place else shown
    address = address_of("version", quote.version)
    return format_html('{} <a class="source" href="{}">{}</a>', shown, address, quote.version)


def _citation(citation: markup.Citation, obligations: Mapping[str, Obligation]) -> SafeString:
    obligation = obligations.get(citation.key)
    if obligation is None:
        return format_html('<span class="citation citation-unknown">{}</span>', citation.key)
    return format_html(
        '<a class="citation" href="{}" title="{}">{}</a>',
        obligation.get_absolute_url(),
        f"{obligation}: {obligation.title}",
        str(obligation),
    )


def _plain(text: str) -> SafeString:
    """Escaped, with direction controls made visible, so that a text can't reorder what stands around it."""
    visible = _DIRECTION_CONTROLS.sub(lambda match: f"⟨U+{ord(match[0]):04X}⟩", text)
    return escape(visible)


def _joined(parts: Iterable[str], separator: str = " ") -> SafeString:
    """Safe parts made one."""
    return mark_safe(separator.join(parts))
