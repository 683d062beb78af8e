"""What holds for every page that a reader can reach, also from pages of the past: read once for all of it."""

import re
from datetime import UTC, datetime
from html import unescape

import pytest
from django.test import Client

from atlas.models import Snapshot
from tests.atlas.compare_rows import TOPIC, addresses, at
from tests.atlas.site_rows import allow_publications_past_review, make_rows
from tests.crawling import crawl, stand_in

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def found(shared_rows: None) -> dict[str, tuple[int, str]]:
    """Address → (status, text)."""
    allow_publications_past_review()
    make_rows(2, provisions=2)
    soon = datetime.now(UTC)
    return crawl(Client(), extra=tuple(at(address, soon) for address in addresses()))


@pytest.fixture(scope="module")
def pages(found: dict[str, tuple[int, str]]) -> dict[str, str]:
    return {address: page for address, (_, page) in found.items() if page.startswith("<!doctype html>")}


def test_every_link_leads_somewhere(found: dict[str, tuple[int, str]]) -> None:
    assert {address: status for address, (status, _) in found.items() if status != 200} == {}
    assert len(found) > 40
    assert {"/", "/compare/", f"/compare/topics/{TOPIC}/"} <= found.keys()


def test_every_archived_text_is_in_a_stored_text(pages: dict[str, str]) -> None:
    stored = [" ".join(text.split()) for text in Snapshot.objects.values_list("text", flat=True)]
    shown = 0
    for page in pages.values():
        for quoted in re.findall(r'<blockquote class="archived">(.*?)</blockquote>', page, re.S):
            words = " ".join(unescape(re.sub(r"<[^>]+>", "", quoted)).split()).removesuffix(" …")
            assert any(words in text for text in stored), words
            shown += 1
    assert shown > 10


def test_no_words_stand_for_something_to_come(pages: dict[str, str]) -> None:
    assert {address: words for address, page in pages.items() if (words := stand_in(page))} == {}
