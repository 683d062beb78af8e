"""Assistants cite in the very words of the site: those of the citation files."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from atlas.models import Collection, Provision, Publication, sha256
from tests.atlas.assistants import answer
from tests.atlas.site_rows import allow_publications_past_review, make_catalogue, make_rows, publish, reword
from tests.factories import NOON, TRAINING_TEXT, make_document, make_platform, make_provision

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _past_review() -> None:
    allow_publications_past_review()
    make_catalogue()


@pytest.fixture
def provision() -> Provision:
    """Of an imported document, so that a citation has a licence to name."""
    collection = Collection.objects.create(key="c", name="Archive X", licence="ODC-BY 1.0", attribution="By X")
    return make_provision(document=make_document(make_platform("Acme"), collection=collection))


def cited_as(client: Client, address: str) -> str:
    """The citation that the page at ``address`` offers as a file."""
    return client.get(f"{address}citation.txt").content.decode().strip()


def agrees(client: Client, told: dict[str, Any], address: str) -> None:
    """The citation is the file's, and its own address is the permalink."""
    assert told["citation"] == cited_as(client, address)
    assert told["citation"].endswith(told["permalink"])
    assert client.get(urlsplit(told["permalink"]).path).status_code in (200, 410)


def test_a_provision(client: Client, provision: Provision) -> None:
    reword(provision, "We train on nothing.")
    address = provision.get_absolute_url()
    agrees(client, answer(client, "get_provision", id=provision.public_id), address)
    for asked in ({"words": "train"}, {"platform": "acme"}):
        (item,) = answer(client, "search_provisions", **asked)["items"]
        agrees(client, item, address)
    assert "By X (ODC-BY 1.0)" in cited_as(client, address)


def test_a_provision_that_was_removed(client: Client, provision: Provision) -> None:
    reword(provision, "We train on nothing.")
    Provision.objects.filter(pk=provision.pk).update(removed_at=NOON + timedelta(days=2), current_wording=None)
    told = answer(client, "get_provision", id=provision.public_id)
    agrees(client, told, provision.get_absolute_url())
    assert told["notices"][0].startswith("REMOVED")


def test_a_provision_without_an_archived_text_has_nothing_to_cite(client: Client) -> None:
    provision = Provision.objects.create(document=make_document(), title="Empty")
    told = answer(client, "get_provision", id=provision.public_id)
    assert (told["citation"], told["permalink"]) == ("", told["record"]["url"])


def test_an_analysis_names_who_approved_it(client: Client, provision: Provision) -> None:
    publication = publish(provision)
    told = answer(client, "get_publication", id=publication.public_id)
    agrees(client, told, publication.permalink)
    assert told["citation"].startswith("Ada Reviewer (Technology lawyer), approver, “Training on content")


@pytest.mark.parametrize("how", ["withdrawn", "retracted"])
def test_an_analysis_that_was_taken_back_is_cited_as_that(client: Client, provision: Provision, how: str) -> None:
    publication = publish(provision)
    note = {"withdrawn": "withdrawal_note", "retracted": "retraction_note"}[how]
    ended = {f"{how}_at": NOON + timedelta(days=9), note: "It was misread."}
    Publication.objects.filter(pk=publication.pk).update(**ended)
    told = answer(client, "get_publication", id=publication.public_id)
    agrees(client, told, publication.permalink)
    assert f"{how.title()} on 10 June 2026: It was misread" in told["citation"]


def test_an_analysis_whose_text_was_taken_back_later_is_cited_without_it(client: Client, provision: Provision) -> None:
    first = publish(provision)
    publish(provision, title="Another")
    again = publish(provision, revision_id=first.revision_id)
    ended = {"retracted_at": NOON + timedelta(days=9), "retraction_note": "It was misread."}
    Publication.objects.filter(pk=again.pk).update(**ended)
    told = answer(client, "get_publication", id=first.public_id)
    assert told["citation"].startswith("Retracted analysis, analysis of Acme, Privacy Policy")
    assert first.title not in str(told) and "Ada Reviewer" not in str(told)


def test_a_version_and_a_change(client: Client, provision: Provision) -> None:
    change = reword(provision, "We train on nothing.")
    version = change.capture.version
    assert version is not None
    agrees(client, answer(client, "get_version_text", id=version.public_id), version.get_absolute_url())
    by_day = {"document": provision.document.public_id, "day": "2026-12-31"}
    agrees(client, answer(client, "get_version_text", **by_day), version.get_absolute_url())
    (item,) = answer(client, "list_changes")["items"]
    agrees(client, item, change.get_absolute_url())


def test_what_a_checksum_belongs_to(client: Client, provision: Provision) -> None:
    publication = publish(provision)
    version, wording = answer(client, "verify_checksum", sha256=sha256(TRAINING_TEXT))["items"]
    agrees(client, version, publication.version.get_absolute_url())
    agrees(client, wording, provision.get_absolute_url())
    (found,) = answer(client, "verify_checksum", sha256=publication.content_sha256)["items"]
    agrees(client, found, publication.permalink)


def test_a_checksum_of_an_earlier_text_is_cited_as_that_text(client: Client, provision: Provision) -> None:
    first = publish(provision).version
    reword(provision, "We train on nothing.")
    _, wording = answer(client, "verify_checksum", sha256=sha256(TRAINING_TEXT))["items"]
    assert f"{provision.public_id} in {first.public_id}" in wording["citation"]


def test_long_lists_are_cited_with_no_more_queries(client: Client) -> None:
    def queries(name: str, **asked: Any) -> int:
        with CaptureQueriesContext(connection) as made:
            answer(client, name, limit=20, **asked)
        return len(made)

    def both() -> list[int]:
        return [queries("search_provisions"), queries("search_provisions", words="content"), queries("list_changes")]

    make_rows(2, provisions=1)
    before = both()
    make_rows(8, provisions=2)
    assert both() == before
    assert max(before) <= 8
