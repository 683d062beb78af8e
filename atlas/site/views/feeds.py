"""Feeds, and the page that lists them."""

from collections.abc import Sequence

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import http_date

from atlas.feeds.atom import CONTENT_TYPE, Entry, Feed, as_xml
from atlas.feeds.entries import of_changes, of_publications
from atlas.feeds.tags import tag
from atlas.models import Change, Document, Platform, Publication, Topic
from atlas.site.lookup import cited

SUBTITLE = "Changes of platform terms, and analyses that named people approved. Not legal advice."


def feeds(request: HttpRequest) -> HttpResponse:
    """What can be subscribed to."""
    context = {"platforms": Platform.objects.all(), "topics": Topic.objects.filter(is_retired=False)}
    return render(request, "atlas/feeds.html", {**context, "tag_authority": settings.TAG_AUTHORITY})


def everything(request: HttpRequest) -> HttpResponse:
    entries = of_changes(Change.objects.announced()) + of_publications(Publication.objects.all())
    return _feed(request, "feed/everything", "Atlas", reverse("site:home"), entries)


def changes(request: HttpRequest) -> HttpResponse:
    entries = of_changes(Change.objects.announced())
    return _feed(request, "feed/changes", "Atlas: changes", reverse("site:changes"), entries)


def analyses(request: HttpRequest) -> HttpResponse:
    entries = of_publications(Publication.objects.all())
    return _feed(request, "feed/analyses", "Atlas: approved analyses", reverse("site:publications"), entries)


def platform(request: HttpRequest, slug: str) -> HttpResponse:
    row = get_object_or_404(Platform, slug=slug)
    entries = of_changes(Change.objects.announced().filter(document__platform=row))
    entries += of_publications(Publication.objects.filter(provision__document__platform=row))
    return _feed(request, f"feed/platform/{row.pk}", f"Atlas: {row.name}", row.get_absolute_url(), entries)


def document(request: HttpRequest, public_id: str) -> HttpResponse:
    row = cited(Document.objects.select_related("platform"), public_id)
    entries = of_changes(Change.objects.announced().filter(document=row))
    entries += of_publications(Publication.objects.filter(provision__document=row))
    name = f"Atlas: {row.platform.name}, {row.name}"
    return _feed(request, f"feed/{row.public_id}", name, row.get_absolute_url(), entries)


def topic(request: HttpRequest, key: str) -> HttpResponse:
    row = get_object_or_404(Topic, key=key)
    entries = of_changes(Change.objects.announced().filter(provision__topics=row))
    entries += of_publications(Publication.objects.filter(topics__contains=[row.pk]))
    return _feed(request, f"feed/topic/{row.pk}", f"Atlas: {row.name}", row.get_absolute_url(), entries)


def _feed(request: HttpRequest, name: str, title: str, page: str, entries: Sequence[Entry]) -> HttpResponse:
    newest_first = sorted(entries, key=lambda entry: (entry.updated, entry.id), reverse=True)
    feed = Feed(
        id=tag(name),
        title=title,
        subtitle=SUBTITLE,
        address=f"{settings.BASE_URL}{request.path}",
        page=f"{settings.BASE_URL}{page}",
        entries=tuple(newest_first),
    )
    response = HttpResponse(as_xml(feed), content_type=CONTENT_TYPE)
    response.headers["Last-Modified"] = http_date(feed.updated.timestamp())
    return response
