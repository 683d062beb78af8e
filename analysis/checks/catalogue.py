"""The legal catalogue as one value, read when it changed, handed to the checks and to the outline."""

import datetime
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from django.db import connection

from atlas.models import Attribute, Instrument, Jurisdiction, Obligation, Topic

# Other names of instruments than their own files give. Without years and numbers: those are checked as numbers.
MORE_NAMES = {
    "gdpr": ("General Data Protection Regulation",),
    "eu-ai-act": ("AI Act", "Artificial Intelligence Act"),
    "ccpa": ("California Consumer Privacy Act", "California Privacy Rights Act"),
    "eu-us-dpf": ("Data Privacy Framework",),
    "eu-scc-2021": ("Standard Contractual Clauses",),
}
_BRACKETED = re.compile(r"\(([A-Z][A-Za-z\u2019' -]{5,60})\)")
_MIN_NAME = 3  # characters; shorter names are words


@dataclass(frozen=True)
class Catalogue:
    """Retired entries are included: a check says that they are. Obligations come with instrument and topics."""

    obligations: Mapping[str, Obligation]
    jurisdictions: Mapping[str, Jurisdiction]
    topics: Mapping[str, Topic]
    attributes: Mapping[str, Attribute]

    @classmethod
    def load(cls) -> "Catalogue":
        """The catalogue as it stands; read anew only when a row of it differs from the last time."""
        return _read(_stamp())

    @classmethod
    def read(cls) -> "Catalogue":
        obligations = Obligation.objects.select_related("instrument__jurisdiction").prefetch_related("topics")
        return cls(
            obligations={obligation.pk: obligation for obligation in obligations},
            jurisdictions=Jurisdiction.objects.in_bulk(),
            topics=Topic.objects.in_bulk(),
            attributes=Attribute.objects.in_bulk(),
        )

    @cached_property
    def law_names(self) -> Mapping[str, frozenset[str]]:
        """What a law may be called in prose → the keys of instruments meant by it."""
        instruments = {obligation.instrument.pk: obligation.instrument for obligation in self.obligations.values()}
        keys: dict[str, set[str]] = defaultdict(set)
        for key, instrument in instruments.items():
            for name in _names(instrument):
                keys[name].add(key)
        for name, named in keys.items():
            named.update(key for key, other in instruments.items() if name in other.short_name)
        return {name: frozenset(named) for name, named in keys.items()}

    @cached_property
    def law_name_pattern(self) -> re.Pattern[str]:
        """Any of ``law_names``, longest first, so that "UK GDPR" isn't read as "GDPR"."""
        names = sorted(self.law_names, key=len, reverse=True)
        return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)" if names else r"(?!)")

    def reaches(self, obligation: Obligation, code: str) -> bool:
        """Whether it is law in ``code``: there, where that is a part of, EU in the EEA; standards everywhere."""
        instrument = obligation.instrument
        return bool({"INT", *self.surroundings(code)} & {instrument.jurisdiction_id, *instrument.related_jurisdictions})

    def surroundings(self, code: str) -> frozenset[str]:
        """``code`` and all that it is a part of. EU law counts in the EEA, and the other way round."""
        found: set[str] = set()
        while code and code not in found:
            found.add(code)
            jurisdiction = self.jurisdictions.get(code)
            code = (jurisdiction.parent_id or "") if jurisdiction else ""
        return frozenset(found | {"EU", "EEA"} if found & {"EU", "EEA"} else found)

    @cached_property
    def _by_topic(self) -> Mapping[str, list[Obligation]]:
        found: dict[str, list[Obligation]] = defaultdict(list)
        for obligation in self.obligations.values():
            for topic in () if obligation.is_retired else obligation.topics.all():
                found[topic.pk].append(obligation)
        return found

    def in_force(self, topic: str, day: datetime.date) -> tuple[list[Obligation], list[Obligation]]:
        """The obligations of a topic that apply on ``day``, and those to apply later. Retired ones are left out."""
        of_topic = self._by_topic.get(topic, ())
        now = [obligation for obligation in of_topic if obligation.applies_on(day)]
        return now, [obligation for obligation in of_topic if not obligation.applies_on(day)]


def _names(instrument: Instrument) -> Iterator[str]:
    names = [*instrument.short_name.split("/"), *_BRACKETED.findall(instrument.full_name)]
    names += [instrument.full_name.split("(")[0], *MORE_NAMES.get(instrument.pk, ())]
    for name in map(str.strip, names):
        if len(name) >= _MIN_NAME and name not in {"Regulation", "Directive", "Data"}:
            yield name


def _stamp() -> str:
    """A hash over all rows of the catalogue: one query of a few milliseconds, where reading them takes fifty."""
    models = (Obligation, Obligation.topics.through, Instrument, Jurisdiction, Topic, Attribute)
    hashes = " || ".join(
        f"(SELECT coalesce(md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))), '') FROM {model._meta.db_table} t)"
        for model in models
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {hashes}")
        return str(cursor.fetchone()[0])


@lru_cache(maxsize=2)
def _read(stamp: str) -> Catalogue:
    return Catalogue.read()
