"""What Atlas holds, each kind of thing by one rule: pages, reports and totals count these rows and no others."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet, Value

from atlas.models import Change, Document, Incident, Platform, Provision, Publication


@dataclass(frozen=True)
class Counted:
    """Rows of one kind. ``platform`` is the way from such a row to its platform."""

    rows: QuerySet[Any]
    platform: str

    def of(self, platforms: Collection[int] | None) -> QuerySet[Any]:
        """The rows of the platforms with these keys; of all, if None."""
        return self.rows if platforms is None else self.rows.filter(**{f"{self.platform}__in": platforms})


def counted() -> dict[str, Counted]:
    """Every kind of thing that is counted. Makes no query."""
    return {
        "platforms": Counted(Platform.objects.all(), "pk"),
        "documents": Counted(Document.objects.all(), "platform"),
        "provisions": Counted(Provision.objects.in_force(), "document__platform"),
        "publications": Counted(Publication.objects.live(), "provision__document__platform"),
        "changes": Counted(Change.objects.announced(), "document__platform"),
        "incidents": Counted(Incident.objects.filter(closed_at=None), "document__platform"),
    }


def totals(platforms: Collection[int] | None = None) -> dict[str, int]:
    """How many of each there are, at some platforms or at all. One query."""
    first, *others = (_number(name, kind.of(platforms)) for name, kind in counted().items())
    return {**dict.fromkeys(counted(), 0), **dict(first.union(*others, all=True))}


def _number(name: str, rows: QuerySet[Any]) -> QuerySet[Any]:
    """The name and the number, of no rows nothing. Rows are counted, not their keys, which an index need not hold."""
    numbered: QuerySet[Any] = rows.order_by().values(of=Value(name)).annotate(number=Count("*"))
    return numbered.values_list("of", "number")
