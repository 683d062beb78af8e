"""Where the quotes of an analysis stand: in the wording under analysis, or in the archived version they name."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from rapidfuzz import fuzz

from atlas.archive.texts.locating import Level, Span, locate
from atlas.markup import Quote, quotes
from atlas.models import TEXT_FIELDS, UnknownIdentifier, Version

# The nearest text is a hint to a person and nothing else; it is searched in this much of both texts (characters).
HINT_QUOTE, HINT_SOURCE = 300, 40_000


@dataclass(frozen=True)
class Grounded:
    """A quote with the text it is said to come from (None: no such version) and its place there (None: not found)."""

    quote: Quote
    source: str | None
    span: Span | None


@dataclass(frozen=True)
class QuoteSpan:
    """A quote of an analysis as characters of the part that has it, and of the text that it is a quote of.

    ``start`` and ``end`` cover quote marks and version marker; of a coded fact (``part`` is ``attributes.<key>``) its
    whole quote. ``source`` is AT-V-… or empty for the wording under analysis. A quote that does not stand there has an
    empty ``level`` and no place. ``dataclasses.asdict`` makes it JSON.
    """

    part: str
    start: int
    end: int
    source: str
    source_start: int | None
    source_end: int | None
    level: Level | Literal[""]


def spans_of(content: Mapping[str, Any], wording: str, versions: Mapping[str, Version]) -> list[QuoteSpan]:
    """Every quote of ``content`` with its place, parts in their order, coded facts last.

    ``versions``: what ``versions_of(content)`` found. ``wording[source_start:source_end]`` is what is shown as quoted.
    """
    found = [_placed(part, ground(quote, wording, versions)) for part, quote in _quotes_of(content)]
    for value in content.get("attributes") or ():
        if isinstance(value, Mapping):
            text = str(value.get("quote") or "")
            quote = Quote(0, len(text), text)
            found.append(_placed(f"attributes.{value.get('attribute')}", ground(quote, wording, versions)))
    return found


def versions_of(content: Mapping[str, Any]) -> dict[str, Version]:
    """The archived versions that quotes of ``content`` name. One query, none if none is named."""
    return versions_named_in(quote for _, quote in _quotes_of(content))


def _quotes_of(content: Mapping[str, Any]) -> Iterator[tuple[str, Quote]]:
    for part in TEXT_FIELDS:
        for quote in quotes(str(content.get(part) or "")):
            yield part, quote


def _placed(part: str, found: Grounded) -> QuoteSpan:
    quote, span = found.quote, found.span
    if span is None:
        return QuoteSpan(part, quote.start, quote.end, quote.version, None, None, "")
    return QuoteSpan(part, quote.start, quote.end, quote.version, span.start, span.end, span.level)


def versions_named_in(quotes: Iterable[Quote]) -> dict[str, Version]:
    """The archived versions that quotes name, by public identifier. One query, none if none is named."""
    keys: dict[int, str] = {}
    for quote in quotes:
        if quote.version:
            keys[_version_key(quote.version)] = quote.version
    found = Version.objects.select_related("snapshot").in_bulk(keys) if keys else {}
    return {keys[key]: version for key, version in found.items()}


def ground(quote: Quote, wording: str, versions: Mapping[str, Version]) -> Grounded:
    """``quote`` located letter for letter but for typography and Markdown; never by similarity."""
    if not quote.version:
        return Grounded(quote, wording, locate(quote.text, wording))
    version = versions.get(quote.version)
    return Grounded(quote, version.text, locate(quote.text, version.text)) if version else Grounded(quote, None, None)


def nearest(quote: str, source: str) -> str:
    """The passage of ``source`` most like ``quote``, to show a person; empty if nothing is like it."""
    found = fuzz.partial_ratio_alignment(quote[:HINT_QUOTE], source[:HINT_SOURCE], score_cutoff=60)
    return " ".join(source[found.dest_start : found.dest_end].split()) if found else ""


def _version_key(public_id: str) -> int:
    try:
        return Version.key_from(public_id)
    except UnknownIdentifier:
        return 0
