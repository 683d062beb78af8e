"""One provision on one page: the archived text, and the approved analysis of it."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from atlas.models import (
    FIVE_PARTS,
    PARTS,
    Change,
    Exposure,
    Incident,
    Instrument,
    Jurisdiction,
    Obligation,
    Platform,
    Provision,
    Publication,
    Topic,
)
from atlas.site.coverage import sample_names
from atlas.site.lookup import cited, wanted_choice, wanted_document, wanted_platform, wanted_topic
from atlas.site.paging import paged
from atlas.site.reading import read, read_all
from atlas.site.sources import latest_look, version_to_cite, went_into_another
from atlas.templatetags.atlas_markup import obligations_cited_in

OTHER_PLATFORMS_SHOWN = 3
LIST_ORDER = ("document__platform__name", "document__name", "document_id", "ordinal", "pk")


def provisions(request: HttpRequest) -> HttpResponse:
    """Provisions in force, of all platforms or one, on all topics or one."""
    platform, topic = wanted_platform(request), wanted_topic(request)
    rows = Provision.objects.in_force().for_lists()
    rows = rows.filter(document__platform=platform) if platform else rows
    rows = rows.filter(topics=topic) if topic else rows
    page = paged(request, rows, LIST_ORDER)
    context = {
        "page": page,
        "readings": read_all(page.rows),
        "platform": platform,
        "topic": topic,
        "platforms": Platform.objects.all(),
        "topics": Topic.objects.filter(is_retired=False).only("key", "name"),
        "sample_platforms": sample_names(row.document.platform for row in page.rows),
    }
    return render(request, "atlas/provisions.html", context)


def provision(request: HttpRequest, public_id: str) -> HttpResponse:
    rows = Provision.objects.select_related("document__platform", "document__collection", "current_wording")
    row = cited(rows, public_id)
    publications = list(row.publications.with_cuts().select_related("wording", "version").order_by("-pk"))
    reading = read(row, publications)
    wordings = list(row.wordings.defer("text").select_related("first_capture__version").order_by("-number"))
    wording = row.current_wording or row.wordings.order_by("-number").first()
    look = latest_look(row)
    topics = list(row.topics.filter(is_retired=False))
    context = {
        "provision": row,
        "document": row.document,
        "platform": row.document.platform,
        "reading": reading,
        "is_cut_anew": reading.is_cut_anew or went_into_another(row, wording),
        "wording": wording,
        "version": version_to_cite(row, wordings, look),
        "publications": publications,
        "wordings": wordings,
        "changes": list(Change.objects.filter(provision=row).select_related("capture").latest_first()),
        "topics": topics,
        "others": _on_other_platforms(row, reading.shown.topics if reading.shown else [topic.pk for topic in topics]),
        "look": look,
        "incident": Incident.objects.filter(document=row.document, closed_at=None).first(),
        "sample_platforms": sample_names([row.document.platform]),
        "here": "platforms",
        **(_analysis(reading.shown) if reading.shown else {}),
    }
    return render(request, "atlas/provision.html", context)


def publication(request: HttpRequest, public_id: str) -> HttpResponse:
    """One publication for good: also when another took its place. A retracted one is 410 and a tombstone."""
    rows = Publication.objects.select_related("provision__document__platform", "provision__document__collection")
    row = cited(rows.select_related("provision__current_wording", "wording", "version"), public_id)
    has_ended = bool(row.withdrawn_at or row.retracted_at)
    is_stale = Publication.objects.filter(pk=row.pk).describing_another_text().exists()
    context = {
        "publication": row,
        "provision": row.provision,
        "document": row.provision.document,
        "platform": row.provision.document.platform,
        "has_ended": has_ended,
        "is_stale": is_stale,
        "sample_platforms": sample_names([row.provision.document.platform]),
        "here": "platforms",
        **({} if has_ended else _analysis(row)),
    }
    return render(request, "atlas/publication.html", context, status=410 if row.retracted_at else 200)


def publications(request: HttpRequest) -> HttpResponse:
    """Live publications, newest first."""
    platform, topic = wanted_platform(request), wanted_topic(request)
    exposure = wanted_choice(request, "exposure", list(Exposure.values))
    document = wanted_document(request)
    instrument, obligation = _wanted(request, Instrument, "instrument"), _wanted(request, Obligation, "obligation")
    rows = Publication.objects.live()
    rows = rows.filter(provision__document__platform=platform) if platform else rows
    rows = rows.filter(provision__document=document) if document else rows
    rows = rows.filter(topics__contains=[topic.pk]) if topic else rows
    rows = rows.filter(exposure_level=exposure) if exposure else rows
    rows = rows.filter(cited=obligation) if obligation else rows
    if instrument:
        links = Publication.cited.through.objects.filter(obligation__instrument=instrument)
        rows = rows.filter(pk__in=links.values("publication"))
    page = paged(request, rows.for_lists(), ("-published_at", "-pk"))
    context = {
        "page": page,
        "filters": [row for row in (platform, document, topic, instrument, obligation) if row],
        "exposure": Exposure(exposure).label if exposure else "",
        "sample_platforms": sample_names(row.provision.document.platform for row in page.rows),
    }
    return render(request, "atlas/publications.html", context)


def _wanted(request: HttpRequest, model: type[Instrument] | type[Obligation], name: str) -> Any:
    key = request.GET.get(name, "").replace("\x00", "")
    return get_object_or_404(model, pk=key) if key else None


def _analysis(publication: Publication) -> dict[str, Any]:
    """What it takes to show a publication. Four queries."""
    texts = [getattr(publication, part.field) for part in PARTS]
    approvals = list(publication.approvals.all())
    return {
        "publication": publication,
        "five_parts": [(part, getattr(publication, part.field)) for part in FIVE_PARTS],
        "obligations": obligations_cited_in(*texts),
        "jurisdictions": dict(Jurisdiction.objects.values_list("key", "name")),
        "approvals": approvals,
        "facts": publication.attribute_values.select_related("attribute"),
        "permalink": f"{settings.BASE_URL}{publication.permalink}",
    }


def _on_other_platforms(provision: Provision, topics: Sequence[str]) -> QuerySet[Publication]:
    """The stated rule: same topic, another platform, approved and about the text in force; the newest of each
    platform, and of these the three newest."""
    current = Publication.objects.current()
    platform = "provision__document__platform_id"
    same_topic = current.filter(topics__overlap=list(topics)).exclude(**{platform: provision.document.platform_id})
    newest_each = same_topic.order_by(platform, "-published_at", "-pk").distinct(platform)
    return (
        Publication.objects.filter(pk__in=newest_each.values("pk"))
        .for_lists()
        .select_related("provision__document__collection")[:OTHER_PLATFORMS_SHOWN]
    )
