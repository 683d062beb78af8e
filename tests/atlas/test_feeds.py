"""Atom feeds: what the pages announce, by names that never change; what was taken back stays only as that."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from atlas.config import Config, describe
from atlas.models import Change, Collection, Document, Platform, Provision, Publication, Topic
from tests.atlas.judging import many_sections, see
from tests.atlas.site_rows import allow_publications_past_review, make_catalogue, make_rows, publish, reword
from tests.crawling import PAGE_QUERIES
from tests.factories import NOON, TRAINING_TEXT, make_document, make_platform, make_provision

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"
ALL = ("/feeds/everything.atom", "/feeds/changes.atom", "/feeds/analyses.atom")


@pytest.fixture(autouse=True)
def _past_review() -> None:
    allow_publications_past_review()


@pytest.fixture
def provision() -> Provision:
    make_catalogue()
    provision = make_provision(document=make_document(make_platform("Acme")), topics=("training-user-content",))
    reword(provision, f"{TRAINING_TEXT.replace('30', '90')}")
    return provision


def feed(client: Client, address: str = ALL[0]) -> ElementTree.Element:
    response = client.get(address)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    return ElementTree.fromstring(response.content)


def entries(client: Client, address: str = ALL[0]) -> list[ElementTree.Element]:
    return feed(client, address).findall(f"{ATOM}entry")


def said(element: ElementTree.Element, name: str) -> str:
    return element.findtext(f"{ATOM}{name}") or ""


def titles(client: Client, address: str) -> list[str]:
    return [said(entry, "title") for entry in entries(client, address)]


def scoped(provision: Provision) -> tuple[str, ...]:
    document = provision.document
    return (
        f"/feeds/platforms/{document.platform.slug}.atom",
        f"/feeds/documents/{document.public_id}.atom",
        "/feeds/topics/training-user-content.atom",
    )


class TestEveryFeedKeepsTheRulesOfAtom:
    """RFC 4287, section 4.1: what feeds and entries must have, once, and in the form that it must have."""

    def check(self, client: Client, address: str) -> None:
        root = feed(client, address)
        assert root.tag == f"{ATOM}feed"
        ids = [said(root, "id"), *(said(entry, "id") for entry in root.findall(f"{ATOM}entry"))]
        assert len(set(ids)) == len(ids) and all(name.startswith("tag:localhost,2026:") for name in ids)
        assert root.findtext(f"{ATOM}author/{ATOM}name") == "Atlas"
        assert self.link(root, "self") == f"http://localhost:8000{address}"
        for element in (root, *root.findall(f"{ATOM}entry")):
            for name in ("id", "title", "updated"):
                assert len(element.findall(f"{ATOM}{name}")) == 1 and said(element, name)
            assert datetime.fromisoformat(said(element, "updated")).tzinfo is not None
            alternate = urlsplit(self.link(element, "alternate"))
            assert client.get(alternate.path).status_code in (200, 410)
        for entry in root.findall(f"{ATOM}entry"):
            assert said(entry, "content")
            assert said(root, "updated") >= said(entry, "updated")

    def link(self, element: ElementTree.Element, rel: str) -> str:
        (found,) = [row.attrib["href"] for row in element.findall(f"{ATOM}link") if row.attrib["rel"] == rel]
        return found

    def test_with_changes_and_analyses(self, client: Client, provision: Provision) -> None:
        publish(provision)
        ended = publish(provision)
        Publication.objects.filter(pk=ended.pk).update(retracted_at=NOON + timedelta(days=30))
        for address in (*ALL, *scoped(provision)):
            self.check(client, address)
            assert entries(client, address)

    def test_without_an_entry(self, client: Client) -> None:
        for address in ALL:
            self.check(client, address)
            assert not entries(client, address)

    def test_with_hostile_names_and_texts(self, client: Client, provision: Provision) -> None:
        hostile = "]]></title><script>&\x02\ufffe\u202e"
        Platform.objects.update(name=hostile)
        Provision.objects.update(title=hostile)
        reword(provision, hostile, reasons=[hostile])
        publish(provision, title=hostile, summary=f"“{hostile}” {hostile}", approver=hostile)
        for address in (*ALL, *scoped(provision)):
            self.check(client, address)
            assert "<script" not in "".join(said(entry, "content") for entry in entries(client, address))


class TestChanges:
    def test_the_same_are_told_as_on_the_page(self, client: Client, provision: Provision) -> None:
        reword(provision, "A comma, more.", significance="cosmetic")
        reword(provision, TRAINING_TEXT + " ", is_return=True)
        assert titles(client, "/feeds/changes.atom") == ["Modified: Use of content · Acme, Privacy Policy"]
        (entry,) = entries(client, "/feeds/changes.atom")
        assert "<del>" in said(entry, "content") and "90" in said(entry, "content")
        assert "A number changed." in said(entry, "content")

    def test_its_two_dates_are_when_it_was_seen_and_when_it_was_recorded(
        self, client: Client, provision: Provision
    ) -> None:
        change = Change.objects.get()
        (entry,) = entries(client, "/feeds/changes.atom")
        assert datetime.fromisoformat(said(entry, "published")) == change.capture.captured_at
        assert datetime.fromisoformat(said(entry, "updated")) == change.capture.recorded_at

    def test_a_rewrite_is_one_entry(self, client: Client) -> None:
        see(make_document(make_platform("Marrowmint")), many_sections(70), many_sections(70, changed=62))
        (title,) = titles(client, "/feeds/changes.atom")
        assert title.startswith("Rewritten: Marrowmint") and "62 of 70 provisions changed" in title

    def test_imported_texts_carry_their_licence(self, client: Client, provision: Provision) -> None:
        collection = Collection.objects.create(key="c", name="Archive X", licence="ODC-BY 1.0", attribution="By X")
        Document.objects.update(collection=collection)
        (entry,) = entries(client, "/feeds/changes.atom")
        assert said(entry, "rights") == "Text: By X ODC-BY 1.0"


class TestAnalyses:
    def test_each_names_who_approved_it_and_in_which_role(self, client: Client, provision: Provision) -> None:
        row = publish(provision)
        row.approvals.create(name="Bea Second", role="Editor", approved_at=NOON + timedelta(days=3))
        (entry,) = entries(client, "/feeds/analyses.atom")
        names = [author.text for author in entry.findall(f"{ATOM}author/{ATOM}name")]
        assert names == ["Ada Reviewer, Technology lawyer", "Bea Second, Editor"]
        assert said(entry, "title") == "Analysis: Training on content, with an opt-out · Acme, Privacy Policy"

    def test_its_summary_tells_quotes_law_and_interpretation_apart(self, client: Client, provision: Provision) -> None:
        publish(provision, summary="It states “30 days” [@gdpr-art-5-1-b]. That may be short.")
        (entry,) = entries(client, "/feeds/analyses.atom")
        assert "<p>It states “30 days” [GDPR, Art. 5(1)(b)]. ◇ That may be short.</p>" in said(entry, "content")

    def test_what_is_made_up_is_called_a_sample(self, client: Client, provision: Provision) -> None:
        Platform.objects.update(is_sample=True)
        publish(provision)
        for entry in entries(client):
            assert said(entry, "title").endswith("Acme (sample), Privacy Policy")
            assert "Sample data: the platform is fictional." in said(entry, "content")

    def test_a_correction_is_an_entry_of_its_own(self, client: Client, provision: Provision) -> None:
        first = publish(provision)
        second = publish(provision, public_note="The period was misread.")
        assert titles(client, "/feeds/analyses.atom")[0].startswith("Correction: ")
        newest, oldest = entries(client, "/feeds/analyses.atom")
        assert said(newest, "id").endswith(second.public_id) and said(oldest, "id").endswith(first.public_id)
        assert "The period was misread." in said(newest, "content")
        assert "Superseded by a later analysis" in said(oldest, "content")

    @pytest.mark.parametrize("how", ["withdrawn", "retracted"])
    def test_what_was_taken_back_comes_again_and_has_only_the_note(
        self, client: Client, provision: Provision, how: str
    ) -> None:
        row, other = publish(provision), publish(provision)
        (before,) = [said(entry, "id") for entry in entries(client) if said(entry, "id").endswith(row.public_id)]
        note = {"withdrawn": "withdrawal_note", "retracted": "retraction_note"}[how]
        at = NOON + timedelta(days=9)
        Publication.objects.filter(pk=row.pk).update(**{f"{how}_at": at, note: "The quote was misread."})
        entry = entries(client, "/feeds/analyses.atom")[0]
        assert said(entry, "id") == before
        assert said(entry, "title") == f"{how.title()}: analysis {row.public_id} · Acme, Privacy Policy"
        assert said(entry, "content") == f"<p>{how.title()} on 10 June 2026: The quote was misread.</p>"
        assert datetime.fromisoformat(said(entry, "updated")) == at
        assert not entry.findall(f"{ATOM}author")
        assert other.title in titles(client, "/feeds/analyses.atom")[1]


def test_names_stay_when_titles_slugs_and_the_address_of_the_site_change(
    client: Client, provision: Provision, settings: Any
) -> None:
    publish(provision)

    def names() -> list[str]:
        document = Document.objects.select_related("platform").get()
        addresses = (*ALL, f"/feeds/platforms/{document.platform.slug}.atom", *scoped(provision)[1:])
        roots = [feed(client, address) for address in addresses]
        return [element.text or "" for root in roots for element in root.iter(f"{ATOM}id")]

    before = names()
    Platform.objects.update(name="Renamed", slug="renamed")
    Document.objects.update(name="Renamed", slug="renamed")
    Provision.objects.update(title="Renamed")
    Topic.objects.update(name="Renamed")
    settings.BASE_URL = "https://elsewhere.example"
    assert names() == before


def test_a_scope_has_nothing_of_others(client: Client, provision: Provision) -> None:
    other = make_provision("Other words.", document=make_document(make_platform("Other")), title="Else")
    reword(other, "Quite other words.")
    publish(other, title="Of others", topics=["arbitration"])
    assert len(titles(client, ALL[0])) == 3
    for address in scoped(provision):
        assert titles(client, address) == ["Modified: Use of content · Acme, Privacy Policy"]


class TestNotAskingTwice:
    def test_what_did_not_change_is_not_sent_again(self, client: Client, provision: Provision) -> None:
        publish(provision)
        first = client.get(ALL[0])
        for name, value in (("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified")):
            again = client.get(ALL[0], headers={name: first.headers[value]})
            assert (again.status_code, again.content) == (304, b"")
        assert "must-revalidate" in first.headers["Cache-Control"]

    def test_a_withdrawal_is(self, client: Client, provision: Provision) -> None:
        row = publish(provision, published_at=NOON + timedelta(days=3650))
        first = client.get(ALL[0])
        Publication.objects.filter(pk=row.pk).update(withdrawn_at=NOON + timedelta(days=3651))
        for name, value in (("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified")):
            assert client.get(ALL[0], headers={name: first.headers[value]}).status_code == 200


class TestFindingThem:
    def test_pages_name_their_feed(self, client: Client, provision: Provision) -> None:
        publish(provision)
        platform, document, topic = scoped(provision)
        for page, address in (
            ("/", ALL[0]),
            ("/changes/", ALL[1]),
            ("/publications/", ALL[2]),
            (provision.document.platform.get_absolute_url(), platform),
            (provision.document.get_absolute_url(), document),
            (provision.get_absolute_url(), document),
            ("/topics/training-user-content/", topic),
        ):
            head = client.get(page).content.decode().partition("</head>")[0]
            assert f'href="{address}"' in head, page

    def test_a_page_lists_them_and_says_what_identifiers_begin_with(self, client: Client, provision: Provision) -> None:
        page = client.get("/feeds/").content.decode()
        platform, _, topic = scoped(provision)
        for address in (*ALL, platform, topic):
            assert f'href="{address}"' in page
        assert "tag:localhost,2026:" in page

    def test_unknown_scopes_are_not_found(self, client: Client) -> None:
        for address in ("platforms/nobody", "documents/AT-D-999999", "documents/x", "topics/nothing"):
            assert client.get(f"/feeds/{address}.atom").status_code == 404


def test_the_number_of_queries_does_not_grow(client: Client) -> None:
    numbers = []
    for _ in range(2):
        make_rows(3)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(ALL[0])
        numbers.append(len(queries))
    assert numbers[0] == numbers[1] <= PAGE_QUERIES


@pytest.mark.parametrize("wrong", ["atlas.example", "2026,atlas.example", "Atlas.example,2026", "a b,2026", "x,26"])
def test_an_authority_that_is_none_is_refused_at_the_start(monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    from pydantic import ValidationError

    monkeypatch.setenv("ATLAS_TAG_AUTHORITY", wrong)
    with pytest.raises(ValidationError) as refused:
        Config()
    assert "ATLAS_TAG_AUTHORITY: Value error, should be a host name and a date" in describe(refused.value)
