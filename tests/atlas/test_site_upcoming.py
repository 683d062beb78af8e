"""When texts say that they take effect: what lies ahead and what lately did, each with the words that say it."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from atlas.models import Capture, DateKind, Document, Outcome, StatedDate, Version
from tests.crawling import PAGE_QUERIES
from tests.factories import NOON, make_document, make_version

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _noon() -> object:
    with time_machine.travel(NOON, tick=False):  # 1 June 2026
        yield


def upcoming(client: Client, query: str = "") -> str:
    answer = client.get(f"/upcoming/{query}")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def stating(value: str, *, of: Document | None = None, kind: str = DateKind.EFFECTIVE) -> Version:
    """A version whose text states ``value`` as its effective date."""
    document = of or make_document()
    quote = f"Takes effect: {value}."
    version, _ = make_version(document, f"Terms. {quote} More & more.")
    StatedDate.objects.create(version=version, kind=kind, value=value, start=7, end=7 + len(quote))
    return version


def test_it_says_so_when_no_text_states_a_date_ahead(client: Client) -> None:
    stating("2026-06-01")
    page = upcoming(client)
    assert "0 dates" in page and "No text that stands states an effective date that lies ahead." in page


def test_a_date_ahead_comes_with_its_words_and_its_version(client: Client) -> None:
    version = stating("2026-06-15")
    page = upcoming(client)
    assert "15 June 2026" in page and "in 14 days" in page and "Not yet in effect" in page
    assert "Takes effect: 2026-06-15." in page and "More &amp; more" not in page
    assert version.get_absolute_url() in page and version.document.platform.name in page


def test_a_month_without_a_day_is_shown_as_no_more_than_that(client: Client) -> None:
    stating("2026-07")
    page = upcoming(client)
    assert "July 2026" in page and "1 July 2026" not in page and "days<" not in page


def test_the_next_date_comes_first(client: Client) -> None:
    for value in ("2026-12", "2026-06-20", "2026-07-01"):
        stating(value)
    page = upcoming(client)
    assert page.index("20 June 2026") < page.index("1 July 2026") < page.index("December 2026")


def test_lately_taken_effect_is_a_list_of_its_own(client: Client) -> None:
    for value in ("2026-06-01", "2026-04-02", "2025-01-01", "2026-09-09"):
        stating(value)
    assert "2 texts that lately took effect" in upcoming(client)
    page = upcoming(client, "?show=recent")
    assert "2 dates" in page and page.index("1 June 2026") < page.index("2 April 2026")
    assert "9 September 2026" not in page and "1 January 2025" not in page and "1 date ahead" in page


def test_dates_of_a_text_that_was_replaced_or_of_an_update_are_not_shown(client: Client) -> None:
    replaced = stating("2026-08-08")
    make_version(replaced.document, "New terms.", captured_at=NOON + timedelta(days=1))
    stating("2026-08-09", kind=DateKind.UPDATED)
    assert "0 dates" in upcoming(client)


def test_a_held_capture_does_not_take_a_date_away(client: Client) -> None:
    document = stating("2026-08-08").document
    Capture.objects.create(document=document, sequence=2, captured_at=NOON, outcome=Outcome.FAILED)
    assert "8 August 2026" in upcoming(client)


def test_it_costs_the_same_however_much_there_is(client: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            upcoming(client)
        return len(captured)

    stating("2026-06-15")
    before = queries()
    for day in range(10, 30):
        stating(f"2026-07-{day}")
    assert queries() == before <= PAGE_QUERIES
