"""What Atlas holds, since when, and what it could not capture, document by document; every number equals its list."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from atlas.models import Capture, Document, Outcome
from tests.atlas.site_rows import allow_publications_past_review, hold_capture, make_rows
from tests.crawling import PAGE_QUERIES
from tests.factories import NOON, make_document, make_platform, make_provision, make_version

pytestmark = pytest.mark.django_db


def coverage(client: Client, query: str = "") -> str:
    answer = client.get(f"/coverage/{query}")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def look(document: Document, outcome: Outcome, *, day: int) -> Capture:
    good = outcome not in (Outcome.QUARANTINED, Outcome.FAILED)
    version = document.versions.first() if good else None
    sequence = document.captures.count() + 1
    at = NOON + timedelta(days=day)
    return Capture.objects.create(
        document=document, sequence=sequence, captured_at=at, outcome=outcome, version=version
    )


def test_it_says_so_when_nothing_is_held(client: Client) -> None:
    assert "No document is archived yet." in coverage(client)


def test_a_document_says_what_is_held_and_since_when(client: Client) -> None:
    document = make_provision(document=make_document(make_platform("Acme"))).document
    look(document, Outcome.UNCHANGED, day=2)
    page = coverage(client)
    assert "1 June 2026" in page and "3 June 2026" in page
    assert "Nothing: every capture was good." in page
    assert re.search(r"/captures/\">2</a>.*/versions/\">1</a>.*\">1</a>", page)


def test_a_document_never_captured_says_so(client: Client) -> None:
    make_document()
    page = coverage(client)
    assert "nothing held yet" in page and "No capture yet." in page


def test_what_cannot_be_captured_says_since_when_and_why_and_nothing_of_what_was_seen(client: Client) -> None:
    document = make_provision().document
    hold_capture(document, "Please log in to go on.")
    page = coverage(client)
    assert "Not captured now" in page and "The text is a log-in page." in page and "1 capture held" in page
    assert "Please log in to go on." not in page


def test_past_incidents_stay_and_lead_to_all_of_them(client: Client) -> None:
    document = make_provision().document
    for number in range(5):
        incident = hold_capture(document, f"Log in {number}.")
        incident.closed_at = incident.opened_at + timedelta(hours=1)
        incident.save()
    page = coverage(client)
    assert page.count("The text is a log-in page.") == 3
    assert f'?show=past&amp;document={document.public_id}">All 5 past incidents</a>' in page
    assert "<b>5</b> past incidents" in page
    assert "5 incidents" in client.get(f"/incidents/?show=past&document={document.public_id}").content.decode()


def test_a_long_time_without_a_good_capture_is_said(client: Client) -> None:
    document = make_provision().document
    look(document, Outcome.UNCHANGED, day=8)
    look(document, Outcome.FAILED, day=20)
    look(document, Outcome.UNCHANGED, day=40)
    page = coverage(client)
    assert "Longest time without a good capture: 32 days" in page
    assert "9 June 2026" in page and "11 July 2026" in page


def test_unstable_pages_can_be_asked_for(client: Client) -> None:
    steady, flapping = make_provision().document, make_provision("Other text.").document
    make_version(flapping, "Yet another text.", captured_at=NOON)
    for day in range(1, 7):
        look(flapping, Outcome.RETURNED, day=day)
    page = coverage(client, "?show=unstable")
    assert flapping.public_id in page and steady.public_id not in page
    assert "<b>1</b> unstable page" in page and "1 document<" in page


def test_numbers_equal_the_lists_they_lead_to(client: Client) -> None:
    for number in range(3):
        document = make_provision(f"Text {number}.").document
    hold_capture(document)
    page = coverage(client)
    for address, number in re.findall(r'<li><a href="([^"]+)"><b>(\d+)</b>', page):
        shown = client.get(address).content.decode()
        assert shown.count("<tr") - shown.count("<thead><tr") == int(number), address


def test_a_platform_can_be_asked_for(client: Client) -> None:
    one, other = make_provision().document, make_provision("Other.").document
    page = coverage(client, f"?platform={one.platform.slug}")
    assert one.public_id in page and other.public_id not in page
    assert client.get("/coverage/?platform=none").status_code == 404
    assert client.get("/coverage/?show=none").status_code == 404


def test_it_costs_the_same_however_much_there_is(client: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            coverage(client)
        return len(captured)

    allow_publications_past_review()
    make_rows(1)
    before = queries()
    make_rows(4)
    assert queries() == before <= PAGE_QUERIES
