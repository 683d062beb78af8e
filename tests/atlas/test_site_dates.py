"""Four dates kept apart, three hashes with their meaning, licence and siblings: what pages say of a text's record."""

import datetime
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from atlas.archive.collections.registering import LICENCES
from atlas.archive.record.dating import record_stated_dates
from atlas.archive.texts.fingerprints import fingerprint_sha256
from atlas.models import Collection, Document, Snapshot, StatedDate, Version
from atlas.site.dates import dates_of
from atlas.templatetags.atlas_site import licence_link
from tests.atlas.site_rows import allow_publications_past_review, hold_capture, make_catalogue, publish, reword
from tests.crawling import PAGE_QUERIES
from tests.factories import NOON, add_wording, make_document, make_platform, make_provision, make_version

pytestmark = pytest.mark.django_db

BANNER = "Effective: **1 March 2026**\n\nLast updated: February 2026\n\n"


def with_stated_dates(version: Version) -> Version:
    record_stated_dates(version, version.text)
    return version


def make_imported_collection() -> Collection:
    return Collection.objects.create(
        key="c", name="Demo versions", licence="ODbL 1.0", attribution="© Demo & contributors"
    )


def page_of(client: Client, row: object) -> str:
    response = client.get(row.get_absolute_url())  # type: ignore[attr-defined]
    assert response.status_code == 200
    return str(response.content.decode())


def facts(page: str) -> dict[str, str]:
    """Every term of the page's lists of facts, with what is said of it, without tags."""
    pairs = re.findall(r"<dt>(.*?)</dt>\s*<dd[^>]*>(.*?)</dd>", page, re.S)
    return {term: " ".join(re.sub(r"<[^>]+>", " ", said).split()) for term, said in pairs}


def test_a_document_and_its_version_show_four_dates_with_what_each_is(client: Client) -> None:
    version, capture = make_version(make_document(), f"{BANNER}We keep it.", captured_at=NOON)
    with_stated_dates(version)
    for row in (version, version.document):
        said = facts(page_of(client, row))
        assert said["Stated effective date"] == "1 March 2026 Effective: 1 March 2026"
        assert said["Stated date of the last update"] == "February 2026 Last updated: February 2026"
        assert said["First captured"] == "1 June 2026, 12:00 UTC when we looked at the document"
        assert said["Recorded"].startswith(f"{capture.recorded_at:%-d %B %Y}")
        assert said["Recorded"].endswith("when we wrote it down, captured by us")


def test_a_text_that_states_no_date_says_so_and_gets_none(client: Client) -> None:
    version, _ = make_version(make_document(), "The Act of 27 April 2016 applies.")
    for row in (with_stated_dates(version), version.document):
        said = facts(page_of(client, row))
        assert said["Stated effective date"] == said["Stated date of the last update"] == "The text states none."


def test_an_effective_date_to_come_is_shown_as_to_come(client: Client) -> None:
    version, _ = make_version(make_document(), "Effective: 1 January 2099\n\nWe keep it.")
    said = facts(page_of(client, with_stated_dates(version)))
    assert said["Stated effective date"].startswith("Takes effect on 1 January 2099 Not yet in effect")


@pytest.mark.parametrize(("today", "is_upcoming"), [((2026, 2, 28), True), ((2026, 3, 1), False)])
def test_a_date_is_to_come_until_its_day(today: tuple[int, int, int], is_upcoming: bool) -> None:
    version, capture = make_version(make_document(), "Effective: March 2026")
    found = dates_of(with_stated_dates(version), capture, today=datetime.date(*today))
    assert found.effective is not None
    assert found.effective.is_upcoming is is_upcoming


def test_the_document_shows_the_dates_of_the_text_that_stands_not_of_the_newest_version(client: Client) -> None:
    document = make_document()
    first, _ = make_version(document, "Effective: 1 March 2026\n\nA.")
    second, _ = make_version(document, "Effective: 1 May 2026\n\nB.")
    with_stated_dates(first)
    with_stated_dates(second)
    document.captures.create(sequence=3, captured_at=NOON, outcome="returned", version=first, snapshot=first.snapshot)
    hold_capture(document)
    page = page_of(client, document)
    assert "1 March 2026" in facts(page)["Stated effective date"]
    assert f'<a href="{first.get_absolute_url()}">Version 1</a> <span class="id">' in page


def test_the_words_that_state_a_date_are_escaped_and_shown_without_marks(client: Client) -> None:
    version, _ = make_version(make_document(), "a<b & Effective** [1 March 2026")
    StatedDate.objects.create(version=version, kind="effective", value="2026-03-01", start=0, end=len(version.text))
    said = facts(page_of(client, version))
    assert said["Stated effective date"] == "1 March 2026 a&lt;b &amp; Effective 1 March 2026"


def test_only_the_quoted_words_are_read_of_a_long_text() -> None:
    version, capture = make_version(make_document(), "€" * 100_000 + "\n\nEffective: 1 March 2026")
    with_stated_dates(version)
    with CaptureQueriesContext(connection) as captured:
        found = dates_of(version.pk, capture)
    assert found.effective is not None
    assert found.effective.quote == "Effective: 1 March 2026"
    assert len(captured) == 1


def test_a_version_shows_three_hashes_and_what_each_is_of(client: Client) -> None:
    version, _ = make_version(make_document(), "We keep it.")
    assert "not computed for this version" in page_of(client, version)
    fingerprint = fingerprint_sha256(version.text)
    Version.objects.filter(pk=version.pk).update(fingerprint_sha256=fingerprint)
    page = page_of(client, version)
    for value in (version.snapshot.sha256, version.folded_sha256, fingerprint):
        assert f'class="hash">{value}</dd>' in page
    for words in ("exactly as archived", "as a reader sees it", "without dates and digits"):
        assert words in page


def test_wherever_an_imported_text_is_shown_its_licence_and_attribution_stand_beside_it(client: Client) -> None:
    allow_publications_past_review()
    make_catalogue()
    provision = make_provision("We keep it for 30 days.", document=make_document(collection=make_imported_collection()))
    provision.topics.set(["training-user-content"])
    change = reword(provision, "We keep it for 90 days.")
    publication = publish(provision)
    elsewhere = make_provision("We keep nothing.")
    elsewhere.topics.set(["training-user-content"])
    pages = [page_of(client, row) for row in (provision, change, elsewhere)]
    pages += [
        client.get(address).content.decode() for address in (publication.permalink, "/topics/training-user-content/")
    ]
    for page in pages:
        assert "Text: © Demo &amp; contributors, from Demo versions (ODbL 1.0)." in re.sub(r"</?a[^>]*>", "", page)
        assert 'href="https://opendatacommons.org/licenses/odbl/1-0/" rel="license noopener">ODbL 1.0</a>' in page


def test_every_licence_that_an_import_knows_leads_to_its_text() -> None:
    assert all("href" in licence_link(name) for name in LICENCES)
    assert escape(licence_link("<b>")) == "&lt;b&gt;"


def test_our_own_captures_need_no_attribution(client: Client) -> None:
    assert "Text: " not in page_of(client, make_provision())


def test_the_date_recorded_of_an_import_names_its_source(client: Client) -> None:
    collection = make_imported_collection()
    document = make_document(collection=collection)
    snapshot = Snapshot.objects.create(sha256="0" * 64, text="Text.")
    version = Version.objects.create(
        document=document, number=1, snapshot=snapshot, folded_sha256="0" * 64, first_captured_at=NOON
    )
    document.captures.create(
        sequence=1, captured_at=NOON, outcome="first", version=version, snapshot=snapshot, collection=collection
    )
    said = facts(page_of(client, document))
    assert said["First captured"].endswith("when Demo versions looked at the document")
    assert said["Recorded"].endswith("when we wrote it down, imported from Demo versions")


def test_variants_of_a_document_name_each_other_with_region_and_language_in_words(client: Client) -> None:
    platform = make_platform()
    main = make_document(platform, region="EU", language="en")
    german = make_document(
        platform, "Privacy Policy (de)", slug="privacy-de", region="EU", language="de", variant_of=main
    )
    american = make_document(
        platform, "Privacy Policy (US)", slug="privacy-us", region="US", language="en", variant_of=main
    )
    for here, others in ((main, (german, american)), (german, (main, american)), (american, (german, main))):
        page = page_of(client, here)
        assert "For other regions and languages" in page
        for other in others:
            assert f'<a href="{other.get_absolute_url()}">' in page
    page = page_of(client, german)
    assert "· European Union · German ·" in page
    assert "United States, English" in page


def test_a_document_without_variants_speaks_of_none(client: Client) -> None:
    make_document(make_platform(), region="EU")
    assert "For other regions" not in page_of(client, Document.objects.get())


def test_a_document_that_was_never_captured_shows_no_dates(client: Client) -> None:
    assert "Stated effective date" not in page_of(client, make_document())


def test_a_document_costs_at_most_twelve_queries_with_dates_and_variants(client: Client) -> None:
    provision = make_provision(f"{BANNER}We keep it.")
    document = provision.document
    make_document(document.platform, "Other", variant_of=document, region="US")
    version, capture = make_version(document, f"{BANNER}We keep all.")
    add_wording(provision, version, capture)
    with_stated_dates(version)
    for row in (document, version):
        with CaptureQueriesContext(connection) as captured:
            page_of(client, row)
        assert len(captured) <= PAGE_QUERIES
