"""How much Atlas holds, counted by the very querysets that the lists show, so that numbers and lists agree."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery

from atlas.archive.telling.counting import counted
from atlas.models import Capture, Document, Incident, Outcome, Platform, Provision

NOT_GOOD = (Outcome.QUARANTINED, Outcome.FAILED)


def good_captures() -> QuerySet[Capture]:
    """Captures that showed the document: the ones that are neither held nor failed."""
    return Capture.objects.exclude(outcome__in=NOT_GOOD)


def with_captures(documents: QuerySet[Document]) -> QuerySet[Document]:
    """Each with ``looked_at`` and ``outcome`` of its latest capture, and ``verified_at`` of its latest good one."""
    latest = Capture.objects.filter(document=OuterRef("pk")).order_by("-sequence")
    good = good_captures().filter(document=OuterRef("pk")).order_by("-sequence")
    return documents.annotate(
        looked_at=Subquery(latest.values("captured_at")[:1]),
        outcome=Subquery(latest.values("outcome")[:1]),
        verified_at=Subquery(good.values("captured_at")[:1]),
    )


def open_incidents() -> QuerySet[Incident]:
    rows: QuerySet[Incident] = counted()["incidents"].rows
    return rows


def with_open_incident(provisions: QuerySet[Provision]) -> QuerySet[Provision]:
    """Each with ``not_captured_since`` and ``not_captured_because`` of the open incident of its document."""
    incident = Incident.objects.filter(document=OuterRef("document"), closed_at=None).order_by()
    return provisions.annotate(
        not_captured_since=Subquery(incident.values("opened_at")),
        not_captured_because=Subquery(incident.values("cause")),
    )


def by_platform() -> dict[str, dict[int, int]]:
    """For each kind of thing: platform key → how many of them. Five queries."""
    return {name: _per(kind.rows, kind.platform) for name, kind in counted().items() if name != "platforms"}


def by_document(platform: Platform) -> dict[str, dict[int, int]]:
    """The same for the documents of one platform. Two queries."""
    kinds = counted()
    return {
        "provisions": _per(kinds["provisions"].of([platform.pk]), "document"),
        "publications": _per(kinds["publications"].of([platform.pk]), "provision__document"),
    }


def _per(rows: QuerySet[Any], field: str) -> dict[int, int]:
    pairs: Iterable[tuple[int, int]] = rows.order_by().values_list(field).annotate(number=Count("*"))
    return dict(pairs)


def sample_names(platforms: Iterable[Platform]) -> list[str]:
    """The fictional ones among ``platforms``, for the notice that every page showing one carries."""
    return sorted({platform.name for platform in platforms if platform.is_sample})
