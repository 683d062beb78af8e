"""Which obligations a drafter may cite, and which facts it may code: chosen by code from the catalogue. Pure.

Topics, what applies on the day, and the document's region. A model that may choose among twenty entries invents none;
whether the one it chose fits is for the checks and for an editor.
"""

import datetime
from collections import Counter
from collections.abc import Iterable, Sequence

from analysis.checks.catalogue import Catalogue
from analysis.context import Candidate, CodedFact
from atlas.models import Obligation, Topic

MOST_CANDIDATES = 20
MOST_OF_ONE_INSTRUMENT = 5
CODED = ("choice", "number")  # a place that is no jurisdiction of the catalogue could not be coded; editors do that


def find_candidates(
    catalogue: Catalogue, topics: Sequence[Topic], day: datetime.date, *, region: str = ""
) -> list[Candidate]:
    """Up to 20 obligations of ``topics`` that apply on ``day``: the document's region first, then by shared topics.

    No more than five of one instrument while others are left, so that one statute does not crowd out the rest.
    """
    shared: Counter[str] = Counter()
    for topic in topics:
        shared.update(obligation.pk for obligation in catalogue.in_force(topic.pk, day)[0])
    found = [catalogue.obligations[key] for key in shared]
    ranked = sorted(
        (obligation for obligation in found if not obligation.instrument.is_retired),
        key=lambda obligation: _rank(obligation, shared[obligation.pk], region),
    )
    return [candidate_of(obligation, day) for obligation in _spread(ranked)[:MOST_CANDIDATES]]


def _rank(obligation: Obligation, shared: int, region: str) -> tuple[object, ...]:
    instrument = obligation.instrument
    return (
        not (region and instrument.jurisdiction_id.startswith(region)),
        -shared,
        instrument.tier != "core",
        obligation.confidence != "high",
        obligation.pk,
    )


def _spread(ranked: Iterable[Obligation]) -> list[Obligation]:
    first: list[Obligation] = []
    later: list[Obligation] = []
    taken: Counter[str] = Counter()
    for obligation in ranked:
        (later if taken[obligation.instrument_id] >= MOST_OF_ONE_INSTRUMENT else first).append(obligation)
        taken[obligation.instrument_id] += 1
    return first + later


def candidate_of(obligation: Obligation, day: datetime.date) -> Candidate:
    """``obligation`` as a drafter sees it, with when it applies, looked at from ``day``."""
    return Candidate(
        key=obligation.pk,
        law=str(obligation),
        jurisdiction=obligation.instrument.jurisdiction_id,
        title=obligation.title,
        paraphrase=obligation.paraphrase,
        binds=tuple(obligation.binds),
        note=obligation.note,
        applies=_applies(obligation, day),
    )


def _applies(obligation: Obligation, day: datetime.date) -> str:
    first = obligation.applies_from or obligation.instrument.in_force_since
    words = "in force since" if obligation.applies_on(day) else "applies from"
    return f"{words} {first.day} {first:%B %Y}"


def facts_of(catalogue: Catalogue, topics: Sequence[Topic]) -> Iterable[CodedFact]:
    """The facts of ``topics`` that can be compared across platforms."""
    keys = {topic.pk for topic in topics}
    for attribute in catalogue.attributes.values():
        if attribute.topic_id in keys and not attribute.is_retired and attribute.kind in CODED:
            codes = attribute.values if attribute.kind == "choice" else {}
            yield CodedFact(key=attribute.pk, name=attribute.name, codes=codes, unit=attribute.unit)
