"""The matrix of platforms and topics: states of a cell, numbers, order."""

import re
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client

from atlas.models import Platform, Publication
from tests.atlas.compare_rows import body, cells, every_state, length_of_list, provision_about
from tests.atlas.site_rows import QUOTE, make_rows, publish, reword

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("past_review")]


def test_the_matrix_keeps_five_states_apart(client: Client) -> None:
    rows = every_state()
    page = body(client, "/compare/?" + "&".join(f"platform={row.slug}" for row in rows.values()))
    by_platform = {dict(parse_qsl(urlsplit(href).query))["platform"]: words for href, words in cells(page)}
    assert by_platform == {
        "a-works": "H 3",
        "b-works": "2 held",
        "c-works": "0 found",
        "d-works": "1 not captured",
        "e-works": "no text",
    }
    assert "No comparable clause found in the documents we hold" in page


def test_the_rule_for_several_analyses_stands_on_the_page(client: Client) -> None:
    make_rows(1)
    assert "<strong>highest</strong> exposure among them" in body(client, "/compare/")


def test_every_number_of_the_matrix_equals_the_list_it_leads_to(client: Client) -> None:
    every_state()
    stale = provision_about(Platform.objects.get(slug="a-works"), f"Another. {QUOTE}")
    publish(stale, exposure_level="low")
    reword(stale, "Something else now.")
    found = cells(body(client, "/compare/"))
    assert len(found) == 5
    assert ("/publications/?platform=a-works&topic=training-user-content", "H 4 1 stale") in found
    for href, words in found:
        number = re.search(r"\d+", words)
        assert length_of_list(client, href) == int(number[0] if number else 1), href


def test_head_cells_name_their_column_and_row(client: Client) -> None:
    make_rows(1)
    table = body(client, "/compare/").split("<table")[1]
    assert '<th scope="col">Topic</th>' in table
    assert '<th scope="row"><a href="/compare/topics/training-user-content/">' in table


def test_the_matrix_goes_on_through_all_platforms_without_losing_or_repeating_one(client: Client) -> None:
    make_rows(14, provisions=1)
    seen: list[str] = []
    address = "/compare/"
    while address:
        page = body(client, address)
        seen += re.findall(r'<th scope="col"><a href="/platforms/([\w-]+)/"', page)
        following = re.search(r'href="(\?[^"]*after=[^"]*)" rel="next"', page)
        address = "/compare/" + following[1].replace("&amp;", "&") if following else ""
    assert len(seen) == 14
    assert set(seen) == set(Platform.objects.values_list("slug", flat=True))


def test_platforms_with_most_analyses_come_first(client: Client) -> None:
    make_rows(1, provisions=1)
    make_rows(1, provisions=3)
    first, second = re.findall(r'<th scope="col"><a href="/platforms/([\w-]+)/"', body(client, "/compare/"))
    assert Publication.objects.filter(provision__document__platform__slug=first).count() == 3
    assert Publication.objects.filter(provision__document__platform__slug=second).count() == 1
