"""Atom documents (RFC 4287): a feed as values, and its XML. Knows nothing of rows.

Django's own Atom generator knows one author an entry; two people may have approved an analysis.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement, tostring

from atlas.controls import one_line, shown

CONTENT_TYPE = "application/atom+xml; charset=utf-8"
NAMESPACE = "http://www.w3.org/2005/Atom"
# What a feed without an entry says of when it was updated: before anything was announced.
NOTHING_YET = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Entry:
    """One thing that happened. ``html`` is safe HTML; addresses are absolute."""

    id: str
    title: str
    address: str
    published: datetime
    updated: datetime
    html: str
    category: tuple[str, str]  # a term and its words
    authors: tuple[str, ...] = ()
    rights: str = ""


@dataclass(frozen=True)
class Feed:
    """``address`` is its own, ``page`` that of the page on which readers see the same."""

    id: str
    title: str
    subtitle: str
    address: str
    page: str
    entries: tuple[Entry, ...]

    @property
    def updated(self) -> datetime:
        return max((entry.updated for entry in self.entries), default=NOTHING_YET)


def as_xml(feed: Feed) -> bytes:
    """``feed`` as an Atom document, the same bytes for the same values."""
    root = Element("feed", {"xmlns": NAMESPACE, "xml:lang": "en"})
    _text(root, "id", feed.id)
    _text(root, "title", feed.title)
    _text(root, "subtitle", feed.subtitle)
    _text(root, "updated", feed.updated.isoformat())
    _authors(root, ["Atlas"])
    SubElement(root, "link", {"rel": "self", "type": "application/atom+xml", "href": feed.address})
    SubElement(root, "link", {"rel": "alternate", "type": "text/html", "href": feed.page})
    _text(root, "generator", "Atlas")
    for entry in feed.entries:
        _entry(SubElement(root, "entry"), entry)
    xml: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return xml


def _entry(element: Element, entry: Entry) -> None:
    _text(element, "id", entry.id)
    _text(element, "title", entry.title)
    _text(element, "published", entry.published.isoformat())
    _text(element, "updated", entry.updated.isoformat())
    _authors(element, entry.authors)
    SubElement(element, "link", {"rel": "alternate", "type": "text/html", "href": entry.address})
    SubElement(element, "category", {"term": entry.category[0], "label": entry.category[1]})
    if entry.rights:
        _text(element, "rights", entry.rights)
    SubElement(element, "content", {"type": "html"}).text = shown(entry.html)


def _authors(element: Element, names: Iterable[str]) -> None:
    for name in names:
        _text(SubElement(element, "author"), "name", name)


def _text(element: Element, name: str, text: str) -> None:
    SubElement(element, name).text = one_line(text)
