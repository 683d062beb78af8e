"""What holds for every page that sets platforms beside each other: links, queries, headers, exports, refusals."""

import csv
import io
import re
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from atlas.models import Platform, Topic
from tests.atlas.compare_rows import TOPIC, addresses, at, body, provision_about
from tests.atlas.site_rows import QUOTE, make_catalogue, make_rows, publish
from tests.crawling import PAGE_QUERIES
from tests.factories import make_platform

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("past_review")]


@pytest.mark.parametrize("address", ["/compare/", "/compare/platforms/", "/compare/attributes/"])
@pytest.mark.parametrize("query", ["", "?at=2026-01-01"])
def test_each_says_something_when_there_is_nothing(client: Client, address: str, query: str) -> None:
    page = body(client, address + query)
    assert "<h1>" in page
    assert 'class="empty"' in page


def test_no_page_needs_more_queries_when_there_is_more_to_show(client: Client) -> None:
    make_rows(2, provisions=2)
    past = datetime.now(UTC)
    asked = [*addresses(), *(at(address, past) for address in addresses())]
    before = {address: _queries(client, address) for address in asked}
    make_rows(9, provisions=4)
    assert {address: _queries(client, address) for address in asked} == before
    assert max(before.values()) <= PAGE_QUERIES


def _queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_readers_get_no_cookie_no_style_attribute_and_no_script(client: Client) -> None:
    make_rows(2, provisions=1)
    for address in addresses():
        response = client.get(address)
        assert not response.cookies
        assert response.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
        assert not re.search(r"<script|<style|\bstyle=|\bon[a-z]+=", response.content.decode())


def test_hostile_text_is_shown_and_never_run(client: Client) -> None:
    make_catalogue()
    provision = provision_about(make_platform("<b>Evil</b>", slug="evil"), "<script>alert(1)</script> \u202e text")
    publish(provision, title="<i>Title</i>", summary="<img src=x>")
    for address in (f"/compare/topics/{TOPIC}/", "/compare/", "/compare/attributes/training-default/"):
        page = body(client, address)
        assert not re.search(r"<script|<b>Evil|<i>Title|<img src=x", page)
        assert "\u202e" not in page


def test_exports_hold_all_platforms_and_no_formula(client: Client) -> None:
    make_rows(14, provisions=1)
    Platform.objects.filter(pk=Platform.objects.earliest("pk").pk).update(name="=HYPERLINK(1)")
    response = client.get("/compare/?format=csv")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    head, *rows = csv.reader(io.StringIO(response.content.decode()))
    assert head[:3] == ["Topic", "Platform", "State"]
    assert len(rows) == 14 * Topic.objects.count()
    assert "'=HYPERLINK(1)" in {row[1] for row in rows}
    head, *rows = csv.reader(
        io.StringIO(client.get("/compare/attributes/training-default/?format=csv").content.decode())
    )
    assert len(rows) == 14
    assert rows[0][head.index("Quote")] == QUOTE


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("?at=yesterday", 400),
        ("?at=2026-13-01", 400),
        ("?at=2026-11-26T25:00:00Z", 400),
        ("?at=%00", 400),
        ("?at=0001-01-01T00:00:00%2B23:00", 400),
        ("?at=9999-12-31", 404),
        ("?at=9999-12-31T12:00:00Z", 404),
        ("?platform=none", 404),
        ("?platform=%00", 404),
        ("?topic=none", 404),
        ("?format=xls", 404),
        ("?after=nonsense", 404),
    ],
)
def test_what_makes_no_sense_is_a_clear_page(client: Client, query: str, status: int) -> None:
    make_rows(1, provisions=1)
    page = body(client, f"/compare/{query}", status=status)
    if query.startswith("?at="):
        assert ("That moment is not over yet" if status == 404 else "That is no moment we can read") in page
