"""Which addresses there are, for search engines: an index, and sections cut by key.

Django's own sitemaps read a whole section to tell when it was changed last, and count rows to find a page: with
millions of provisions neither can be had. Here a page is a stretch of keys, so each costs the same.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from django.conf import settings
from django.db.models import F, Max, QuerySet
from django.db.models.functions import Greatest
from django.urls import reverse

from atlas.addresses import address_of
from atlas.models import Change, Document, Instrument, Platform, Provision, Publication, Topic

KEYS_A_PAGE = 50_000  # the protocol's limit for addresses in one file
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
PAGES = ("home", "platforms", "documents", "provisions", "publications", "changes", "topics", "instruments")
ABOUT = ("methodology", "about", "feeds", "verify", "incidents")

Place = tuple[str, datetime | None]  # a path, and when what is there changed last, if that is known


@dataclass(frozen=True)
class Section:
    """Rows with a page of their own. ``places`` makes what is told of some of them, in one query."""

    rows: QuerySet[Any]
    places: Callable[[QuerySet[Any]], Iterator[Place]]
    is_numbered: bool = True  # keys are numbers; the few others are told on one page


def sections() -> dict[str, Section]:
    """Every section but the pages of the site itself. Makes no query."""
    publications = Publication.objects.filter(withdrawn_at=None, retracted_at=None)
    return {
        "platforms": Section(Platform.objects.all(), _platforms),
        "documents": Section(Document.objects.all(), _documents),
        "provisions": Section(Provision.objects.all(), _provisions),
        "publications": Section(publications, _publications),
        "changes": Section(Change.objects.announced(), _changes),
        "topics": Section(Topic.objects.filter(is_retired=False), _topics, is_numbered=False),
        "law": Section(Instrument.objects.filter(is_retired=False), _law, is_numbered=False),
    }


def index() -> bytes:
    """The sitemap of sitemaps: each page of each section that may have rows. One query a numbered section."""
    root = Element("sitemapindex", {"xmlns": NAMESPACE})
    addresses = [reverse("site:sitemap_section", args=["pages", 1])]
    for name, section in sections().items():
        addresses += [reverse("site:sitemap_section", args=[name, number]) for number in range(1, _pages(section) + 1)]
    for address in addresses:
        SubElement(SubElement(root, "sitemap"), "loc").text = f"{settings.BASE_URL}{address}"
    return _xml(root)


def section_page(name: str, number: int) -> bytes | None:
    """A page of a section, or None if there is no such section or nothing on that page. One query."""
    if name == "pages":
        return _urlset([(reverse(f"site:{page}"), None) for page in (*PAGES, *ABOUT)]) if number == 1 else None
    section = sections().get(name)
    if section is None or (not section.is_numbered and number != 1):
        return None
    rows = section.rows
    if section.is_numbered:
        rows = rows.filter(pk__gt=(number - 1) * KEYS_A_PAGE, pk__lte=number * KEYS_A_PAGE)
    places = list(section.places(rows.order_by("pk")))
    return _urlset(places) if places else None


def _pages(section: Section) -> int:
    if not section.is_numbered:
        return 1
    last = section.rows.order_by().aggregate(last=Max("pk"))["last"] or 0
    return -(-last // KEYS_A_PAGE)


def _urlset(places: list[Place]) -> bytes:
    root = Element("urlset", {"xmlns": NAMESPACE})
    for path, changed in places:
        url = SubElement(root, "url")
        SubElement(url, "loc").text = f"{settings.BASE_URL}{path}"
        if changed is not None:
            SubElement(url, "lastmod").text = changed.isoformat(timespec="seconds")
    return _xml(root)


def _xml(root: Element) -> bytes:
    xml: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return xml


def _platforms(rows: QuerySet[Platform]) -> Iterator[Place]:
    changed = Max("documents__versions__first_captured_at")
    for slug, at in rows.values_list("slug").annotate(changed):
        yield address_of("platform", slug), at


def _documents(rows: QuerySet[Document]) -> Iterator[Place]:
    changed = Max("versions__first_captured_at")
    for platform, slug, at in rows.values_list("platform__slug", "slug").annotate(changed):
        yield address_of("document", platform, slug), at


def _provisions(rows: QuerySet[Provision]) -> Iterator[Place]:
    """When it was last reworded, removed, or its analysis published, superseded or ended."""
    publications = ("published_at", "superseded_at", "withdrawn_at", "retracted_at")
    changed = Greatest(
        "current_wording__first_capture__recorded_at",
        "removed_at",
        *(Max(f"publications__{name}") for name in publications),
    )
    for provision, at in rows.annotate(changed=changed).values_list("pk", "changed"):
        yield address_of("provision", Provision(pk=provision).public_id), at


def _publications(rows: QuerySet[Publication]) -> Iterator[Place]:
    changed = Greatest("published_at", "superseded_at")
    for publication, at in rows.annotate(changed=changed).values_list("pk", "changed"):
        yield Publication(pk=publication).permalink, at


def _changes(rows: QuerySet[Change]) -> Iterator[Place]:
    for change, at in rows.annotate(changed=F("capture__recorded_at")).values_list("pk", "changed"):
        yield Change(pk=change).get_absolute_url(), at


def _topics(rows: QuerySet[Topic]) -> Iterator[Place]:
    return ((row.get_absolute_url(), None) for row in rows.only("key"))


def _law(rows: QuerySet[Instrument]) -> Iterator[Place]:
    return ((row.get_absolute_url(), None) for row in rows.only("key"))
