"""Time as a witness, for collections that record only what differs: a held text stood until the next record.

How far a collection reaches is the latest date of its records so far, in the order of the parent chain: dates step
back. What is confirmed at a record does not depend on what follows, so that an import in two halves ends up the same.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import accumulate

from atlas.archive.collections.ota import Record
from atlas.archive.gate.held import HELD_LONG_ENOUGH, Held
from atlas.models import Collection, Document, Incident

Name = tuple[str, str]


def reach_of(history: Sequence[Record]) -> dict[str, datetime]:
    """For each commit how far the collection reaches with it."""
    times = accumulate((record.captured_at for record in history), max)
    return {record.commit: time for record, time in zip(history, times, strict=True)}


class Waiting:
    """The held texts of an import, by document, that only have to stand."""

    def __init__(self, reach: Mapping[str, datetime]) -> None:
        self.reach = reach
        self.until: dict[Name, datetime] = {}

    def see(self, name: Name, held: Held | None) -> None:
        """Note what ``held`` waits for, or that nothing is held any more."""
        if held is None or not held.stands:
            self.until.pop(name, None)
        else:
            self.until[name] = max(held.since, self.reach.get(held.source_ref, held.since)) + HELD_LONG_ENOUGH

    def due(self, at: datetime) -> list[Name]:
        """The documents whose held text has stood long enough at ``at``, the longest first."""
        if not self.until or min(self.until.values()) > at:
            return []
        return [name for until, name in sorted((until, name) for name, until in self.until.items()) if until <= at]


def with_incident(collection: Collection, chosen: Iterable[Record]) -> Iterator[Name]:
    """The documents among ``chosen`` of which something may be held."""
    names = {record.document for record in chosen}
    ids = Incident.objects.filter(closed_at=None, document__collection=collection).values("document")
    documents = Document.objects.filter(pk__in=ids, variant_of=None).order_by("pk")
    for name in documents.values_list("platform__name", "terms_type"):
        if name in names:
            yield name
