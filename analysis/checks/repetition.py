"""Repetition: parts that say the same twice, and analyses that say what that of another provision says."""

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

from rapidfuzz import fuzz

from analysis.checks.base import Check, Problem, Subject
from atlas.abstention import is_abstention
from atlas.models import PARTS, Publication, Wording

ALIKE = 90  # of 100, over the prose of two parts
FEWEST_WORDS = 8  # shorter prose is alike by chance
COMPARED = ("summary", "practical_effect", "why_it_matters")  # parts that make an analysis one of its own provision
LONGEST = 4_000  # characters compared
MOST_OTHERS = 200  # live publications of the document that are looked at
_LABELS = {part.field: part.label for part in PARTS}


def _repeated_parts(subject: Subject) -> Iterator[Problem]:
    said = {part: subject.prose_of(part)[:LONGEST] for part in _LABELS if not is_abstention(subject.parts[part])}
    prose = {part: words for part, words in said.items() if len(words.split()) >= FEWEST_WORDS}
    for one, other in combinations(prose, 2):
        if fuzz.ratio(prose[one], prose[other], score_cutoff=ALIKE):
            yield Problem(f"This part says nearly the same as “{_LABELS[one]}”; say it once.", other)


def _like_another_analysis(subject: Subject) -> Iterator[Problem]:
    """One query. Quotes count here: two provisions that differ are quoted differently."""
    own = _compared(subject.parts)
    if subject.wording_id is None or len(own.split()) < 2 * FEWEST_WORDS:
        return
    mine = Wording.objects.filter(pk=subject.wording_id)
    others = (
        Publication.objects.live()
        .filter(provision__document__in=mine.values("provision__document"))
        .exclude(provision__in=mine.values("provision"))
        .values("pk", "title", *COMPARED)
    )
    for other in others[:MOST_OTHERS]:
        if fuzz.ratio(own, _compared(other), score_cutoff=ALIKE):
            name = Publication(pk=other["pk"]).public_id
            yield Problem(
                f"This says nearly the same as {name}, “{other['title']}”, about another provision.", "summary"
            )
            return


def _compared(parts: Mapping[str, Any]) -> str:
    return " ".join(str(parts[name]) for name in COMPARED if not is_abstention(str(parts[name])))[:LONGEST]


CHECKS = (
    Check("part-repeated", "warning", _repeated_parts, "No part repeats another."),
    Check("near-duplicate", "warning", _like_another_analysis, "It is not the analysis of another provision again."),
)
