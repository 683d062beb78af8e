"""A citable unit of the law, and the approved analyses that cite it: from the law to the clauses it meets."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.atlas.site_rows import allow_publications_past_review, make_catalogue, make_rows, publish, reword
from tests.crawling import PAGE_QUERIES
from tests.factories import NOON, make_document, make_platform, make_provision

pytestmark = pytest.mark.django_db
ADDRESS = "/law/gdpr/gdpr-art-5-1-b/"


@pytest.fixture(autouse=True)
def _past_review() -> None:
    allow_publications_past_review()


def obligation(client: Client) -> str:
    answer = client.get(ADDRESS)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_it_says_what_the_unit_is_and_that_none_cites_it(client: Client) -> None:
    make_catalogue()
    page = obligation(client)
    assert "Art. 5(1)(b) · Purpose limitation" in page and "Data may not be further processed" in page
    assert "checked against the text of the law" in page and "25 May 2018" in page
    assert "No approved analysis cites it." in page and "0 approved analyses cite it" in page


def test_what_cites_it_comes_with_its_provision_and_platform(client: Client) -> None:
    make_catalogue()
    provision = make_provision(document=make_document(make_platform("Acme")))
    row = publish(provision)
    page = obligation(client)
    assert "1 approved analysis cites it" in page
    assert provision.get_absolute_url() in page and ">Acme</a>" in page and row.public_id in page


def test_an_analysis_of_an_earlier_text_is_marked(client: Client) -> None:
    make_catalogue()
    provision = make_provision()
    publish(provision)
    assert "Describes an earlier text" not in obligation(client)
    reword(provision, "Another text altogether.")
    assert "Describes an earlier text" in obligation(client)


def test_what_was_taken_down_or_superseded_is_not_listed(client: Client) -> None:
    make_catalogue()
    publish(make_provision(), title="Taken down", retracted_at=NOON + timedelta(days=9), retraction_note="Wrong.")
    page = obligation(client)
    assert "Taken down" not in page and "0 approved analyses" in page


def test_instruments_and_citations_lead_to_it(client: Client) -> None:
    make_catalogue()
    provision = make_provision()
    publish(provision)
    for address in ("/law/gdpr/", provision.get_absolute_url()):
        assert f'href="{ADDRESS}"' in client.get(address).content.decode()


def test_an_address_of_another_instrument_names_nothing(client: Client) -> None:
    make_catalogue()
    assert client.get("/law/none/gdpr-art-5-1-b/").status_code == 404
    assert client.get("/law/gdpr/none/").status_code == 404


def test_it_costs_the_same_however_much_there_is(client: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            obligation(client)
        return len(captured)

    make_rows(1)
    before = queries()
    make_rows(4, provisions=4)
    assert queries() == before <= PAGE_QUERIES
