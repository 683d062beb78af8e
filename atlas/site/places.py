"""Where the quotes of an analysis stand in the archived text that it describes, so that each leads to its place."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from atlas import markup
from atlas.archive.texts.locating import Span, locate
from atlas.models import PARTS, Publication


@dataclass(frozen=True)
class Stretch:
    """A piece of an archived text; ``anchor`` names the place where quotes begin, and is empty elsewhere."""

    text: str
    anchor: str = ""


def quotes_of(publication: Publication) -> set[str]:
    """What ``publication`` quotes of the wording it describes, in its parts and as ground of its coded facts."""
    quotes = [quote for part in PARTS for quote in markup.quotes(getattr(publication, part.field))]
    facts = {str(fact["quote"]) for fact in publication.attributes if fact.get("quote")}
    return {quote.text for quote in quotes if not quote.version} | facts


def located(quotes: Iterable[str], source: str) -> dict[str, Span]:
    """Those of ``quotes`` that stand in ``source``, each with its place."""
    found = {quote: locate(quote, source) for quote in quotes}
    return {quote: span for quote, span in found.items() if span is not None}


def stretches(source: str, spans: Iterable[Span]) -> list[Stretch]:
    """``source`` cut where ``spans`` begin and end; together the stretches are ``source``."""
    spans = list(spans)
    starts = {span.start for span in spans}
    cuts = sorted({0, len(source), *starts, *(span.end for span in spans)})
    return [Stretch(source[start:end], anchor(start) if start in starts else "") for start, end in pairwise(cuts)]


def anchor(start: int) -> str:
    """The name of the place that begins with the character ``start``."""
    return f"text-{start}"
