"""The register of corrections: whoever cited an analysis finds what became of it, and nothing taken down returns."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.atlas.site_rows import allow_publications_past_review, make_rows, publish
from tests.crawling import PAGE_QUERIES
from tests.factories import NOON, make_provision

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=20)


@pytest.fixture(autouse=True)
def _past_review() -> None:
    allow_publications_past_review()


def register(client: Client, query: str = "") -> str:
    answer = client.get(f"/corrections/{query}")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_it_says_so_when_nothing_was_corrected(client: Client) -> None:
    publish(make_provision())
    page = register(client)
    assert "0 entries" in page and "No analysis has been corrected, withdrawn or retracted so far." in page


def test_a_correction_says_what_it_corrects_who_approved_it_and_what_it_replaced(client: Client) -> None:
    provision = make_provision()
    before = publish(provision)
    after = publish(provision, public_note="The opt-out is in the settings.", approver="Grace Second")
    page = register(client)
    assert "The opt-out is in the settings." in page
    assert "Grace Second, Technology lawyer" in page
    assert f'Took the place of <a class="id" href="{before.permalink}">' in page
    assert "It stands now." in page and after.title in page


def test_a_correction_that_was_replaced_leads_to_what_stands(client: Client) -> None:
    provision = make_provision()
    publish(provision)
    publish(provision, public_note="A period was wrong.")
    newest = publish(provision)
    assert f'Now stands <a class="id" href="{newest.permalink}">' in register(client)


@pytest.mark.parametrize("kind", ["withdrawn", "retracted"])
def test_what_was_taken_down_has_its_reason_and_none_of_its_words(client: Client, kind: str) -> None:
    note = {"withdrawn": {"withdrawal_note": "It read a superseded annex."},
            "retracted": {"retraction_note": "It read a superseded annex."}}[kind]  # fmt: skip
    row = publish(
        make_provision(),
        title="A title to forget",
        public_note="What it once corrected.",
        **{f"{kind}_at": LATER},
        **note,
    )
    page = register(client)
    assert kind.capitalize() in page and "It read a superseded annex." in page and row.public_id in page
    assert "Nothing has taken its place" in page
    assert "A title to forget" not in page and "What it once corrected." not in page
    assert row.summary[:30] not in page


def test_each_kind_can_be_asked_for_and_is_counted(client: Client) -> None:
    publish(make_provision(), public_note="A period was wrong.")
    for reason in ("First reason.", "Second reason."):
        publish(make_provision(f"Another text. {reason}"), withdrawn_at=LATER, withdrawal_note=reason)
    assert "3 entries" in register(client)
    page = register(client, "?show=withdrawn")
    assert "2 entries" in page and page.count('<li id="AT-A-') == 2 and "A period was wrong." not in page
    assert "1 entry" in register(client, "?show=corrected")
    assert "No analysis has been retracted so far." in register(client, "?show=retracted")
    assert client.get("/corrections/?show=secret").status_code == 404


def test_the_latest_comes_first_and_long_registers_are_paged(client: Client) -> None:
    document = make_provision().document
    for number in range(52):
        provision = make_provision(f"Text {number}.", document=document)
        publish(provision, withdrawn_at=LATER + timedelta(days=number), withdrawal_note=f"Reason {number}.")
    first = register(client)
    assert first.index("Reason 51.") < first.index("Reason 50.") and "Reason 1." not in first
    following = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    assert "Reason 1." in register(client, following) and "Reason 2." not in register(client, following)


def test_it_costs_the_same_however_much_there_is(client: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            register(client)
        return len(captured)

    for row in make_rows(1):
        publish(row, public_note="A number was wrong.")
    before = queries()
    for row in make_rows(3):
        publish(row, public_note="A number was wrong.")
    assert queries() == before <= PAGE_QUERIES
