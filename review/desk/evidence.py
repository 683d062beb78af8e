"""What the draft rests on: its quotes with their places in the source, its citations with the law they name."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from analysis.grounding import QuoteSpan, spans_of
from atlas.markup import citations
from atlas.models import TEXT_FIELDS, Obligation
from atlas.templatetags.atlas_markup import obligations_cited_in
from review.desk.marking import Place
from review.models import PART_LABELS, Finding

FACTS = "attributes"
NOT_IN_VERSION = "version-quote-not-found"  # the check, see analysis.checks.quotes


@dataclass(frozen=True)
class QuoteView:
    """A quote of a part. ``number`` is that of its place in the source; 0: it stands in no place of it.

    ``version`` is the other version that it names, if it does; ``is_found`` is about that one then. ``is_first``:
    the first quote of its place, to which the source leads back.
    """

    text: str
    number: int
    version: str
    is_found: bool
    is_first: bool = False


@dataclass
class CitationView:
    """A reference, however often it is cited. ``obligation`` is None if the catalogue has none of that key."""

    key: str
    obligation: Obligation | None
    parts: list[str] = field(default_factory=list)

    @property
    def is_resolved(self) -> bool:
        return self.obligation is not None and not self.obligation.is_retired

    @property
    def labelled_parts(self) -> list[tuple[str, str]]:
        return [(part, PART_LABELS[part]) for part in self.parts]


@dataclass(frozen=True)
class Evidence:
    """Of every part, by its field: quotes and citations. ``places``: the quoted places of the source, in order."""

    places: list[Place]
    quotes: Mapping[str, list[QuoteView]]
    citations: dict[str, CitationView]

    def cited_in(self, part: str) -> list[CitationView]:
        return [citation for citation in self.citations.values() if part in citation.parts]


def find_evidence(content: Mapping[str, Any], wording: str, findings: Iterable[Finding]) -> Evidence:
    """One query at most. Quotes of other versions were looked up by the checks: their texts are whole documents."""
    spans = spans_of(content, wording, {})
    missing = {(finding.part, finding.start) for finding in findings if finding.code == NOT_IN_VERSION}
    numbers = _numbers(spans)
    quotes: defaultdict[str, list[QuoteView]] = defaultdict(list)
    seen: set[int] = set()
    for span in spans:
        part = FACTS if span.part.startswith(f"{FACTS}.") else span.part
        view = _view(span, content, numbers, missing)
        quotes[part].append(replace(view, is_first=view.number not in seen))
        seen.add(view.number)
    places = [Place(number, start, end) for (start, end), number in numbers.items()]
    return Evidence(places, quotes, _cited(content))


def _numbers(spans: list[QuoteSpan]) -> dict[tuple[int, int], int]:
    """The quoted places of the wording, numbered in its order."""
    found = {
        (span.source_start, span.source_end)
        for span in spans
        if not span.source and span.source_start is not None and span.source_end is not None
    }
    return {place: number for number, place in enumerate(sorted(found), start=1)}


def _view(
    span: QuoteSpan, content: Mapping[str, Any], numbers: Mapping[Any, int], missing: Collection[Any]
) -> QuoteView:
    if span.part in TEXT_FIELDS:
        text = str(content.get(span.part) or "")[span.start + 1 : span.end].rpartition("”")[0]
    else:
        facts = [fact for fact in content.get(FACTS) or () if f"{FACTS}.{fact.get('attribute')}" == span.part]
        text = str(facts[0].get("quote") or "") if facts else ""
    number = 0 if span.source else numbers.get((span.source_start, span.source_end), 0)
    is_found = (span.part, span.start) not in missing if span.source else number > 0
    return QuoteView(text, number, span.source, is_found)


def _cited(content: Mapping[str, Any]) -> dict[str, CitationView]:
    texts = {name: str(content.get(name) or "") for name in TEXT_FIELDS}
    obligations = obligations_cited_in(*texts.values())
    found: dict[str, CitationView] = {}
    for name, text in texts.items():
        for citation in citations(text):
            view = found.setdefault(citation.key, CitationView(citation.key, obligations.get(citation.key)))
            if name not in view.parts:
                view.parts.append(name)
    return found
