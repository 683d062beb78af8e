"""The page of a provision: the record, the analysis that may be shown, and the notices around it."""

from datetime import timedelta

import pytest
from django.test import Client

from atlas.models import Provision, Publication
from tests.atlas.site_rows import (
    QUOTE,
    allow_publications_past_review,
    go_back,
    make_catalogue,
    publish,
    reword,
)
from tests.crawling import DATA_BLOCK
from tests.factories import NOON, make_document, make_platform, make_provision

pytestmark = pytest.mark.django_db

SUMMARY = "It permits an opt-out in the account settings."


@pytest.fixture(autouse=True)
def _past_review() -> None:
    allow_publications_past_review()
    make_catalogue()


def page_of(client: Client, row: Provision | Publication, *, status: int = 200) -> str:
    address = row.permalink if isinstance(row, Publication) else row.get_absolute_url()
    response = client.get(address)
    assert response.status_code == status
    return " ".join(response.content.decode().split())


def end(publication: Publication, how: str, note: str = "The quote was misread.") -> None:
    told = {"withdrawn_at": "withdrawal_note", "retracted_at": "retraction_note"}.get(how)
    values = {how: NOON + timedelta(days=9), **({told: note} if told else {})}
    Publication.objects.filter(pk=publication.pk).update(**values)


def test_it_shows_all_that_is_needed_to_read_check_and_cite_an_analysis(client: Client) -> None:
    document = make_document(make_platform("Acme"), "Data Commitments", standing="commitment")
    provision = make_provision(document=document)
    publication = publish(provision)
    page = page_of(client, provision)
    for words in (
        provision.public_id,
        "Training on content, with an opt-out",
        "High exposure",
        "Public commitment",
        QUOTE,
        SUMMARY,
        "It is not a legal determination",
        "Read our methodology",
        "Why it matters",
        "Interpretive note",
        "Practical effect",
        "What changed in effect",
        "How other platforms handle this",
        "Regulatory landscape",
        "Governance exposure",
        "Jurisdiction flags",
        "European Union",
        "Contract and vendor implications",
        "Compliance considerations",
        "Coded facts",
        "Unless opted out",
        "History of the text",
        "History of the analysis",
        "Approved by",
        "Ada Reviewer",
        "Technology lawyer",
        "Outline without a model",
        publication.public_id,
        publication.permalink,
        publication.version.get_absolute_url(),
        "Cite this analysis",
        "Looked at",
        "Last verified",
        "not affiliated with, endorsed by, or sponsored by Acme",
        'href="/law/gdpr/#gdpr-art-5-1-b"',
        '<span class="interpretation">',
    ):
        assert words in page, words


def test_without_a_publication_it_shows_the_archived_text_and_says_so(client: Client) -> None:
    page = page_of(client, make_provision())
    assert QUOTE in page
    assert "No analysis of this provision has been approved yet" in page
    assert "Why it matters" not in page


def test_after_a_change_the_analysis_is_marked_as_describing_the_text_before(client: Client) -> None:
    provision = make_provision()
    publish(provision)
    change = reword(provision, "We train on nothing.")
    page = page_of(client, provision)
    assert "The provision changed on" in page
    assert "2 June 2026" in page
    assert change.get_absolute_url() in page
    assert "describes the text in force before" in page
    assert "We train on nothing." in page
    assert SUMMARY in page


def test_when_the_text_comes_back_so_does_its_analysis(client: Client) -> None:
    provision = make_provision()
    publish(provision)
    before = provision.current_wording
    assert before is not None
    reword(provision, "We train on nothing.")
    publish(provision, summary="The text states that nothing is trained on.")
    go_back(provision, before)
    page = page_of(client, provision)
    assert SUMMARY in page
    assert "nothing is trained on" not in page
    assert "back to an earlier text" in page
    assert "The provision changed on" not in page


def test_a_withdrawn_analysis_is_gone_and_its_reason_shown(client: Client) -> None:
    provision = make_provision()
    publication = publish(provision)
    end(publication, "withdrawn_at")
    for page in (page_of(client, provision), page_of(client, publication)):
        assert SUMMARY not in page
        assert publication.title not in page
        assert "ithdrawn on" in page
        assert "The quote was misread." in page


def test_a_retracted_analysis_leaves_a_tombstone_at_its_own_address(client: Client) -> None:
    provision = make_provision()
    publication = publish(provision)
    end(publication, "retracted_at")
    tombstone = page_of(client, publication, status=410)
    for page in (page_of(client, provision), tombstone):
        assert SUMMARY not in page
        assert "etracted on" in page
        assert "The quote was misread." in page


def test_what_a_withdrawn_correction_corrected_does_not_come_back(client: Client) -> None:
    provision = make_provision()
    publish(provision, summary="A mistake that was corrected.")
    end(publish(provision), "withdrawn_at")
    page = page_of(client, provision)
    assert "A mistake that was corrected." not in page
    assert "The analysis was withdrawn" in page


def test_a_superseded_analysis_stays_at_its_own_address_with_a_notice(client: Client) -> None:
    provision = make_provision()
    first = publish(provision, summary="The first reading.")
    publish(provision)
    assert "The first reading." not in page_of(client, provision)
    page = page_of(client, first)
    assert "The first reading." in page
    assert "Superseded on" in page


def test_single_editor_review_is_said(client: Client) -> None:
    provision = make_provision()
    publication = publish(provision, solo_review=True)
    assert "no second person has read it" in page_of(client, provision).lower()
    assert "Single-editor review" in page_of(client, publication)


def test_a_removed_provision_says_when_it_went_and_shows_its_last_text(client: Client) -> None:
    provision = make_provision()
    publish(provision)
    Provision.objects.filter(pk=provision.pk).update(removed_at=NOON)
    page = page_of(client, provision)
    assert "No longer in the document" in page
    assert "1 June 2026" in page
    assert QUOTE in page


def test_other_platforms_are_chosen_by_the_stated_rule(client: Client) -> None:
    provision = make_provision(document=make_document(make_platform("Acme")))
    publish(provision)
    for day, name in enumerate(("Oldest", "Older", "Newer", "Newest")):
        other = make_provision(f"Text of {name}.", document=make_document(make_platform(name)))
        publish(other, title=f"Title of {name}", published_at=NOON + timedelta(days=day))
    again = make_provision(
        "Second text of Newest.", document=make_document(Provision.objects.last().document.platform, "Terms")
    )  # type: ignore[union-attr]
    publish(again, published_at=NOON)
    elsewhere = make_provision("Another topic.", document=make_document(make_platform("Other topic")))
    publish(elsewhere, topics=["arbitration"])
    stale = make_provision("Old text.", document=make_document(make_platform("Stale")))
    publish(stale, published_at=NOON + timedelta(days=40))
    reword(stale, "New text.")
    unapproved = make_provision("Unapproved.", document=make_document(make_platform("Unapproved")))
    unapproved.topics.set(["training-user-content"])
    page = page_of(client, provision)
    assert page.index("Text of Newest.") < page.index("Text of Newer.") < page.index("Text of Older.")
    for missing in (
        "Text of Oldest.",
        "Second text of Newest.",
        "Another topic.",
        "New text.",
        "Old text.",
        "Unapproved.",
    ):
        assert missing not in page


def test_when_no_other_platform_has_such_a_clause_that_is_said_and_no_finding(client: Client) -> None:
    provision = make_provision()
    publish(provision)
    page = page_of(client, provision)
    assert "No comparable clause found in the documents we hold." in page


HOSTILE = "<script>alert(1)</script> \u202eevil\u202c </p></main> **[broken](javascript:alert(1)) " + "a" * 200_000


def test_hostile_texts_are_shown_as_text(client: Client) -> None:
    document = make_document(make_platform('"><img src=x>'), "<b>Terms</b>")
    document.slug = document.platform.slug = "hostile"
    document.platform.save()
    document.save()
    provision = make_provision(HOSTILE, document=document, title="<script>alert(2)</script>")
    change = reword(provision, HOSTILE.replace("evil", "worse"), reasons=["<i>why</i>"])
    hostile = "<script>alert(3)</script>"
    publish(
        provision,
        title=hostile,
        summary=f"“{hostile}” [@<b>] {hostile}",
        withdrawal_note=hostile,
        approver=hostile,
        drafter=hostile,
    )
    version = provision.wordings.get(number=2).first_capture.version
    assert version is not None
    for row in (provision, change, document, document.platform, version):
        page = client.get(row.get_absolute_url()).content.decode().replace(DATA_BLOCK, "")
        for tag in ("<script", "<img src=x", "<b>Terms", "<i>why", "\u202e", 'href="javascript'):
            assert tag not in page, (row, tag)
        assert "</html>" in page
    assert "U+202E" in client.get(version.get_absolute_url()).content.decode()
