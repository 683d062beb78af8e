"""Citations: law is named with an entry of the catalogue that applies, there and then."""

import re
from collections.abc import Iterator

from analysis.checks.base import Check, PlacedSentence, Problem, Subject
from atlas import markup
from atlas.archive.texts.normalising import locate
from atlas.models import Obligation

# A pinpoint in prose. "Section 5 of the Terms" is no law; nor is one that the wording itself names.
_PINPOINT = re.compile(
    r"\b(?:Art(?:icle)?s?\.? ?\d[\w()]*|Sections? \d[\w.()-]*|Recitals? \d+|(?:Regulation|Directive) \((?:EU|EC)\))"
    r"|§+ ?\d[\w.()-]*"
    # An act by name, and a case: "the Online Harms Act", "Doe v. Roe".
    r"|\b(?:[A-Z][\w'\u2019-]{1,40} (?:(?:of|and|on|for|the) ){0,2}){1,6}(?:Act|Directive|Regulation|Treaty|Statute)\b"
    r"|\b[A-Z][\w'\u2019-]{1,40} vs?\.? [A-Z][\w'\u2019-]{1,40}"
)
_OF_THE_DOCUMENT = re.compile(
    r" (?:of|in) (?:the|these|this|its|their) (?:\w+ )?(?:terms|agreement|policy|document|DPA)", re.I
)
_SAYS_LATER = re.compile(
    r"\bnot yet\b|\b(?:appl(?:y|ies|icable)|in force|effective|effect)\b.{0,20}\b(?:from|on|as of)\b|\bwill apply\b",
    re.I,
)


def _malformed(subject: Subject) -> Iterator[Problem]:
    for placed in subject.sentences:
        for match in re.finditer(r"\[@[^\]\s]{0,80}\]?", placed.prose):
            message = f"{match[0]} is not a citation; write one key in brackets: [@gdpr-art-6-1]."
            yield placed.problem(message, match.start(), match.end())


def _unknown(subject: Subject) -> Iterator[Problem]:
    for placed, citation, obligation in subject.citations:
        if obligation is None:
            yield placed.at(f"The catalogue has no entry {citation.key}.", citation)


def _retired(subject: Subject) -> Iterator[Problem]:
    for placed, citation, obligation in subject.citations:
        if obligation is not None and obligation.is_retired:
            yield placed.at(f"{obligation} was retired from the catalogue; cite what replaced it.", citation)


def _not_applicable(subject: Subject) -> Iterator[Problem]:
    for placed, citation, obligation in _applying_later(subject):
        if not _SAYS_LATER.search(placed.prose):
            message = (
                f"{obligation} did not apply when this text was last captured ({subject.day}); "
                f"it applies from {_first_day(obligation)}. Say so in the sentence, or leave it out."
            )
            yield placed.at(message, citation)


def _said_to_apply_later(subject: Subject) -> Iterator[Problem]:
    for placed, citation, obligation in _applying_later(subject):
        if _SAYS_LATER.search(placed.prose):
            yield placed.at(f"{obligation} applies only from {_first_day(obligation)}; the sentence says so.", citation)


def _law_without_citation(subject: Subject) -> Iterator[Problem]:
    for placed in subject.sentences:
        if placed.part == "title":
            continue
        for match in subject.catalogue.law_name_pattern.finditer(placed.prose):
            if not _cites_one_of(subject, placed, subject.catalogue.law_names[match[0]]):
                message = f"{match[0]} is named without a citation of the catalogue in the same sentence."
                yield placed.problem(message, match.start(), match.end())


def _pinpoint_without_citation(subject: Subject) -> Iterator[Problem]:
    for placed in subject.sentences:
        if placed.sentence.citations:
            continue
        for match in _PINPOINT.finditer(placed.prose):
            of_document = _OF_THE_DOCUMENT.match(placed.prose, match.end())
            if not of_document and locate(match[0], subject.wording) is None:
                message = f"{match[0]} reads as law, but the sentence cites no entry of the catalogue."
                yield placed.problem(message, match.start(), match.end())


def _cites_one_of(subject: Subject, placed: PlacedSentence, instruments: frozenset[str]) -> bool:
    cited = (subject.catalogue.obligations.get(citation.key) for citation in placed.sentence.citations)
    return any(obligation is not None and obligation.instrument_id in instruments for obligation in cited)


def _applying_later(subject: Subject) -> Iterator[tuple[PlacedSentence, markup.Citation, Obligation]]:
    for placed, citation, obligation in subject.citations:
        if obligation is not None and not obligation.applies_on(subject.day):
            yield placed, citation, obligation


def _first_day(obligation: Obligation) -> str:
    return (obligation.applies_from or obligation.instrument.in_force_since).isoformat()


CHECKS = (
    Check("citation-malformed", "blocker", _malformed, "Every citation is well formed."),
    Check("citation-unknown", "blocker", _unknown, "Every citation is an entry of the catalogue."),
    Check("citation-retired", "warning", _retired, "No citation is retired."),
    Check(
        "citation-not-applicable", "blocker", _not_applicable, "What is cited as applying applied on the capture date."
    ),
    Check("citation-applies-later", "warning", _said_to_apply_later, "Nothing cited applies only later."),
    Check("law-without-citation", "blocker", _law_without_citation, "No law is named without a citation."),
    Check("pinpoint-without-citation", "blocker", _pinpoint_without_citation, "No article or section is left uncited."),
)
