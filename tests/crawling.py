"""Walk the public site as a reader does: from the home page along every link of our own."""

import io
import re
from collections import Counter, deque
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit

from django.test import Client
from pypdf import PdfReader

DATA_BLOCK = '<script type="application/ld+json">'  # data, which no browser runs


# Files to take away that each page of a kind has, made by the same code: some of them tell as much as all.
TAKEAWAY = re.compile(r"/(dossier\.pdf|citation\.\w+)$")
TAKEN = 12


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in {"href", "src", "action"} and value:
                self.found.append(value)


def links(page: str) -> list[str]:
    parser = _Links()
    parser.feed(page)
    return parser.found


def crawl(client: Client, start: str = "/", *, extra: tuple[str, ...] = ()) -> dict[str, tuple[int, str]]:
    """Every public address reachable from ``start`` and ``extra`` → (status, body; of a PDF the words).

    The editors' desk is left out, and most of what every page offers to take away.
    """
    pages: dict[str, tuple[int, str]] = {}
    waiting = deque([start, *extra])
    taken: Counter[str] = Counter()
    while waiting:
        address = waiting.popleft()
        if address in pages:
            continue
        if takeaway := TAKEAWAY.search(address):
            taken[takeaway[1]] += 1
            if taken[takeaway[1]] > TAKEN:
                continue
        response = client.get(address)
        body = b"".join(response) if response.streaming else response.content
        pages[address] = (response.status_code, _words(response.headers.get("Content-Type", ""), body))
        if response.headers.get("Content-Type", "").startswith("text/html"):
            waiting.extend(_own(address, link) for link in links(pages[address][1]) if _is_ours(link))
    return pages


def _words(content_type: str, body: bytes) -> str:
    if content_type.startswith(("text/", "application/json", "application/atom", "application/x-bibtex")):
        return body.decode()
    if "+json" in content_type or content_type.startswith("application/xml"):
        return body.decode()
    if content_type == "application/pdf":
        return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages)
    return ""


def _is_ours(link: str) -> bool:
    parts = urlsplit(link)
    return not parts.scheme and not parts.netloc and not parts.path.startswith(("/admin", "/static"))


def _own(page: str, link: str) -> str:
    return urldefrag(urljoin(page, link)).url
