"""Structure: what has to be there, closed codes, jurisdiction flags, coded facts."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from analysis.checks.base import Check, Problem, Subject
from analysis.checks.numbers import facts
from analysis.checks.quotes import SHORT_QUOTE
from atlas import markup
from atlas.abstention import ABSTENTION, holds_abstention, is_abstention
from atlas.archive.texts.normalising import fold_markdown, locate
from atlas.models import PARTS, Attribute, Exposure

MAX_TITLE, GOOD_TITLE = 300, 120  # characters: the column's, the page's
SHORT_SUMMARY, LONG_SUMMARY = 40, 1500
EXPECTED = ("why_it_matters", "practical_effect", "regulatory_landscape", "governance_exposure")
_RANGE = re.compile(r"(?<![\w.,-])(\d+) ?(?:-|\u2013|to|and) ?(\d+) (?=\w)")
NEVER_ABSTAINED = {"title", "summary"}
LABELS = {part.field: part.label for part in PARTS}
MAY_BE_INTERPRETATION = {"title", "interpretive_note"}


def _missing(subject: Subject) -> Iterator[Problem]:
    for part, name in (("title", "title"), ("summary", "summary")):
        if not subject.parts[part].strip():
            yield Problem(f"The {name} is missing.", part)
    if len(subject.parts["title"]) > MAX_TITLE:
        yield Problem(f"The title is longer than {MAX_TITLE} characters.", "title")


def _lengths(subject: Subject) -> Iterator[Problem]:
    title, summary = subject.parts["title"], subject.parts["summary"].strip()
    if GOOD_TITLE < len(title) <= MAX_TITLE:
        yield Problem(f"The title has {len(title)} characters; up to {GOOD_TITLE} read well.", "title")
    if 0 < len(summary) < SHORT_SUMMARY:
        yield Problem("The summary is very short.", "summary")
    if len(summary) > LONG_SUMMARY:
        yield Problem(f"The summary has {len(summary)} characters; up to {LONG_SUMMARY} read well.", "summary")


def _empty(subject: Subject) -> Iterator[Problem]:
    """Of an analysis that has been begun: while there is no summary, that is what is missing."""
    for part in EXPECTED if subject.parts["summary"].strip() else ():
        if not subject.parts[part].strip():
            message = f"{LABELS[part]} is empty. If the text supports nothing there, write: {ABSTENTION}"
            yield Problem(message, part)


def _abstention_and_more(subject: Subject) -> Iterator[Problem]:
    for part, text in subject.parts.items():
        if holds_abstention(text) and (part in NEVER_ABSTAINED or not is_abstention(text)):
            message = f"“{ABSTENTION}” stands alone in its part, and never in title or summary."
            yield Problem(message, part)
    if is_abstention(subject.parts["governance_exposure"]) and subject.content.get("exposure_level"):
        yield Problem("No exposure is described, so no level can be chosen.", "governance_exposure")


def _only_interpretation(subject: Subject) -> Iterator[Problem]:
    kinds: dict[str, set[bool]] = {}
    for placed in subject.sentences:
        kinds.setdefault(placed.part, set()).add(placed.sentence.is_interpretation)
    for part, seen in kinds.items():
        if seen == {True} and part not in MAY_BE_INTERPRETATION and not is_abstention(subject.parts[part]):
            yield Problem("This part quotes and cites nothing: readers see all of it as interpretation.", part)


def _exposure_level(subject: Subject) -> Iterator[Problem]:
    level = subject.content.get("exposure_level") or ""
    described = subject.parts["governance_exposure"].strip()
    if described and not level and not is_abstention(described):
        yield Problem("Governance exposure is described but no level is chosen.", "governance_exposure")
    if level and level not in Exposure.values:
        yield Problem(f"{level!r} is not an exposure level: low, medium or high.", "governance_exposure")


def _flag_labels(subject: Subject) -> Iterator[Problem]:
    for line in _flag_lines(subject):
        if line.kind != "flag":
            message = "Begin each line with the code of a jurisdiction: EU: …, US-CA: …"
            yield Problem(message, "jurisdiction_flags", line.start, line.sentences[-1].end)
        elif line.label not in subject.catalogue.jurisdictions:
            message = f"{line.label} is not a jurisdiction of the catalogue."
            yield Problem(message, "jurisdiction_flags", line.start, line.start + len(line.label))


def _foreign_flags(subject: Subject) -> Iterator[Problem]:
    for line in _flag_lines(subject):
        for citation in (citation for sentence in line.sentences for citation in sentence.citations):
            obligation = subject.catalogue.obligations.get(citation.key)
            known = line.kind == "flag" and line.label in subject.catalogue.jurisdictions
            if known and obligation and not subject.catalogue.reaches(obligation, line.label):
                where = obligation.instrument.jurisdiction.name
                message = f"{obligation} is law of {where}, not of {line.label}; give it a line of its own."
                yield Problem(message, "jurisdiction_flags", citation.start, citation.end)


def _flag_lines(subject: Subject) -> list[markup.Line]:
    flags = subject.parts["jurisdiction_flags"]
    return [] if is_abstention(flags) else markup.lines(flags)


def _topics(subject: Subject) -> Iterator[Problem]:
    for key in subject.content.get("topics") or ():
        topic = subject.catalogue.topics.get(key)
        if topic is None or topic.is_retired:
            yield Problem(f"{key} is not a topic of the catalogue.", "topics")


def _attributes(subject: Subject) -> Iterator[Problem]:
    values = _attribute_values(subject)
    for name, count in Counter(str(value.get("attribute")) for value in values).items():
        if count > 1:
            yield Problem(f"{name} is given {count} times.", "attributes")
    for value in values:
        attribute = subject.catalogue.attributes.get(str(value.get("attribute")))
        if attribute is None or attribute.is_retired:
            yield Problem(f"{value.get('attribute')} is not an attribute of the catalogue.", "attributes")
        elif not _is_allowed(str(value.get("value") or ""), attribute, subject):
            yield Problem(f"{attribute.name}: {value.get('value')!r} is not one of its values.", "attributes")


def _attribute_quotes(subject: Subject) -> Iterator[Problem]:
    for value in _attribute_values(subject):
        if locate(str(value.get("quote") or ""), subject.wording) is None:
            yield Problem(f"The quote given for {value.get('attribute')} does not stand in the wording.", "attributes")


def _attribute_numbers(subject: Subject) -> Iterator[Problem]:
    for value in _attribute_values(subject):
        attribute = subject.catalogue.attributes.get(str(value.get("attribute")))
        if attribute is not None and attribute.kind == "number":
            number = str(value.get("value") or "")
            if not facts(number) <= facts(str(value.get("quote") or "")):
                yield Problem(f"{attribute.name}: {number} does not stand in its quote.", "attributes")


def _attribute_units(subject: Subject) -> Iterator[Problem]:
    """30 of "30 months" is no number of days, and 30 of "30 to 60 days" no single number."""
    for value in _attribute_values(subject):
        attribute = subject.catalogue.attributes.get(str(value.get("attribute")))
        if attribute is None or attribute.kind != "number":
            continue
        number, quote = str(value.get("value") or ""), str(value.get("quote") or "")
        units = {unit for count, _, unit in (fact.partition(" ") for fact in facts(quote)) if unit and count == number}
        if units and attribute.unit.rstrip("s") not in units:
            stated = f"{number} {min(units)}"
            yield Problem(f"{attribute.name} counts {attribute.unit}; its quote states {stated}.", "attributes")
        elif number in _ends_of_ranges(quote):
            yield Problem(f"{attribute.name}: its quote states a range, of which {number} is one end.", "attributes")


def _ends_of_ranges(quote: str) -> set[str]:
    return {end for match in _RANGE.finditer(quote) for end in match.groups()}


def _attribute_quote_short(subject: Subject) -> Iterator[Problem]:
    for value in _attribute_values(subject):
        quote = str(value.get("quote") or "")
        if quote.strip() and len(fold_markdown(quote)) < SHORT_QUOTE:
            yield Problem(f"“{quote}” is too short to show {value.get('attribute')}; quote more.", "attributes")


def _attribute_values(subject: Subject) -> list[Mapping[str, Any]]:
    return [value for value in subject.content.get("attributes") or () if isinstance(value, Mapping)]


def _is_allowed(value: str, attribute: Attribute, subject: Subject) -> bool:
    if attribute.kind == "choice":
        return value in attribute.values
    if attribute.kind == "number":
        return value.isascii() and value.replace(".", "", 1).isdigit()
    return value in subject.catalogue.jurisdictions


CHECKS = (
    Check("required", "blocker", _missing, "Title and summary are there."),
    Check("length", "warning", _lengths, "Title and summary have a good length."),
    Check("empty-part", "warning", _empty, "No part that readers look for is empty."),
    Check("abstention-and-more", "blocker", _abstention_and_more, "A part that abstains says nothing else."),
    Check("only-interpretation", "warning", _only_interpretation, "No part consists only of interpretation."),
    Check("exposure-level", "blocker", _exposure_level, "The exposure level fits its description."),
    Check("flag-label", "blocker", _flag_labels, "Every jurisdiction flag begins with a known code."),
    Check("flag-foreign-law", "blocker", _foreign_flags, "Every flag cites law of its own jurisdiction."),
    Check("topics", "blocker", _topics, "Every topic is in the catalogue."),
    Check("attributes", "blocker", _attributes, "Every coded fact and its value are in the catalogue."),
    Check("attribute-quote", "blocker", _attribute_quotes, "Every coded fact has its quote."),
    Check("attribute-number", "blocker", _attribute_numbers, "Every coded number stands in its quote."),
    Check("attribute-unit", "warning", _attribute_units, "Every coded number is of the unit that its quote states."),
    Check("attribute-quote-short", "warning", _attribute_quote_short, "No quote of a coded fact is too short."),
)
