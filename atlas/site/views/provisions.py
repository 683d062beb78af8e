"""One provision on one page: the archived text, and the approved analysis of it."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from atlas.choices import choices_of
from atlas.models import (
    FIVE_PARTS,
    PARTS,
    Change,
    Exposure,
    Instrument,
    Jurisdiction,
    Obligation,
    Platform,
    Provision,
    Publication,
    Topic,
    Wording,
)
from atlas.site.activity import history_of
from atlas.site.coverage import sample_names, with_open_incident
from atlas.site.lookup import cited, wanted_choice, wanted_document, wanted_platform, wanted_topic
from atlas.site.paging import paged
from atlas.site.places import anchor, located, quotes_of, stretches
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
        "platforms": Platform.objects.values_list("slug", "name"),
        "topics": Topic.objects.filter(is_retired=False).values_list("key", "name"),
        "sample_platforms": sample_names(row.document.platform for row in page.rows),
    }
    return render(request, "atlas/provisions.html", context)


def provision(request: HttpRequest, public_id: str) -> HttpResponse:
    rows = Provision.objects.select_related("document__platform", "document__collection", "current_wording")
    row = cited(with_open_incident(rows), public_id)
    publications = list(row.publications.with_cuts().select_related("wording", "version").order_by("-pk"))
    reading = read(row, publications)
    wordings = list(row.wordings.defer("text").select_related("first_capture__version").order_by("-number"))
    wording = row.current_wording or row.wordings.order_by("-number").first()
    look = latest_look(row)
    names = _names(row)
    changes = list(Change.objects.filter(provision=row).select_related("capture").latest_first())
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
        "changes": changes,
        "line": history_of(changes, wordings[-1] if wordings else None),
        "topics": names["topics"],
        "jurisdictions": dict(names["jurisdictions"]),
        "others": _on_other_platforms(row, reading.shown.topics if reading.shown else dict(names["topics"])),
        "look": look,
        "sample_platforms": sample_names([row.document.platform]),
        "here": "platforms",
        **(_analysis(reading.shown) if reading.shown else {}),
        **_quotes(reading.shown, wording),
    }
    return render(request, "atlas/provision.html", context)


def publication(request: HttpRequest, public_id: str) -> HttpResponse:
    """One publication for good: also when another took its place. A retracted one is 410 and a tombstone."""
    rows = Publication.objects.select_related("provision__document__platform", "provision__document__collection")
    rows = rows.select_related("provision__current_wording", "wording", "version").with_staleness()
    row = cited(rows, public_id)
    has_ended = bool(row.withdrawn_at or row.retracted_at)
    context = {
        "publication": row,
        "provision": row.provision,
        "document": row.provision.document,
        "platform": row.provision.document.platform,
        "has_ended": has_ended,
        "is_stale": row.is_stale,  # type: ignore[attr-defined]
        "jurisdictions": dict(Jurisdiction.objects.values_list("key", "name")),
        "sample_platforms": sample_names([row.provision.document.platform]),
        "here": "platforms",
        **({} if has_ended else _analysis(row) | _quotes(row, row.wording)),
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
    """What it takes to show a publication. Three queries."""
    texts = [getattr(publication, part.field) for part in PARTS]
    approvals = list(publication.approvals.all())
    return {
        "publication": publication,
        "five_parts": [(part, getattr(publication, part.field)) for part in FIVE_PARTS],
        "obligations": obligations_cited_in(*texts),
        "approvals": approvals,
        "facts": publication.attribute_values.select_related("attribute"),
        "permalink": f"{settings.BASE_URL}{publication.permalink}",
    }


def _names(provision: Provision) -> dict[str, list[tuple[str, str]]]:
    """Key and name of the provision's topics, and of all jurisdictions. One query."""
    topics = Topic.objects.filter(provisions=provision, is_retired=False)
    rows = {"topics": topics, "jurisdictions": Jurisdiction.objects.all()}
    return choices_of({name: (each, F("key"), F("name")) for name, each in rows.items()})


def _quotes(publication: Publication | None, shown: Wording | None) -> dict[str, Any]:
    """The archived text on the page, cut where quotes of ``publication`` begin, and the address of each quote.

    An analysis of another text than the one shown has its quotes on the page of the publication.
    """
    if publication is None:
        return {"stretches": stretches(shown.text, ()) if shown else []}
    spans = located(quotes_of(publication), publication.wording.text)
    is_here = shown is not None and publication.wording_id == shown.pk
    page = "" if is_here else publication.permalink
    return {
        "stretches": stretches(shown.text, spans.values() if is_here else ()) if shown else [],
        "places": {quote: f"{page}#{anchor(span.start)}" for quote, span in spans.items()},
    }


def _on_other_platforms(provision: Provision, topics: Iterable[str]) -> QuerySet[Publication]:
    """The stated rule: same topic, another platform, approved and about the text in force; the newest of each
    platform, and of these the three newest."""
    current = Publication.objects.current()
    platform = "provision__document__platform_id"
    same_topic = current.filter(topics__overlap=list(topics)).exclude(**{platform: provision.document.platform_id})
    newest_each = same_topic.order_by(platform, "-published_at", "-pk").distinct(platform)
    rows = Publication.objects.filter(pk__in=newest_each.values("pk")).order_by("-published_at", "-pk")
    rows = rows.select_related("provision__current_wording", "provision__document__platform")
    return rows.select_related("provision__document__collection")[:OTHER_PLATFORMS_SHOWN]
