"""Walk the public site as a reader does: from the home page along every link of our own."""

from collections import deque
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit

from django.test import Client

DATA_BLOCK = '<script type="application/ld+json">'  # data, which no browser runs


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
    """Every public address reachable from ``start`` and ``extra`` → (status, body). The editors' desk is left out."""
    pages: dict[str, tuple[int, str]] = {}
    waiting = deque([start, *extra])
    while waiting:
        address = waiting.popleft()
        if address in pages:
            continue
        response = client.get(address)
        is_text = response.headers.get("Content-Type", "").startswith(("text/", "application/json", "application/atom"))
        body = b"".join(response) if response.streaming else response.content
        pages[address] = (response.status_code, body.decode() if is_text else "")
        if response.headers.get("Content-Type", "").startswith("text/html"):
            waiting.extend(_own(address, link) for link in links(pages[address][1]) if _is_ours(link))
    return pages


def _is_ours(link: str) -> bool:
    parts = urlsplit(link)
    return not parts.scheme and not parts.netloc and not parts.path.startswith(("/admin", "/static"))


def _own(page: str, link: str) -> str:
    return urldefrag(urljoin(page, link)).url
