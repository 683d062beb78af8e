"""How much Atlas holds, counted by the very querysets that the lists show, so that numbers and lists agree."""

from collections.abc import Iterable

from django.db.models import Count, OuterRef, QuerySet, Subquery

from atlas.models import Capture, Change, Document, Incident, Outcome, Platform, Provision, Publication

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
    return Incident.objects.filter(closed_at=None)


def totals() -> dict[str, int]:
    """The numbers of the home page. Six queries."""
    return {
        "platforms": Platform.objects.count(),
        "documents": Document.objects.count(),
        "provisions": Provision.objects.in_force().count(),
        "publications": Publication.objects.live().count(),
        "changes": Change.objects.announced().count(),
        "incidents": open_incidents().count(),
    }


def by_platform() -> dict[str, dict[int, int]]:
    """For each kind of thing: platform key → how many of them. Five queries."""
    return {
        "documents": _per(Document.objects.all(), "platform"),
        "provisions": _per(Provision.objects.in_force(), "document__platform"),
        "publications": _per(Publication.objects.live(), "provision__document__platform"),
        "changes": _per(Change.objects.announced(), "document__platform"),
        "incidents": _per(open_incidents(), "document__platform"),
    }


def by_document(platform: Platform) -> dict[str, dict[int, int]]:
    """The same for the documents of one platform. Three queries."""
    return {
        "provisions": _per(Provision.objects.in_force().filter(document__platform=platform), "document"),
        "publications": _per(
            Publication.objects.live().filter(provision__document__platform=platform), "provision__document"
        ),
        "versions": _per(Document.objects.filter(platform=platform, versions__isnull=False), "pk"),
    }


def _per(
    rows: QuerySet[Document] | QuerySet[Provision] | QuerySet[Publication] | QuerySet[Change] | QuerySet[Incident],
    field: str,
) -> dict[int, int]:
    counted: Iterable[tuple[int, int]] = rows.order_by().values_list(field).annotate(Count("pk"))
    return dict(counted)


def sample_names(platforms: Iterable[Platform]) -> list[str]:
    """The fictional ones among ``platforms``, for the notice that every page showing one carries."""
    return sorted({platform.name for platform in platforms if platform.is_sample})
