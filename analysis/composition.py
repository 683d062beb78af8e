"""A model's answer → the analysis as text in the markup of `atlas.markup`. Pure.

Each quote is looked up in the stored text, and what is written down is the stored text. A quote that cannot be found
is written as the model gave it: nothing is repaired silently, and a check will block it.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from analysis.exposure import level_of
from analysis.schema import (
    Action,
    Analysis,
    ChangeStatement,
    CodedValue,
    Flag,
    PreviousQuote,
    Quote,
    Rating,
    Statement,
    Value,
)
from atlas.abstention import ABSTENTION
from atlas.archive.texts.normalising import locate
from atlas.markup import citations
from atlas.markup import quotes as quotes_in

AUDIENCES = {
    "consumers": "consumers",
    "business_customers": "business customers",
    "developers": "developers",
    "workers": "workers and job applicants",
    "children": "children",
    "third_parties": "people who are not users",
}
FACTORS = {
    "direction": "shift towards the platform",
    "sensitivity": "sensitivity",
    "breadth": "breadth",
    "permanence": "permanence",
    "regulatory_hook": "regulatory relevance",
}
SCORES = ("low", "medium", "high")
# Parts that say so where the model abstained; the others are often empty of their own nature.
ABSTAINING = frozenset(
    {
        "why_it_matters",
        "practical_effect",
        "regulatory_landscape",
        "governance_exposure",
        "jurisdiction_flags",
        "contract_implications",
        "compliance_considerations",
    }
)
STRAIGHT = str.maketrans("“”", '""')
ENDING = re.compile(r"[.!?…:;,\s]+\Z")


@dataclass(frozen=True)
class Sources:
    """The stored texts that quotes come from. ``previous_version``: AT-V-…, where the previous wording stands."""

    wording: str
    previous: str = ""
    previous_version: str = ""


def compose(draft: BaseModel, sources: Sources, base: Analysis | None = None, parts: Sequence[str] = ()) -> Analysis:
    """``draft`` as text, with the exposure level computed from its factors.

    With a ``base``, only ``parts`` of it are written; all others stay there, letter for letter.
    """
    writer = _Writer(sources)
    written: dict[str, Any] = {}
    for section, value in draft:
        if section in _SECTIONS:
            written |= _SECTIONS[section](writer, value)
    for part in map(_part_of, getattr(draft, "abstained", ())):
        if part in ABSTAINING or (part == "change_summary" and sources.previous):
            written[part] = ABSTENTION
    if base is None:
        return Analysis(**written)
    wanted = {*parts, "exposure_level"} if "governance_exposure" in parts else set(parts)
    return base.model_copy(update={part: text for part, text in written.items() if part in wanted})


def _part_of(section: str) -> str:
    return "governance_exposure" if section == "exposure" else section


class _Writer:
    """Writes statements as sentences, looking quotes up in ``sources``."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources

    def stored(self, quote: str) -> str:
        """The stored words of ``quote`` on one line; as they are where the wording does not have them."""
        return _found(quote, self.sources.wording)

    def quote(self, quote: Quote | PreviousQuote) -> str:
        if isinstance(quote, Quote):
            return f"“{self.stored(quote.text)}”"
        marker = f"[{self.sources.previous_version}]" if self.sources.previous_version else ""
        return f"“{_found(quote.text, self.sources.previous)}”{marker}"

    def sentence(self, text: str, quotes: Sequence[Quote | PreviousQuote], obligations: Iterable[str] = ()) -> str:
        """``Text: “quote” and “quote” [@key].`` One sentence, so that its evidence is its own."""
        body = ENDING.sub("", " ".join(text.split()))
        there = {_bare(quote.text) for quote in quotes_in(body)}
        missing = [self.quote(quote) for quote in quotes if _bare(quote.text) not in there]
        cited = {citation.key for citation in citations(body)}
        keys = [f"[@{key}]" for key in dict.fromkeys(obligations) if key not in cited]
        evidence = f": {' and '.join(missing)}" if missing else ""
        return " ".join([body + evidence, *keys]) + "."

    def statement(self, statement: Statement) -> str:
        return self.sentence(statement.text, statement.quotes, statement.obligations)

    def statements(self, statements: Iterable[Statement], *, separator: str = " ") -> str:
        return separator.join(map(self.statement, statements))

    def changes(self, changes: Iterable[ChangeStatement]) -> str:
        return " ".join(self.sentence(change.text, [*change.before, *change.after]) for change in changes)

    def rating(self, rating: Rating) -> str:
        concerns = [AUDIENCES[audience] for audience in dict.fromkeys(rating.concerns)]
        scores = ", ".join(f"{FACTORS[factor.name]} {SCORES[factor.score]}" for factor in rating.factors)
        level = level_of(rating.factors)
        opening = [f"Concerns {_listed(concerns)}."] if concerns else []
        closing = [f"Rated {level} by the published table: {scores}."] if level else []
        return " ".join([*opening, *map(self.statement, rating.rationale), *closing])

    def flag(self, flag: Flag) -> str:
        return f"{flag.jurisdiction}: {self.statement(flag.statement)}"

    def action(self, action: Action) -> str:
        return f"- {self.sentence(action.text, action.quotes, action.obligations)}"

    def value(self, value: Value) -> CodedValue:
        return CodedValue(attribute=value.attribute, value=value.value, quote=self.stored(value.quote.text))


# A section of an answer → the fields of the analysis that it becomes.
_SECTIONS: Mapping[str, Callable[[_Writer, Any], dict[str, Any]]] = {
    "title": lambda writer, title: {"title": " ".join(title.split())},
    "summary": lambda writer, found: {"summary": writer.statements(found)},
    "why_it_matters": lambda writer, found: {"why_it_matters": writer.statements(found)},
    "practical_effect": lambda writer, found: {"practical_effect": writer.statements(found)},
    "interpretive_note": lambda writer, found: {"interpretive_note": writer.statements(found)},
    "change_summary": lambda writer, found: {"change_summary": writer.changes(found)},
    "no_material_change": lambda writer, said: {"no_material_change": said},
    "regulatory_landscape": lambda writer, found: {"regulatory_landscape": writer.statements(found, separator="\n\n")},
    "exposure": lambda writer, rating: {
        "governance_exposure": writer.rating(rating),
        "exposure_level": level_of(rating.factors),
    },
    "jurisdiction_flags": lambda writer, flags: {"jurisdiction_flags": "\n".join(map(writer.flag, flags))},
    "contract_implications": lambda writer, found: {
        "contract_implications": writer.statements(found, separator="\n\n")
    },
    "compliance_considerations": lambda writer, actions: {
        "compliance_considerations": "\n".join(map(writer.action, actions))
    },
    "attributes": lambda writer, values: {"attributes": [writer.value(value) for value in values]},
    "topics": lambda writer, keys: {"topics": list(dict.fromkeys(keys))},
}


def _found(quote: str, source: str) -> str:
    """The words of ``source`` that ``quote`` means, or ``quote`` without the marks around it; on one line."""
    for attempt in (quote, _bare(quote)):
        span = locate(attempt, source)
        if span is not None:
            return _enclosable(" ".join(source[span.start : span.end].split()))
    return _enclosable(" ".join(_bare(quote).split()))


def _enclosable(words: str) -> str:
    """``words`` as they are where they stay one quote between marks, else with straight marks inside.

    A source that holds ``” [@gdpr-art-6-1] “`` must not close our quote and speak in our name.
    """
    if [found.text for found in quotes_in(f"“{words}”.")] == [words]:
        return words
    return words.translate(STRAIGHT)


def _bare(quote: str) -> str:
    return quote.strip().strip("“”\"'").strip()


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
