"""What the incumbent got wrong, as an acceptance case: one counting rule for the home page, platform pages, lists, and
the operators' report (f)."""

import re

import pytest
from django.test import Client

from atlas.archive.telling.counting import totals
from atlas.archive.telling.reporting import report
from atlas.models import Document, Platform, Provision
from atlas.site.coverage import by_document, by_platform
from tests.atlas.site_rows import allow_publications_past_review, make_rows, reword
from tests.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def _rows(shared_rows: None) -> None:
    allow_publications_past_review()
    made = make_rows(3, provisions=20)
    Provision.objects.filter(pk=made[0].pk).update(removed_at=NOON)
    reword(made[1], "We keep it for 400 days.", significance="cosmetic")
    Platform.objects.create(name="Without a document", slug="without-a-document")


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


def test_the_home_page_says_what_the_lists_have(client: Client) -> None:
    page = client.get("/").content.decode()
    numbers = re.findall(r'<li><a href="(/[a-z]+/)"><b>([\d,]+)</b>', page)
    assert len(numbers) == 6
    for address, number in numbers:
        assert _rows_of_all_pages(client, address) == int(number.replace(",", "")), address


def test_the_numbers_of_the_platforms_add_up_to_those_of_the_home_page() -> None:
    for kind, by_key in by_platform().items():
        assert sum(by_key.values()) == totals()[kind], kind


def test_the_numbers_of_a_document_are_those_of_its_own_page(client: Client) -> None:
    row = Document.objects.order_by("pk")[0]
    page = client.get(row.get_absolute_url()).content.decode()
    stated = re.search(r"(\d+) provisions? in force", page)
    assert stated is not None
    assert int(stated[1]) == by_document(row.platform)["provisions"][row.pk] == page.count("<tr>") - 1


def test_the_operators_report_says_the_same() -> None:
    assert report().totals == totals()
    keys = list(Platform.objects.values_list("pk", flat=True))
    parts = [report([key]) for key in keys]
    assert {kind: sum(part.totals[kind] for part in parts) for kind in totals()} == totals()
    assert sum(part.provisions["in_force"] for part in parts) == totals()["provisions"]
    assert sum(part.queue["changes_announced"] for part in parts) == totals()["changes"]
