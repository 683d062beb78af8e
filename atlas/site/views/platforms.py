"""Platforms: who is watched, and what is held of each."""

from typing import Any

from django.db.models import Count, Exists, F, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from atlas.models import Change, Exposure, Platform, Provision, Publication
from atlas.site.activity import changes_by_month, year_of
from atlas.site.coverage import by_document, by_platform, open_incidents, sample_names, with_captures
from atlas.site.news import as_entries


def platforms(request: HttpRequest) -> HttpResponse:
    rows = list(Platform.objects.all())
    context = {"platforms": rows, "counts": by_platform(), "sample_platforms": sample_names(rows), "here": "platforms"}
    return render(request, "atlas/platforms.html", context)


def platform(request: HttpRequest, slug: str) -> HttpResponse:
    row = get_object_or_404(Platform, slug=slug)
    publications = Publication.objects.live().filter(provision__document__platform=row)
    exposure = dict(publications.order_by().values_list("exposure_level").annotate(Count("pk")))
    months = changes_by_month(row)
    context = {
        "platform": row,
        "documents": with_captures(row.documents.order_by("name")),
        "counts": by_document(row),
        "incidents": open_incidents().filter(document__platform=row).select_related("document__platform"),
        "topics": _topics_of(row),
        "publications": publications.for_lists()[:8],
        "publications_total": sum(exposure.values()),
        "exposure": [(level, exposure.get(level, 0)) for level in reversed(Exposure)],
        "exposure_unset": exposure.get("", 0),
        "changes": as_entries(Change.objects.announced().filter(document__platform=row)).latest_first()[:15],
        "changes_total": months.total,
        "months": months,
        "calendar": year_of(row),
        "sample_platforms": sample_names([row]),
        "here": "platforms",
    }
    return render(request, "atlas/platform.html", context)


def _topics_of(platform: Platform) -> QuerySet[Any]:
    """What its provisions in force are about: key, name, number ``held`` and ``analysed``. From the platform on: it has
    few."""
    rows: QuerySet[Any] = Provision.topics.through.objects.filter(
        provision__document__platform=platform, provision__removed_at=None, topic__is_retired=False
    )
    live = Publication.objects.live().filter(provision=OuterRef("provision"))
    named: QuerySet[Any] = rows.values(key=F("topic_id"), name=F("topic__name"))
    counted: QuerySet[Any] = named.annotate(held=Count("pk"), analysed=Count("pk", filter=Exists(live)))
    return counted.order_by("-held", "name")
