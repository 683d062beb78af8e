"""The numbers on a page and the lists that they lead to, read as a program would: by the markup alone."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin

from django.test import Client

NUMBER = re.compile(r"\s*(?:All )?(\d[\d,]*)(?:\s|$)")
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


@dataclass
class Numbered(HTMLParser):
    """What a page says: its ``numbers`` with the address each leads to, and the ``total`` and ``rows`` of its list.

    A number is the beginning of a link's text, or stands right behind a link in a ``span`` of class ``number``.
    A row is a table's row, an article or an entry, in this order: the outermost ones of the list. ``rewrites`` are
    the rows that stand for several, with the list behind each.
    """

    page: str
    numbers: list[tuple[str, int]] = field(default_factory=list)
    totals: list[int] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    rewrites: list[str] = field(default_factory=list)
    following: str = ""
    says_nothing: bool = False

    def __post_init__(self) -> None:
        super().__init__()
        self._open: list[tuple[str, bool]] = []  # tags, and whether each is the list
        self._link, self._words, self._behind = "", "", False
        self.feed(self.page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        if "data-total" in named:
            self.totals.append(int(named["data-total"]))
        in_list = any(is_list for _, is_list in self._open)
        if in_list and tag in {"tr", "article", "li"} and "thead" not in [name for name, _ in self._open]:
            self.rows[tag] = self.rows.get(tag, 0) + 1
        if tag == "a":
            self._link, self._words, self._behind = named.get("href", ""), "", False
            if named.get("rel") == "next":
                self.following = self._link
            if in_list and "title" in named.get("class", "").split() and "?with=" in self._link:
                self.rewrites.append(self._link)
        elif tag == "span" and "number" in named.get("class", "").split() and self._link:
            self._words, self._behind = "", True
        self.says_nothing = self.says_nothing or "empty" in named.get("class", "").split()
        if tag not in VOID:
            self._open.append((tag, "data-total" in named))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass
        if (tag == "a" or (tag == "span" and self._behind)) and self._link:
            number = NUMBER.match(self._words)
            if number:
                self.numbers.append((self._link, int(number[1].replace(",", ""))))
            if number or tag == "span":
                self._link = ""

    def handle_data(self, data: str) -> None:
        self._words += data

    @property
    def shown(self) -> int:
        """Rows of the list on this page."""
        return next((self.rows[tag] for tag in ("tr", "article", "li") if tag in self.rows), 0)


@dataclass(frozen=True)
class Listed:
    """A list as a reader finds it: the total that its first page states, and the rows of all its pages."""

    stated: int
    walked: int
    pages: int


def walk(client: Client, address: str) -> Listed:
    """Go through all pages of the list at ``address``; a rewrite counts as the changes behind it."""
    first = read_numbers(client, address)
    assert len(first.totals) == 1 or (not first.totals and first.says_nothing), f"{address} states {first.totals}"
    walked, pages, page = 0, 0, first
    while True:
        assert not page.totals or page.totals == first.totals, address
        behind = [walk(client, urljoin(address, link)) for link in page.rewrites]
        walked += page.shown - len(behind) + sum(each.walked for each in behind)
        pages += 1
        if not page.following:
            return Listed(first.totals[0] if first.totals else 0, walked, pages)
        page = read_numbers(client, urljoin(address, page.following))


def read_numbers(client: Client, address: str) -> Numbered:
    response = client.get(urldefrag(address).url)
    assert response.status_code == 200, address
    return Numbered(response.content.decode())
