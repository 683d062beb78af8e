"""Exposure: the level against the factors that were rated, and against what the clause does."""

import re
from collections.abc import Iterator
from typing import Literal, cast, get_args

from analysis.checks.base import Check, Problem, Subject
from analysis.composition import FACTORS, SCORES
from analysis.exposure import level_of
from analysis.schema import Factor, FactorName
from atlas.models import Exposure

PART = "governance_exposure"
RATED = re.compile(r"\bRated (?P<level>\w+) by the published table: (?P<factors>[^.\n“”]*)\.")
_NAMES = {label: name for name, label in FACTORS.items()}
_PLATFORM = r"(?:we|us|provider|company|it|[A-Z][a-z]+(?:\.ai| AI)?)"
_LIMITS_PLATFORM = re.compile(
    rf"\b{_PLATFORM} (?:(?:will|shall|do|does|may|must|would|can) (?:not|never)"
    r"|never|won['\u2019]t|don['\u2019]t|cannot)\b"
    r"|\b(?:are|is|will be) (?:not|never) (?:used|sold|shared|kept|stored|disclosed|read|trained|transferred)\b"
    r"|\b(?:not|never|no) [^.;]{0,80}\bwithout (?:your|prior|express|the customer)\b",
    re.IGNORECASE,
)
_LIMITS_USER = re.compile(
    r"\b(?:you|users?|customers?|members?|developers?|nobody|parties|party|licensees?) "
    r"(?:(?:agree|undertake|are|is)\b|(?:may|must|shall|will|can|do) (?:not|never)|cannot|never)",
    re.IGNORECASE,
)
_SHORT = 20  # characters; shorter quotes show nothing of what a clause does


def _factors(subject: Subject) -> Iterator[Problem]:
    """The line that drafts carry: each factor with its score. Where an editor wrote the part, there is none."""
    text, chosen = subject.parts[PART], str(subject.content.get("exposure_level") or "")
    for line in RATED.finditer(text):
        computed = level_of(rated_factors(line["factors"]))
        if not computed:
            message = (
                "The line of rated factors is not complete any more: it names "
                f"{', '.join(FACTORS.values())}, each {', '.join(SCORES)}."
            )
            yield Problem(message, PART, *line.span())
        elif line["level"] != computed:
            message = (
                f"The factors of this line make {computed} by the published table, and the line says {line['level']}."
            )
            yield Problem(message, PART, *line.span())
        elif chosen in Exposure.values and chosen != computed:
            message = (
                f"The level is {chosen}, the rated factors make {computed} by the published table. "
                "If you depart from the table, say why in this part."
            )
            yield Problem(message, PART, *line.span())


def rated_factors(listed: str) -> list[Factor]:
    """``sensitivity low, breadth high …`` as factors; what is none is left out."""
    found: list[Factor] = []
    for item in listed.split(","):
        label, _, score = item.strip().rpartition(" ")
        if label in _NAMES and score in SCORES and _NAMES[label] not in {factor.name for factor in found}:
            name = cast(FactorName, _NAMES[label])
            found.append(Factor(name=name, quotes=[], score=cast(Literal[0, 1, 2], SCORES.index(score))))
    return found if len(found) == len(listed.split(",")) == len(get_args(FactorName)) else []


def _protective(subject: Subject) -> Iterator[Problem]:
    if subject.content.get("exposure_level") != Exposure.HIGH:
        return
    parts = ("summary", PART)
    quotes = [
        found.quote
        for placed, found in subject.quotes
        if placed.part in parts and not found.quote.version and len(found.quote.text) >= _SHORT
    ]
    if quotes and all(limits_platform(quote.text) for quote in quotes):
        first = " ".join(quotes[0].text.split())[:100]
        message = (
            f"The level is high, and all that is quoted limits the platform (“{first}”). "
            "A clause that protects is rated low by the published table."
        )
        yield Problem(message, PART)


def limits_platform(quote: str) -> bool:
    """Whether the words say what the platform will not do, and not what its users must not do."""
    return bool(_LIMITS_PLATFORM.search(quote)) and not _LIMITS_USER.search(quote)


CHECKS = (
    Check("exposure-factors", "warning", _factors, "The exposure level is that of the rated factors."),
    Check("exposure-protective", "warning", _protective, "No clause that only limits the platform is rated high."),
)
