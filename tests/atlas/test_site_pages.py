"""The pages of the public site: what they show, that they hold what they promise, and what they cost."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from atlas.models import (
    Capture,
    Change,
    Collection,
    Obligation,
    Platform,
    Provision,
    Publication,
    Snapshot,
    Version,
)
from tests.atlas.site_rows import allow_publications_past_review, hold_capture, make_rows, publish, reword
from tests.crawling import DATA_BLOCK, PAGE_QUERIES
from tests.factories import NOON, make_document, make_platform, make_provision

pytestmark = pytest.mark.django_db

LISTS = ("/", "/platforms/", "/documents/", "/provisions/", "/publications/", "/changes/", "/changes/?show=all",
         "/incidents/", "/incidents/?show=past", "/upcoming/", "/upcoming/?show=recent", "/coverage/", "/corrections/",
         "/topics/", "/law/", "/methodology/", "/about/")  # fmt: skip


@pytest.fixture(autouse=True)
def _past_review() -> None:
    allow_publications_past_review()


def body(client: Client, address: str, *, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, address
    return str(response.content.decode())


def addresses_of_every_kind() -> list[str]:
    provision = Provision.objects.order_by("pk")[0]
    document = provision.document
    return [
        *LISTS,
        document.platform.get_absolute_url(),
        document.get_absolute_url(),
        f"{document.get_absolute_url()}captures/",
        f"{document.get_absolute_url()}versions/",
        Version.objects.order_by("pk")[0].get_absolute_url(),
        provision.get_absolute_url(),
        Publication.objects.order_by("pk")[0].permalink,
        Change.objects.order_by("pk")[0].get_absolute_url(),
        "/topics/training-user-content/",
        "/law/gdpr/",
        "/law/gdpr/gdpr-art-5-1-b/",
        "/publications/?obligation=gdpr-art-5-1-b",
        "/publications/?instrument=gdpr",
        f"/provisions/?platform={document.platform.slug}&topic=training-user-content",
    ]


@pytest.mark.parametrize("address", LISTS)
def test_every_list_says_something_when_there_is_nothing(client: Client, address: str) -> None:
    assert "<h1>" in body(client, address)


def test_no_page_needs_more_queries_when_there_is_more_to_show(client: Client) -> None:
    make_rows(2, provisions=2)
    before = {address: _queries(client, address) for address in addresses_of_every_kind()}
    make_rows(4, provisions=5)
    assert {address: _queries(client, address) for address in before} == before
    assert max(before.values()) <= PAGE_QUERIES


def _queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    return len(captured)


def test_numbers_on_the_home_page_equal_the_lists_they_lead_to(client: Client) -> None:
    provision = make_rows(3)[0]
    Provision.objects.filter(pk=provision.pk).update(removed_at="2026-07-01T00:00Z")
    numbers = re.findall(r'<li><a href="(/[a-z]+/)"><b>(\d+)</b>', body(client, "/"))
    assert len(numbers) == 6
    for address, number in numbers:
        page = body(client, address)
        stated = re.search(r"(\d+) (?:platform|document|provision|analys|change|incident)", page)
        assert stated and stated[1] == number, address
        assert _rows_of(page) == int(number), address


def _rows_of(page: str) -> int:
    table = re.search(r"<tbody>(.*?)</tbody>", page, re.S)
    return table[1].count("<tr>") if table else page.count('<p><a class="title"')


def test_numbers_of_a_platform_equal_the_lists_they_lead_to(client: Client) -> None:
    make_rows(2)
    row = re.search(r"<tr>(.*?)</tr>", body(client, "/platforms/").split("<tbody>")[1], re.S)
    assert row is not None
    numbers = re.findall(r'<a href="(/[a-z]+/\?platform=[^"]+)">(\d+)</a>', row[1])
    assert len(numbers) == 5
    for address, number in numbers:
        assert _rows_of(body(client, address)) == int(number), address


def test_the_number_of_analyses_that_cite_a_law_equals_their_list(client: Client) -> None:
    make_rows(2)
    page = body(client, "/law/gdpr/")
    assert "6 analyses cite it" in page
    assert _rows_of(body(client, "/publications/?obligation=gdpr-art-5-1-b")) == 6
    assert ">6</a>" in body(client, "/law/")


def test_long_lists_go_on_without_losing_or_repeating_a_row(client: Client) -> None:
    document = make_document()
    made = {make_provision(f"Text number {n}.", document=document).public_id for n in range(120)}
    seen: list[str] = []
    address = "/provisions/"
    while address:
        page = body(client, address)
        seen += re.findall(r'class="id muted">(AT-P-\d+)', page)
        following = re.search(r'href="(\?[^"]*after=[^"]*)" rel="next"', page)
        address = "/provisions/" + following[1].replace("&amp;", "&") if following else ""
    assert len(seen) == 120
    assert set(seen) == made


@pytest.mark.parametrize(
    "address",
    [
        "/nothing/",
        "/provisions/AT-P-999999/",
        "/provisions/AT-C-000001/",
        "/provisions/%00/",
        "/versions/AT-V-999999999999/",
        "/changes/1/",
        "/publications/AT-A-000000/",
        "/platforms/none/",
        "/platforms/none/none/",
        "/topics/none/",
        "/law/none/",
        "/provisions/?platform=none",
        "/provisions/?topic=%00",
        "/provisions/?after=nonsense",
        "/changes/?after=WyJhIiwgMV0",
        "/changes/?show=drafts",
        "/publications/?exposure=huge",
        "/publications/?obligation=none",
    ],
)
def test_what_does_not_exist_is_a_friendly_404(client: Client, address: str) -> None:
    assert "There is no such page" in body(client, address, status=404)


def test_the_picture_that_browsers_ask_for_by_themselves_is_there(client: Client) -> None:
    response = client.get("/favicon.ico")
    assert response.status_code == 302
    assert response["Location"].endswith(".svg")


def test_readers_get_no_cookie_no_script_and_nothing_from_elsewhere(client: Client) -> None:
    make_rows(1)
    for address in addresses_of_every_kind():
        response = client.get(address)
        page = response.content.decode()
        assert not response.cookies
        assert "Cookie" not in response.headers.get("Vary", "")
        assert response.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        assert not re.search(
            r"<script|<style|\bstyle=|\bon[a-z]+=|(?:src|href)=\"(?:https?:)?//[^\"]*\.(?:css|js)",
            page.replace(DATA_BLOCK, ""),
        )


def test_a_page_is_only_read(client: Client) -> None:
    assert client.post("/changes/").status_code == 405


def test_a_sample_platform_says_so_wherever_it_is_shown(client: Client) -> None:
    make_rows(1)
    Platform.objects.update(is_sample=True, name="Nimbus")
    silent = {
        "/upcoming/",
        "/upcoming/?show=recent",
        "/corrections/",
        "/topics/",
        "/law/",
        "/methodology/",
        "/about/",
        "/incidents/?show=past",
    }
    for address in set(addresses_of_every_kind()) - silent:
        assert "Nimbus is fictional" in body(client, address).replace("\n", " "), address


def test_every_page_of_a_platform_says_that_we_are_not_affiliated_with_it(client: Client) -> None:
    provision = make_rows(1)[0]
    name = provision.document.platform.name
    for row in (provision, provision.document, provision.document.platform):
        assert f"not affiliated with, endorsed by, or sponsored by {name}" in body(client, row.get_absolute_url())


def test_a_capture_problem_is_shown_on_every_page_it_concerns(client: Client) -> None:
    provision = make_provision()
    document = provision.document
    assert "Every document we watch was captured" in body(client, "/incidents/")
    hold_capture(document, "Please log in to go on.")
    for address in (document.platform.get_absolute_url(), document.get_absolute_url(), provision.get_absolute_url()):
        page = body(client, address)
        assert "Not captured since" in page
        assert "The text is a log-in page." in page
        assert "Please log in to go on." not in page
    assert "The text is a log-in page." in body(client, "/incidents/")


def test_a_document_lists_its_provisions_in_order_with_the_state_of_their_analysis(client: Client) -> None:
    document = make_document(make_platform("Acme"), standing="commitment")
    second = make_provision("Second text.", document=document, title="Second")
    first = make_provision("First text.", document=document, title="First")
    Provision.objects.filter(pk=second.pk).update(ordinal=2)
    publish(first)
    page = body(client, document.get_absolute_url())
    assert page.index(">First</a>") < page.index(">Second</a>")
    assert "High exposure" in page
    assert "Not yet analysed" in page
    assert "This page is not itself a contract" in page


def test_a_version_shows_its_text_with_an_anchor_for_each_provision_and_its_hash(client: Client) -> None:
    provision = make_provision("# Title\n\n* one <b>\n* two")
    version = Version.objects.get()
    page = body(client, version.get_absolute_url())
    assert f'id="{provision.public_id}"' in page
    assert "# Title\n\n* one &lt;b&gt;\n* two" in page
    assert version.snapshot.sha256 in page


def test_a_change_shows_words_before_and_after_and_why_it_counts(client: Client) -> None:
    provision = make_provision("We keep it for 30 days.")
    change = reword(provision, "We keep it for 90 days.", reasons=["A period changed: 30 became 90 days."])
    page = body(client, change.get_absolute_url())
    assert re.search(r"<del>.* 30<", page)
    assert re.search(r"<ins>.* 90<", page)
    assert "A period changed: 30 became 90 days." in page
    assert "Version 1</a>" in page
    assert "Version 2</a>" in page


def test_the_list_of_changes_leaves_out_cosmetic_ones_and_returns_unless_asked(client: Client) -> None:
    provision = make_provision("One.")
    reword(provision, "Two.", significance="cosmetic")
    reword(provision, "Three.", is_return=True)
    assert "No such change is recorded" in body(client, "/changes/")
    assert "2 changes" in body(client, "/changes/?show=all")


def test_a_law_that_does_not_apply_yet_says_so(client: Client) -> None:
    make_rows(1, provisions=1)
    Obligation.objects.update(applies_from="2999-01-01")
    page = body(client, "/law/gdpr/")
    assert "Not yet applicable" in page
    assert "1 January 2999" in page
    assert "checked against the text of the law" in page


def test_pages_of_things_that_are_still_empty_say_what_to_expect(client: Client) -> None:
    document = make_document()
    assert "Not captured" not in body(client, document.get_absolute_url())
    assert "No provision is in force" in body(client, document.get_absolute_url())
    assert "has not been captured yet" in body(client, f"{document.get_absolute_url()}captures/")
    assert "No analysis of" in body(client, document.platform.get_absolute_url())
    assert "No document of" in body(client, make_platform().get_absolute_url())
    provision = Provision.objects.create(document=document, title="Without a text")
    assert "No text of this provision is archived" in body(client, provision.get_absolute_url())


def test_a_document_that_is_imported_carries_licence_and_attribution(client: Client) -> None:
    collection = Collection.objects.create(
        key="c", name="Demo versions", licence="ODbL 1.0", attribution="© Demo contributors"
    )
    document = make_document()
    snapshot = Snapshot.objects.create(sha256="0" * 64, text="Text.")
    version = Version.objects.create(
        document=document, number=1, snapshot=snapshot, folded_sha256="0" * 64, first_captured_at=NOON
    )
    Capture.objects.create(
        document=document, sequence=1, captured_at=NOON, outcome="first", snapshot=snapshot, version=version,
        collection=collection, source_ref="a1b2c3",
    )  # fmt: skip
    page = body(client, version.get_absolute_url())
    for words in ("imported from Demo versions", "ODbL 1.0", "© Demo contributors", "a1b2c3"):
        assert words in page
