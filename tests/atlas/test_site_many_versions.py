"""A document that was watched for years: the menus stay short, and no version is out of reach."""

import re
from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from atlas.models import Version
from tests.crawling import PAGE_QUERIES
from tests.factories import NOON, make_document, make_version

pytestmark = pytest.mark.django_db
MANY = 160


@pytest.fixture(scope="module")
def versions(shared_rows: None) -> list[Version]:
    terms = make_document(name="Terms of Service")
    return [
        make_version(terms, f"Text {number}.", captured_at=NOON + timedelta(days=number))[0] for number in range(MANY)
    ]


def pages(versions: list[Version]) -> list[str]:
    terms, (first, second) = versions[0].document, versions[:2]
    beside = f"/versions/{first.public_id}/against/{second.public_id}/"
    return [terms.get_absolute_url(), f"{terms.get_absolute_url()}versions/", first.get_absolute_url(), beside]


def test_no_page_grows_with_their_number(client: Client, versions: list[Version]) -> None:
    for address in pages(versions):
        page = client.get(address).content.decode()
        assert 2 * 50 <= page.count("<option") <= 2 * 52, address
        assert len(page) < 40_000, address


def test_what_is_shown_is_chosen_in_the_menus_also_if_it_is_old(client: Client, versions: list[Version]) -> None:
    page = client.get(pages(versions)[-1]).content.decode()
    chosen = re.findall(r'value="(AT-V-\d+)" selected', page)
    assert chosen == [versions[0].public_id, versions[1].public_id]


def test_the_menus_say_how_to_reach_the_others(client: Client, versions: list[Version]) -> None:
    for address in pages(versions):
        page = client.get(address).content.decode()
        assert "The menus offer the newest versions" in page
        assert f'href="{versions[0].document.get_absolute_url()}versions/"' in page


@pytest.mark.parametrize("name", ["3", "version 3", "2026-06-03", "2026-06-03 ", "{}", " {} "])
def test_any_other_is_named_by_number_identifier_or_day(client: Client, versions: list[Version], name: str) -> None:
    newest = versions[-1]
    asked = {"document": newest.document.public_id, "old": newest.public_id, "new": newest.public_id}
    answer = client.get("/versions/choose/", {**asked, "old_named": name.format(versions[2].public_id.lower())})
    assert answer.status_code == 302
    assert answer["Location"] == f"/versions/{versions[2].public_id}/against/{newest.public_id}/"


@pytest.mark.parametrize("name", ["0", "999", "999999999", "2026-05-01", "2026-13-01", "9999-12-31x", "३", "x"])
def test_what_names_none_is_not_found(client: Client, versions: list[Version], name: str) -> None:
    newest = versions[-1]
    asked = {"document": newest.document.public_id, "new": newest.public_id, "old_named": name}
    assert client.get("/versions/choose/", asked).status_code == 404


def test_a_version_of_another_document_is_not_taken(client: Client, versions: list[Version]) -> None:
    other, _ = make_version(make_document(), "Another text.")
    asked = {"document": versions[0].document.public_id, "new": versions[0].public_id}
    assert client.get("/versions/choose/", {**asked, "old_named": other.public_id}).status_code == 404


def test_all_of_them_are_listed_each_against_the_one_before(client: Client, versions: list[Version]) -> None:
    address, found = f"{versions[0].document.get_absolute_url()}versions/", []
    following = address
    while following:
        page = client.get(following).content.decode()
        assert f'data-total="{MANY}"' in page
        found += re.findall(r'href="/versions/(AT-V-\d+)/against/(AT-V-\d+)/"', page)
        after = re.search(r'href="(\?after=[^"]*)" rel="next"', page)
        following = f"{address}{after[1]}" if after else ""
    in_order = [row.public_id for row in reversed(versions)]
    assert found == [(old, new) for new, old in pairwise(in_order)]


def test_the_page_of_the_document_counts_them(client: Client, versions: list[Version]) -> None:
    page = client.get(versions[0].document.get_absolute_url()).content.decode()
    assert f'versions/">All {MANY} versions</a>' in page


def test_it_costs_the_same_however_many_there_are(client: Client, versions: list[Version]) -> None:
    def queries(rows: list[Version]) -> list[int]:
        numbers = []
        for address in pages(rows):
            with CaptureQueriesContext(connection) as captured:
                assert client.get(address).status_code == 200
            numbers.append(len(captured))
        return numbers

    few = make_document(name="Privacy Policy")
    assert queries([make_version(few, f"Another {number}.")[0] for number in range(2)]) == queries(versions)
    assert max(queries(versions)) <= PAGE_QUERIES
