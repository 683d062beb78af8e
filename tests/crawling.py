"""Walk the public site as readers, feed readers and programs do: from the home page along every address of our own."""

import io
import json
import re
import zipfile
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urldefrag, urlencode, urljoin, urlsplit

from django.conf import settings
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve
from pypdf import PdfReader

DATA_BLOCK = '<script type="application/ld+json">'  # data, which no browser runs

# Of the twelve that a page may take. One more asks for the state of the database (atlas/site/keeping.py), though not in
# a transaction like that of a test.
PAGE_QUERIES = 11


# Files to take away that each page of a kind has, made by the same code: some of them tell as much as all.
TAKEAWAY = re.compile(r"/(dossier\.pdf|citation\.\w+)$")
TAKEN = 12

_SCHEMES = {"", "http", "https"}
_STAND_INS = re.compile(r"lorem|ipsum|placeholder|\bTODO\b|\bTBD\b|coming soon|(?<!If-)\bNone\b|\{\{|\{%|undefined")
_LOCATIONS = re.compile(r"<loc>\s*(.*?)\s*</loc>")


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in {"href", "src", "action"} and value:
                self.found.append(value)


def links(page: str) -> list[str]:
    """What a page of HTML or XML refers to: ``href``, ``src``, ``action``, and ``<loc>`` of a sitemap."""
    parser = _Links()
    parser.feed(page)
    return parser.found + _LOCATIONS.findall(page)


def stand_in(page: str) -> str:
    """Words of a page that stand for something to come, or that a template left; or nothing."""
    found = _STAND_INS.search(re.sub(r"<[^>]+>", " ", page))
    return found[0] if found else ""


def crawl(client: Client, start: str = "/", *, extra: tuple[str, ...] = ()) -> dict[str, tuple[int, str]]:
    """Every public address reachable from ``start`` and ``extra`` → (status, text).

    The editors' desk is left out, and most of what every page offers to take away; not if ``extra`` names it.

    Addresses are found in HTML, XML (feeds, sitemaps) and JSON. The text of archives and of PDFs is read too.
    """
    pages: dict[str, tuple[int, str]] = {}
    waiting = deque([start, *extra])
    taken: Counter[str] = Counter()
    while waiting:
        address = waiting.popleft()
        if address in pages:
            continue
        if address not in extra and (takeaway := TAKEAWAY.search(address)):
            taken[takeaway[1]] += 1
            if taken[takeaway[1]] > TAKEN:
                continue
        response = client.get(address)
        body = b"".join(response) if response.streaming else response.content
        kind = response.headers.get("Content-Type", "").partition(";")[0]
        pages[address] = (response.status_code, _text(kind, body))
        waiting.extend(_own(address, link) for link in _leads(kind, response, pages[address][1]) if _is_ours(link))
    return pages


def _text(kind: str, body: bytes) -> str:
    """What can be read in an answer of this media type; nothing in pictures."""
    if kind == "application/zip":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            return "\n".join(archive.read(name).decode(errors="replace") for name in archive.namelist())
    if kind == "application/pdf":
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages)
    if kind.startswith("image/") and kind != "image/svg+xml":
        return ""
    return body.decode(errors="replace")


def _leads(kind: str, response: HttpResponseBase, text: str) -> Iterable[str]:
    if "Location" in response.headers:
        yield response.headers["Location"]
    if kind == "text/html" or kind.endswith("xml"):
        yield from links(text)
    elif kind.endswith("json"):
        yield from (value for value in strings(json.loads(text)) if re.match(r"(https?://|/)[^\s{}]*$", value))
        yield from _next(json.loads(text))


def strings(value: Any) -> Iterator[str]:
    """Every text in a value of JSON."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from strings(each)


def _next(answer: Any) -> Iterator[str]:
    """The next stretch of a list that gives a cursor instead of an address."""
    cursor = answer.get("next_cursor") if isinstance(answer, dict) else None
    if isinstance(cursor, str) and not cursor.startswith(("/", "http")):
        yield f"?{urlencode({'cursor': cursor})}"


def _is_ours(link: str) -> bool:
    parts = urlsplit(link)
    is_here = not parts.netloc or f"{parts.scheme}://{parts.netloc}" in {settings.BASE_URL, "http://testserver"}
    is_page = parts.path != "/api/v1"  # where OpenAPI says that the addresses begin
    return is_here and is_page and parts.scheme in _SCHEMES and not parts.path.startswith(("/admin", "/static"))


def _own(page: str, link: str) -> str:
    parts = urlsplit(urldefrag(urljoin(page, link)).url)
    if link.startswith("?"):
        kept = [piece for piece in urlsplit(page).query.split("&") if piece and not piece.startswith("cursor=")]
        if link.startswith("?cursor="):
            parts = parts._replace(query="&".join([*kept, parts.query]))
    return parts._replace(scheme="", netloc="").geturl()


def public_routes() -> set[str]:
    """Every route of the site but the editors', as ``resolve(…).route`` names it."""
    return {route for route in _routes(get_resolver().url_patterns) if not route.startswith("admin/")}


def _routes(patterns: Iterable[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    for pattern in patterns:
        route = f"{before}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, route)
        else:
            yield route


def route_of(address: str) -> str | None:
    """The route that answers ``address``."""
    try:
        return resolve(urlsplit(address).path).route
    except Resolver404:
        return None


# What stands for the second parameter of a route.
SECOND = {"suffix": "bib", "day": "2026-07-01"}


def filled(routes: Iterable[str], keys: dict[str, list[str]]) -> Iterator[str]:
    """Addresses made of routes whose first parameter stands behind a word of ``keys``; and those without parameters.

    So that what nothing links to (a withdrawn analysis, an answer of the API) is visited all the same.
    """
    for route in routes:
        for name, value in SECOND.items():
            route = re.sub(rf"<(?:\w+:)?{name}>", value, route)
        parts = re.split(r"<[^>]*>", route)
        if "(" in route or "^" in route or len(parts) > 2:
            continue
        if len(parts) == 1:
            yield f"/{route}"
            continue
        word = parts[0].rstrip("/").rpartition("/")[2]
        yield from (f"/{parts[0]}{key}{parts[1]}" for key in keys.get(word, ()))
