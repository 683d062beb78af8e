"""What the incumbent got wrong, as acceptance cases of the archive: one number everywhere, nothing made up.

That a draft whose excerpt is not in the version is refused is shown in tests/analysis/test_checks.py and, for the act
of approving it, in tests/review/test_actions.py.
"""

import re
from html import unescape

import pytest
from django.test import Client

from atlas.archive.record.recording import record_capture
from atlas.archive.telling.counting import totals
from atlas.archive.telling.reporting import report
from atlas.models import Document, Platform, Provision, Snapshot, StatedDate
from atlas.site.coverage import by_document, by_platform
from tests.atlas.site_rows import allow_publications_past_review, make_rows, reword
from tests.atlas.texts import document
from tests.crawling import crawl
from tests.factories import NOON, make_document

pytestmark = pytest.mark.django_db


def _rows_of_all_pages(client: Client, address: str) -> int:
    """How many rows a list has, counted on its pages and not by what it says."""
    rows, following = 0, address
    while following:
        page = client.get(following).content.decode()
        table = re.search(r"<tbody>(.*?)</tbody>", page, re.S)
        rows += table[1].count("<tr>") if table else page.count('<p><a class="title"')
        after = re.search(r'href="(\?[^"]*after=[^"]*)" rel="next"', page)
        following = address.partition("?")[0] + after[1].replace("&amp;", "&") if after else ""
    return rows


class TestPageTotalsEqualRegistryTotals:
    """(f) One counting rule: home page, platform pages, lists, and the operators' report."""

    @pytest.fixture(autouse=True)
    def _rows(self) -> None:
        allow_publications_past_review()
        made = make_rows(3, provisions=20)
        Provision.objects.filter(pk=made[0].pk).update(removed_at=NOON)
        reword(made[1], "We keep it for 400 days.", significance="cosmetic")
        Platform.objects.create(name="Without a document", slug="without-a-document")

    def test_the_home_page_says_what_the_lists_have(self, client: Client) -> None:
        page = client.get("/").content.decode()
        numbers = re.findall(r'<li><a href="(/[a-z]+/)"><b>([\d,]+)</b>', page)
        assert len(numbers) == 6
        for address, number in numbers:
            assert _rows_of_all_pages(client, address) == int(number.replace(",", "")), address

    def test_the_numbers_of_the_platforms_add_up_to_those_of_the_home_page(self) -> None:
        for kind, by_key in by_platform().items():
            assert sum(by_key.values()) == totals()[kind], kind

    def test_the_numbers_of_a_document_are_those_of_its_own_page(self, client: Client) -> None:
        row = Document.objects.order_by("pk")[0]
        page = client.get(row.get_absolute_url()).content.decode()
        stated = re.search(r"(\d+) provisions? in force", page)
        assert stated is not None
        assert int(stated[1]) == by_document(row.platform)["provisions"][row.pk] == page.count("<tr>") - 1

    def test_the_operators_report_says_the_same(self) -> None:
        assert report().totals == totals()
        keys = list(Platform.objects.values_list("pk", flat=True))
        parts = [report([key]) for key in keys]
        assert {kind: sum(part.totals[kind] for part in parts) for kind in totals()} == totals()
        assert sum(part.provisions["in_force"] for part in parts) == totals()["provisions"]
        assert sum(part.queue["changes_announced"] for part in parts) == totals()["changes"]


class TestNothingOnAPageIsSampleText:
    """(g) A page shows stored rows or says that there is nothing: no text stands in for a record."""

    def test_every_archived_text_on_a_page_is_in_a_stored_text(self, client: Client) -> None:
        allow_publications_past_review()
        make_rows(2, provisions=2)
        stored = [" ".join(text.split()) for text in Snapshot.objects.values_list("text", flat=True)]
        shown = 0
        for page, _ in _pages(client):
            for quoted in re.findall(r'<blockquote class="archived">(.*?)</blockquote>', page, re.S):
                words = " ".join(unescape(re.sub(r"<[^>]+>", "", quoted)).split()).removesuffix(" …")
                assert any(words in text for text in stored), words
                shown += 1
        assert shown > 10

    @pytest.mark.parametrize("is_empty", [True, False])
    def test_no_page_has_words_that_stand_for_something_to_come(self, client: Client, is_empty: bool) -> None:
        if not is_empty:
            allow_publications_past_review()
            make_rows(1)
        for page, address in _pages(client):
            visible = re.sub(r"<[^>]+>", " ", page)
            found = re.search(
                r"lorem|ipsum|placeholder|\bTODO\b|\bTBD\b|coming soon|(?<!If-)\bNone\b|\{\{|\{%|undefined", visible
            )
            assert found is None, (address, found)


def _pages(client: Client) -> list[tuple[str, str]]:
    found = crawl(client)
    return [(page, address) for address, (_, page) in found.items() if page.startswith("<!doctype html>")]


class TestTheEffectiveDateStaysEmptyWhenTheTextStatesNone:
    """(h) No date of a law, a clause, a capture or a record takes its place."""

    TEXT = document(
        Law="The Regulation of 27 April 2016, effective May 25, 2018, applies to accounts created before 1 May 2025.",
        History="Previous version effective March 1, 2024. Updated: 5 days ago.",
    )

    def test_nothing_is_recorded_and_the_pages_say_so(self, client: Client) -> None:
        capture = record_capture(make_document(), text=self.TEXT, captured_at=NOON)
        assert capture.version is not None
        assert not StatedDate.objects.exists()
        for row in (capture.version, capture.document):
            page = client.get(row.get_absolute_url()).content.decode()
            assert page.count("The text states none.") == 2
            assert "1 June 2026, 12:00 UTC" in page
            assert "25 May 2018" not in page

    def test_what_the_text_states_is_recorded_with_its_words(self, client: Client) -> None:
        text = self.TEXT.replace("===\n\n", "===\n\n**Effective: 1 March 2026**\n\n", 1)
        capture = record_capture(make_document(), text=text, captured_at=NOON)
        (stated,) = StatedDate.objects.filter(version=capture.version)
        assert (stated.kind, stated.value, stated.quote) == ("effective", "2026-03-01", "Effective: 1 March 2026")
        page = client.get(capture.document.get_absolute_url()).content.decode()
        assert page.count("The text states none.") == 1
