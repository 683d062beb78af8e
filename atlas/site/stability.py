"""Does a document flap between texts? Readers are told, since what we call its text depends on when we looked."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Q

from atlas.archive.telling.reporting import UNSTABLE_RETURNS, UNSTABLE_WITHIN, most_within
from atlas.models import Capture, Document, Outcome


@dataclass(frozen=True)
class Looks:
    """All captures of a document, and when it ``returned`` to a text that it had shown before."""

    total: int
    returned: Sequence[datetime]

    @property
    def most_together(self) -> int:
        """Returns within fourteen days, where they are densest."""
        return most_within(self.returned, UNSTABLE_WITHIN)

    @property
    def is_unstable(self) -> bool:
        return _is_dense(self.returned)

    @property
    def last_return(self) -> datetime:
        return max(self.returned)


def looks_at(document: Document) -> Looks:
    """One query."""
    returned = ArrayAgg("captured_at", filter=Q(outcome=Outcome.RETURNED), default=[])
    found = document.captures.order_by().aggregate(total=Count("pk"), returned=returned)
    return Looks(found["total"], found["returned"])


def unstable_documents() -> list[int]:
    """The keys of all documents that flap. One query."""
    returned = Capture.objects.filter(outcome=Outcome.RETURNED).order_by().values("document")
    often = returned.annotate(times=ArrayAgg("captured_at"), number=Count("pk")).filter(number__gt=UNSTABLE_RETURNS)
    return [key for key, times in often.values_list("document", "times") if _is_dense(times)]


def _is_dense(returned: Collection[datetime]) -> bool:
    return most_within(returned, UNSTABLE_WITHIN) > UNSTABLE_RETURNS
