"""Platforms: who is watched, and what is held of each."""

from typing import Any

from django.db.models import Count, F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from atlas.models import Change, Platform, Provision, Publication
from atlas.site.coverage import by_document, by_platform, open_incidents, sample_names, with_captures
from atlas.site.news import as_entries


def platforms(request: HttpRequest) -> HttpResponse:
    rows = list(Platform.objects.all())
    context = {"platforms": rows, "counts": by_platform(), "sample_platforms": sample_names(rows), "here": "platforms"}
    return render(request, "atlas/platforms.html", context)


def platform(request: HttpRequest, slug: str) -> HttpResponse:
    row = get_object_or_404(Platform, slug=slug)
    changes = Change.objects.announced().filter(document__platform=row)
    publications = Publication.objects.live().filter(provision__document__platform=row)
    context = {
        "platform": row,
        "documents": with_captures(row.documents.order_by("name")),
        "counts": by_document(row),
        "incidents": open_incidents().filter(document__platform=row).select_related("document__platform"),
        "topics": _topics_of(row),
        "publications": publications.for_lists()[:8],
        "publications_total": publications.count(),
        "changes": as_entries(changes).latest_first()[:15],
        "changes_total": changes.count(),
        "sample_platforms": sample_names([row]),
        "here": "platforms",
    }
    return render(request, "atlas/platform.html", context)


def _topics_of(platform: Platform) -> QuerySet[Any]:
    """What its provisions in force are about: key, name, and number ``held``. From the platform on: it has few."""
    rows: QuerySet[Any] = Provision.topics.through.objects.filter(
        provision__document__platform=platform, provision__removed_at=None, topic__is_retired=False
    )
    named = rows.values(key=F("topic_id"), name=F("topic__name"))
    return named.annotate(held=Count("pk")).order_by("-held", "name")
