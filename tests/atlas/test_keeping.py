"""Answers that are kept: the same for as long as nothing was committed, and not a moment longer."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import psycopg
import pytest
import time_machine
from django.db import connection, connections
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from atlas.models import Platform, Publication
from atlas.site.keeping import LARGEST, Answer, Shelf, kept, shelf, state_of_database
from tests.atlas.site_rows import committing_past_review, make_rows, publish
from tests.factories import NOON, make_platform, make_provision
from tests.processes import database_url

commits = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _at_one_moment() -> Iterator[None]:
    with time_machine.travel(NOON + timedelta(days=300), tick=False):
        yield


def asked(client: Client, address: str, **headers: str) -> int:
    """How many queries it takes to answer."""
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address, headers=headers).status_code in (200, 304)
    return len(queries)


def asked_at_last(client: Client, address: str, **headers: str) -> int:
    """The same where nobody writes. Other tests do so at the same time, and their database is on the same server."""
    return min(asked(client, address, **headers) for _ in range(50))


@commits
def test_what_was_made_once_takes_one_query_until_something_is_committed(client: Client) -> None:
    make_platform(name="Harbour")
    first = client.get("/platforms/")

    assert asked_at_last(client, "/platforms/") == 1
    again = client.get("/platforms/")
    assert (again.content, again.headers) == (first.content, first.headers)

    make_platform(name="Lantern")
    assert "Lantern" in client.get("/platforms/").content.decode()


@commits
def test_a_withdrawal_shows_in_the_next_answer(client: Client) -> None:
    with committing_past_review():
        make_rows(1, provisions=1)
        row = publish(make_provision())
        addresses = [row.get_absolute_url(), row.permalink, "/publications/", "/feeds/analyses.atom", "/"]
        before = {address: client.get(address).content for address in addresses}
        assert {address: client.get(address).content for address in addresses} == before

        Publication.objects.filter(pk=row.pk).update(withdrawn_at=NOON, withdrawal_note="It was misread.")

        for address in addresses:
            page = client.get(address).content.decode()
            assert page != before[address].decode(), address
            assert row.summary not in page, address


@contextmanager
def another_session() -> Iterator[psycopg.Connection]:
    with psycopg.connect(database_url()) as other:
        yield other
        other.rollback()


@commits
def test_a_write_of_another_session_shows_when_it_is_committed_and_not_before(client: Client) -> None:
    make_platform(name="Harbour")
    with another_session() as other:
        other.execute("UPDATE atlas_platform SET name = 'Lantern'")
        assert "Harbour" in client.get("/platforms/").content.decode()  # kept while the other one is at it
        other.commit()
        assert "Lantern" in client.get("/platforms/").content.decode()


@commits
def test_transactions_that_end_in_another_order_than_they_began_are_told_apart(client: Client) -> None:
    make_platform(name="Harbour", slug="harbour")
    make_platform(name="Lantern", slug="lantern")
    with another_session() as early, another_session() as late:
        early.execute("UPDATE atlas_platform SET name = 'Early' WHERE slug = 'harbour'")
        late.execute("UPDATE atlas_platform SET name = 'Late' WHERE slug = 'lantern'")
        late.commit()
        assert "Late" in client.get("/platforms/").content.decode()
        early.commit()
        assert "Early" in client.get("/platforms/").content.decode()


@commits
def test_an_answer_is_at_most_a_minute_old(client: Client) -> None:
    assert asked_at_last(client, "/upcoming/") == 1
    with time_machine.travel(NOON + timedelta(days=300, seconds=60), tick=False):
        assert asked(client, "/upcoming/") > 1


@commits
def test_each_address_has_its_own_answer_and_errors_are_not_kept(client: Client) -> None:
    make_platform(name="Harbour", slug="harbour")
    assert client.get("/platforms/?page=1").content != client.get("/topics/").content
    assert client.get("/platforms/lantern/").status_code == 404
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/platforms/lantern/").status_code == 404
    assert len(queries) > 1


@commits
def test_who_has_a_kept_answer_already_is_told_so(client: Client) -> None:
    tag = client.get("/topics/").headers["ETag"]
    assert asked_at_last(client, "/topics/", **{"If-None-Match": tag}) == 1
    assert client.get("/topics/", headers={"If-None-Match": tag}).status_code == 304
    assert client.get("/topics/").content  # the 304 did not empty what is kept


@pytest.mark.django_db
def test_in_a_transaction_of_our_own_nothing_is_kept(client: Client) -> None:
    assert state_of_database() is None
    assert "Harbour" not in client.get("/platforms/").content.decode()
    Platform.objects.create(name="Harbour", slug="harbour")
    assert "Harbour" in client.get("/platforms/").content.decode()


def answer(size: int) -> Answer:
    return Answer(b"x" * size, ())


def test_a_shelf_is_cleared_by_the_first_look_in_another_state() -> None:
    full = Shelf()
    full.find("1", ("/", True))
    full.keep("1", ("/", True), answer(10))
    assert full.find("1", ("/", True)) == answer(10)
    assert full.find("1", ("/", False)) is None
    assert full.find("2", ("/", True)) is None
    assert full.find("1", ("/", True)) is None


def test_what_was_begun_in_a_state_that_is_past_is_not_put_on_the_shelf() -> None:
    full = Shelf()
    full.find("1", ("/", True))
    full.find("2", ("/", True))
    full.keep("1", ("/", True), answer(10))
    assert full.find("2", ("/", True)) is None


def test_a_full_shelf_loses_its_oldest_answers() -> None:
    full = Shelf(room=100)
    full.find("1", ("/0", True))
    for number in range(5):
        full.keep("1", (f"/{number}", True), answer(30))
    there = [number for number in range(5) if full.find("1", (f"/{number}", True))]
    assert there == [2, 3, 4]


def test_an_answer_that_is_too_large_has_no_place() -> None:
    shelf.find("1", ("/", True))
    shelf.keep("1", ("/", True), answer(LARGEST + 1))
    assert shelf.find("1", ("/", True)) is None


@commits
def test_a_page_waits_for_its_turn_to_be_made_and_no_longer_than_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("atlas.site.keeping.PATIENCE", 0.2)
    is_begun, may_end, order = threading.Event(), threading.Event(), []

    @kept
    def page(request: HttpRequest) -> HttpResponse:
        order.append(request.path)
        if request.path == "/slow/":
            is_begun.set()
            assert may_end.wait(20)
        return HttpResponse(request.path)

    def ask(path: str) -> HttpResponse:
        try:
            return page(RequestFactory().get(path))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as readers:
        slow = readers.submit(ask, "/slow/")
        assert is_begun.wait(20)
        begin = time.perf_counter()
        quick = readers.submit(ask, "/quick/").result(20)
        assert time.perf_counter() - begin >= 0.2
        assert not slow.done()
        may_end.set()
        assert (slow.result(20).content, quick.content) == (b"/slow/", b"/quick/")
    assert order == ["/slow/", "/quick/"]
