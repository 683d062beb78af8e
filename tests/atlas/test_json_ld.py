"""JSON-LD: what the page says, no more, in a block that no text can close."""

import json
import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client

from atlas.models import Collection, Provision, Publication
from tests.atlas.site_rows import (
    QUOTE,
    allow_publications_past_review,
    make_catalogue,
    make_rows,
    publish,
    reword,
)
from tests.crawling import DATA_BLOCK
from tests.factories import NOON, make_document, make_platform, make_provision

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _past_review() -> None:
    allow_publications_past_review()
    make_catalogue()


def data(client: Client, address: str) -> list[dict[str, Any]]:
    """The descriptions on a page, and a check that each says who made it."""
    page = client.get(address).content.decode()
    (block,) = re.findall(re.escape(DATA_BLOCK) + r"(.*?)</script>", page, re.S)
    found = json.loads(block)
    found = found if isinstance(found, list) else [found]
    for row in found:
        assert row["@context"] == "https://schema.org"
        assert row["sdPublisher"] == {"@type": "Organization", "name": "Atlas"}
    return found


@pytest.fixture
def provision() -> Provision:
    collection = Collection.objects.create(key="c", name="Archive X", licence="ODC-BY 1.0", attribution="By X")
    return make_provision(document=make_document(make_platform("Acme"), collection=collection))


def test_home_describes_the_site_and_its_record(client: Client) -> None:
    site, dataset = data(client, "/")
    assert (site["@type"], dataset["@type"]) == ("WebSite", "Dataset")
    assert dataset["distribution"][0]["contentUrl"] == "http://localhost:8000/feeds/everything.atom"


def test_a_platform_is_named_with_its_documents(client: Client, provision: Provision) -> None:
    (page,) = data(client, provision.document.platform.get_absolute_url())
    assert page["about"] == {"@type": "Organization", "name": "Acme"}
    assert [part["identifier"] for part in page["hasPart"]] == [provision.document.public_id]


def test_a_text_is_a_quotation_of_the_platform_with_its_licence(client: Client, provision: Provision) -> None:
    (quotation,) = data(client, provision.get_absolute_url())
    assert quotation["@type"] == "Quotation"
    assert quotation["creator"]["name"] == "Acme"
    assert quotation["text"].startswith(QUOTE)
    assert quotation["license"] == "https://opendatacommons.org/licenses/by/1-0/"
    assert "author" not in quotation and "datePublished" not in quotation


@pytest.mark.parametrize("place", ["provision", "publication"])
def test_an_analysis_is_an_article_by_its_approver(client: Client, provision: Provision, place: str) -> None:
    row = publish(provision)
    article = data(client, provision.get_absolute_url() if place == "provision" else row.permalink)[-1]
    assert article["@type"] == "Article"
    assert article["author"] == [{"@type": "Person", "name": "Ada Reviewer", "jobTitle": "Technology lawyer"}]
    assert article["datePublished"] == "2026-06-02T12:00:00+00:00"
    assert article["citation"] == [
        {
            "@type": "Legislation",
            "name": "GDPR, Art. 5(1)(b)",
            "url": "http://localhost:8000/law/gdpr/gdpr-art-5-1-b/",
        }
    ]


@pytest.mark.parametrize("how", ["withdrawn", "retracted"])
def test_what_was_taken_back_is_described_as_that_alone(client: Client, provision: Provision, how: str) -> None:
    row = publish(provision)
    note = {"withdrawn": "withdrawal_note", "retracted": "retraction_note"}[how]
    Publication.objects.filter(pk=row.pk).update(**{f"{how}_at": NOON + timedelta(days=9), note: "Misread."})
    (article,) = data(client, row.permalink)
    assert article["creativeWorkStatus"] == f"{how.title()} on 10 June 2026: Misread"
    assert not {"headline", "author", "citation", "isBasedOn"} & set(article)
    assert len(data(client, provision.get_absolute_url())) == 1


def test_a_change_is_ours_and_dated_by_when_it_was_seen(client: Client, provision: Provision) -> None:
    change = reword(provision, "We train on nothing.")
    (article,) = data(client, change.get_absolute_url())
    assert article["author"]["name"] == "Atlas"
    assert article["datePublished"] == change.capture.captured_at.isoformat()


def test_names_and_texts_on_it_are_on_the_page_too(client: Client) -> None:
    provision = make_rows(1, provisions=1)[0]
    publication, change = provision.publications.get(), provision.changes.get()
    rows = (provision, provision.document.platform, change)
    for address in (*(row.get_absolute_url() for row in rows), publication.permalink):
        page = client.get(address).content.decode().partition("<body>")[2]
        visible = " ".join(unescape(re.sub(r"<[^>]+>", "", page)).split())
        for words in said(data(client, address)):
            assert " ".join(words.split()) in visible, (address, words)


def said(value: Any) -> list[str]:
    """What is said in words: names, headlines, texts, job titles. Not addresses, types and dates."""
    if isinstance(value, list):
        return [words for item in value for words in said(item)]
    if not isinstance(value, dict):
        return []
    own = [
        value[name] for name in ("name", "headline", "text", "jobTitle", "identifier", "correction") if name in value
    ]
    parts = [part.removeprefix("Modified: ") for part in own]
    return parts + [words for item in value.values() for words in said(item)]


def test_no_text_can_close_the_block(client: Client, provision: Provision) -> None:
    hostile = "</script><script>alert(1)</script><!-- <script> & \u2028\u2029 \u202e"
    Provision.objects.update(title=hostile)
    provision.refresh_from_db()
    change = reword(provision, f"{hostile} text", reasons=[hostile])
    row = publish(provision, title=hostile, approver=hostile, public_note=hostile)
    for address in (provision.get_absolute_url(), change.get_absolute_url(), row.permalink):
        page = client.get(address).content.decode()
        assert page.count("<script") == page.count("</script>") == page.count(DATA_BLOCK) == 1
        (block,) = re.findall(re.escape(DATA_BLOCK) + r"(.*?)</script>", page, re.S)
        assert not set(block) & set("<>&\u2028\u2029\u202e")
        assert any(hostile in words for words in said(data(client, address)))
