"""The lists of changes: one rewrite does not bury everything else, and nothing of it is hidden."""

import re

import pytest
from django.test import Client

from atlas.models import Change, ChangeCluster, Document
from tests.atlas.judging import many_sections, see
from tests.factories import make_document, make_platform

pytestmark = pytest.mark.django_db


@pytest.fixture
def terms() -> Document:
    """A policy with one change, and then terms with 62 changes of 70 provisions."""
    see(
        make_document(make_platform("Quillhaven"), name="Privacy Policy"), many_sections(9), many_sections(9, changed=1)
    )
    terms = make_document(make_platform("Marrowmint"), name="Terms of Service")
    see(terms, many_sections(70), many_sections(70), many_sections(70, changed=62))
    return terms


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def titles(words: str) -> int:
    return words.count('<p><a class="title"')


@pytest.mark.usefixtures("terms")
class TestARewrite:
    @pytest.mark.parametrize("address", ["/", "/changes/"])
    def test_it_is_one_entry_beside_the_others(self, client: Client, address: str) -> None:
        words = page(client, address)
        assert "Marrowmint · Terms of Service was rewritten: 62 of 70 provisions changed" in words
        assert titles(words) == 2
        assert "Quillhaven" in words

    def test_it_is_one_entry_of_its_platform_and_its_document(self, client: Client, terms: Document) -> None:
        for address in (terms.get_absolute_url(), terms.platform.get_absolute_url()):
            words = page(client, address)
            assert titles(words.split("What changed")[1]) == 1
            assert "62 substantive changes" in words

    def test_the_list_counts_all_its_changes_and_leads_to_each(self, client: Client) -> None:
        words = page(client, "/changes/")
        assert "63 changes" in words
        behind = re.search(r'href="(/changes/\?with=AT-C-\d+)"', words)
        assert behind is not None
        first = page(client, behind[1])
        assert "62 changes" in first and titles(first) == 50
        following = re.search(r'href="(\?[^"]*after=[^"]*)" rel="next"', first)
        assert following is not None
        assert titles(page(client, "/changes/" + following[1].replace("&amp;", "&"))) == 12

    def test_all_differences_are_listed_one_by_one(self, client: Client) -> None:
        assert titles(page(client, "/changes/?show=all")) == 50

    def test_a_change_of_it_leads_to_the_rest(self, client: Client) -> None:
        cluster = ChangeCluster.objects.get()
        change = cluster.changes.earliest("pk")
        words = page(client, change.get_absolute_url())
        assert f'/changes/?with={change.public_id}&amp;show=all">All 62 changes of this capture' in words


@pytest.mark.usefixtures("terms")
def test_no_such_change_is_no_list(client: Client) -> None:
    for wrong in ("AT-C-999999", "1", "AT-D-000001", "x%00"):
        assert client.get(f"/changes/?with={wrong}").status_code == 404


def test_a_document_shows_its_latest_past_incidents_and_leads_to_all(client: Client, terms: Document) -> None:
    for _ in range(6):
        see(terms, "Access denied", many_sections(70, changed=62))
    assert Change.objects.filter(document=terms).count() == 62
    words = page(client, terms.get_absolute_url())
    address = f"/incidents/?show=past&document={terms.public_id}"
    assert f'href="{address.replace("&", "&amp;")}">All 6 past incidents' in words
    assert words.count("The text has only") == 5
    assert page(client, address).split("<tbody>")[1].count("<tr>") == 6


def test_a_page_that_flaps_says_so_and_one_that_returned_once_does_not(client: Client) -> None:
    restless, calm = make_document(name="Terms of Service"), make_document(name="Privacy Policy")
    see(restless, *[many_sections(12), many_sections(12, changed=1)] * 4)
    see(calm, many_sections(12), many_sections(12, changed=1), many_sections(12))
    words = page(client, restless.get_absolute_url())
    assert "Unstable page" in words and "6 times</a>, 6 of them within 14 days" in words
    assert "Unstable page" not in page(client, calm.get_absolute_url())


def test_many_cosmetic_changes_of_a_provision_are_folded(client: Client) -> None:
    texts = [f"## Help\n\nWe keep your Content for 30 days, as [this page](/help/{n}) says. " * 6 for n in range(6)]
    terms = make_document()
    see(terms, *texts)
    provision = terms.provisions.get()
    assert "5 cosmetic changes, " in page(client, provision.get_absolute_url())


def test_of_many_versions_the_newest_are_shown_and_all_are_a_link_away(client: Client, terms: Document) -> None:
    see(terms, *[many_sections(70, changed=1, days=days) for days in range(31, 50)])
    words = page(client, terms.get_absolute_url())
    total, latest = terms.versions.count(), terms.versions.latest("number")
    assert f'<a href="{terms.get_absolute_url()}versions/">All {total} versions</a>' in words
    assert f'<a href="{latest.get_absolute_url()}">Version {total}</a>' in words
    assert ">Version 1</a>" not in words
