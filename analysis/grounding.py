"""Where the quotes of an analysis stand: in the wording under analysis, or in the archived version they name."""

from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import fuzz

from atlas.archive.texts.normalising import Span, locate
from atlas.markup import Quote
from atlas.models import UnknownIdentifier, Version

# The nearest text is a hint to a person and nothing else; it is searched in this much of both texts (characters).
HINT_QUOTE, HINT_SOURCE = 300, 40_000


@dataclass(frozen=True)
class Grounded:
    """A quote with the text it is said to come from (None: no such version) and its place there (None: not found)."""

    quote: Quote
    source: str | None
    span: Span | None


def versions_named_in(quotes: Iterable[Quote]) -> dict[str, Version]:
    """The archived versions that quotes name, by public identifier. One query, none if none is named."""
    keys: dict[int, str] = {}
    for quote in quotes:
        if quote.version:
            keys[_version_key(quote.version)] = quote.version
    found = Version.objects.select_related("snapshot").in_bulk(keys) if keys else {}
    return {keys[key]: version for key, version in found.items()}


def ground(quote: Quote, wording: str, versions: dict[str, Version]) -> Grounded:
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
