"""Documents, their captures and versions, and what could not be captured."""

from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from atlas.models import Capture, Change, Document, Incident, Outcome, Placement, Version
from atlas.site.activity import year_of
from atlas.site.coverage import good_captures, open_incidents, sample_names, with_captures
from atlas.site.dates import dates_of
from atlas.site.lookup import cited, wanted_choice, wanted_document, wanted_platform
from atlas.site.news import as_entries
from atlas.site.paging import paged
from atlas.site.reading import read_all
from atlas.site.stability import looks_at
from atlas.site.versions_offered import offered

PAST_INCIDENTS, VERSIONS = 5, 12  # on the page of a document; the rest is a link away


def documents(request: HttpRequest) -> HttpResponse:
    platform = wanted_platform(request)
    rows = Document.objects.select_related("platform")
    rows = rows.filter(platform=platform) if platform else rows
    page = paged(request, with_captures(rows), ("platform__name", "name", "pk"))
    context = {"page": page, "platform": platform, "sample_platforms": sample_names(row.platform for row in page.rows)}
    return render(request, "atlas/documents.html", context)


def document(request: HttpRequest, platform_slug: str, slug: str) -> HttpResponse:
    announced = Change.objects.announced().filter(document=OuterRef("pk"))
    versions = Version.objects.filter(document=OuterRef("pk"))
    rows = Document.objects.annotate(announced=_number_of(announced), versions_total=_number_of(versions))
    row = _document(with_captures(rows), platform_slug, slug)
    found_by = _found_by(row)
    incidents = list(row.incidents.order_by("-opened_at"))
    provisions = list(row.provisions.select_related("current_wording").defer("current_wording__text"))
    removed = [provision for provision in provisions if provision.removed_at]
    past = [incident for incident in incidents if incident.closed_at]
    choice = offered(row)
    context = {
        "document": row,
        "platform": row.platform,
        "readings": read_all(provision for provision in provisions if not provision.removed_at),
        "removed": sorted(removed, key=lambda provision: str(provision.removed_at), reverse=True),
        "calendar": year_of(row),
        "offered": choice,
        "versions": choice.rows[:VERSIONS],
        "standing": found_by.version if found_by else None,
        "dates": dates_of(found_by.version_id, found_by) if found_by and found_by.version_id else None,
        "siblings": _siblings(row),
        "looks": looks_at(row),
        "incidents": [incident for incident in incidents if not incident.closed_at],
        "past_incidents": past[:PAST_INCIDENTS],
        "past_incidents_total": len(past),
        "changes": as_entries(Change.objects.announced().filter(document=row)).latest_first()[:10],
        "changes_total": row.announced,  # type: ignore[attr-defined]
        "sample_platforms": sample_names([row.platform]),
        "here": "platforms",
    }
    return render(request, "atlas/document.html", context)


def captures(request: HttpRequest, platform_slug: str, slug: str) -> HttpResponse:
    row = _document(Document.objects.all(), platform_slug, slug)
    rows = row.captures.select_related("version", "collection")
    outcome = wanted_choice(request, "outcome", list(Outcome.values))
    page = paged(request, rows.filter(outcome=outcome) if outcome else rows, ("-sequence",))
    context = {
        "document": row,
        "platform": row.platform,
        "page": page,
        "outcome": Outcome(outcome).label if outcome else "",
        "sample_platforms": sample_names([row.platform]),
        "here": "platforms",
    }
    return render(request, "atlas/captures.html", context)


def version(request: HttpRequest, public_id: str) -> HttpResponse:
    row = cited(Version.objects.select_related("document__platform", "document__collection", "snapshot"), public_id)
    document = row.document
    looks = Capture.objects.filter(version=row).select_related("collection")
    first = looks.order_by("sequence").first()
    earlier = document.versions.filter(number__lt=row.number).order_by("-number").first()
    later = document.versions.filter(number__gt=row.number).order_by("number").first()
    context = {
        "version": row,
        "document": document,
        "platform": document.platform,
        "placements": Placement.objects.of(row).select_related("wording__provision").order_by("ordinal"),
        "dates": dates_of(row, first),
        "latest": looks.order_by("-sequence").first(),
        "imported": looks.exclude(collection=None).order_by("sequence").first(),
        "offered": offered(document, earlier or later, row),
        "earlier": earlier,
        "later": later,
        "sample_platforms": sample_names([document.platform]),
        "here": "platforms",
    }
    return render(request, "atlas/version.html", context)


def incidents(request: HttpRequest) -> HttpResponse:
    """What is not captured at present, and what was not in the past."""
    is_past = request.GET.get("show") == "past"
    rows: QuerySet[Incident] = Incident.objects.exclude(closed_at=None) if is_past else open_incidents()
    platform = wanted_platform(request)
    rows = rows.filter(document__platform=platform) if platform else rows
    document = wanted_document(request)
    rows = rows.filter(document=document) if document else rows
    page = paged(request, rows.select_related("document__platform", "opened_by"), ("-opened_at", "-pk"))
    names = sample_names(row.document.platform for row in page.rows)
    context = {"page": page, "is_past": is_past, "platform": platform, "document": document, "sample_platforms": names}
    return render(request, "atlas/incidents.html", context)


def _number_of(rows: QuerySet[Any]) -> Coalesce:
    """How many ``rows`` there are of a document; they refer to it by ``OuterRef``."""
    numbers = rows.order_by().values("document").annotate(number=Count("*")).values("number")
    return Coalesce(Subquery(numbers), 0)


def _found_by(document: Document) -> Capture | None:
    """The capture that found the version which stands, with that version. One query."""
    good = good_captures().filter(document=document).order_by("-sequence")
    looks = Capture.objects.filter(version=Subquery(good.values("version")[:1])).order_by("sequence")
    return looks.select_related("version", "collection").first()


def _siblings(document: Document) -> QuerySet[Document]:
    """The streams of the same document for other regions and languages. One query."""
    root = document.variant_of_id or document.pk
    family = Document.objects.filter(Q(pk=root) | Q(variant_of=root)).exclude(pk=document.pk)
    return family.select_related("platform").order_by("region", "language", "pk")


def _document(rows: "QuerySet[Document]", platform_slug: str, slug: str) -> Document:
    return get_object_or_404(rows.select_related("platform"), platform__slug=platform_slug, slug=slug)
