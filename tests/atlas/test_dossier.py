"""The dossier of a provision: read back from the PDF as a reader would read it."""

import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from atlas.dossier.letters import Letters
from atlas.dossier.typesetting import letters_of_font, pieces
from atlas.models import Collection, Platform, Provision, Publication
from tests.atlas.site_rows import QUOTE, allow_publications_past_review, hold_capture, make_catalogue, publish, reword
from tests.crawling import PAGE_QUERIES
from tests.factories import NOON, TRAINING_TEXT, make_document, make_platform, make_provision

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _past_review() -> None:
    allow_publications_past_review()
    make_catalogue()


@pytest.fixture
def provision() -> Provision:
    collection = Collection.objects.create(key="c", name="Archive X", licence="ODC-BY 1.0", attribution="By X")
    document = make_document(make_platform("Acme"), "Data Commitments", standing="commitment", collection=collection)
    provision = make_provision(document=document)
    reword(provision, TRAINING_TEXT.replace("30 days", "90 days"))
    publish(provision)
    return provision


def printed(client: Client, provision: Provision) -> bytes:
    response = client.get(f"{provision.get_absolute_url()}dossier.pdf")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/pdf"
    return response.content


def words_of(client: Client, provision: Provision) -> str:
    """The words of all pages, and without any space: lines and pages end anywhere."""
    pages = PdfReader(io.BytesIO(printed(client, provision))).pages
    return "".join("".join(page.extract_text() for page in pages).split())


def has(words: str, phrase: str) -> bool:
    return "".join(phrase.split()) in words


def test_it_tells_all_that_is_needed_to_read_check_and_cite_the_provision(client: Client, provision: Provision) -> None:
    hold_capture(provision.document)
    words = words_of(client, provision)
    wording, publication = provision.current_wording, provision.publications.get()
    assert wording is not None
    change = provision.changes.get()
    for phrase in (
        "Provision dossier",
        "Acme, Data Commitments (Public commitment)",
        TRAINING_TEXT.replace("30 days", "90 days"),
        f"SHA-256 of the text, in UTF-8: {wording.text_sha256}",
        "Text: By X, from Archive X. Licence: ODC-BY 1.0.",
        "Training on content, with an opt-out",
        "High exposure",
        f"The text states that “{QUOTE}”",
        "◇ It permits an opt-out in the account settings.",
        "Purpose limitation applies where content is personal data [GDPR, Art. 5(1)(b)].",
        "European Union: The basis for training must be stated",
        "Coded facts",
        "Unless opted out",
        "Ada Reviewer",
        "Technology lawyer",
        "Drafted by Outline without a model",
        *provision.wordings.values_list("text_sha256", flat=True),
        "we keep your Content for[- 30-][+ 90+] days",
        "A number changed.",
        f"{change.public_id}",
        f"http://localhost:8000{publication.permalink}",
        f"http://localhost:8000/publications/{publication.public_id}/evidence/",
        publication.content_sha256,
        "The text is a log-in page.",
        "Not captured since",
        "Not legal advice.",
        "not affiliated with, endorsed by, or sponsored by Acme",
    ):
        assert has(words, phrase), phrase


def test_it_has_numbered_pages_contents_an_outline_and_links(client: Client, provision: Provision) -> None:
    reader = PdfReader(io.BytesIO(printed(client, provision)))
    for number, page in enumerate(reader.pages, start=1):
        assert f"page {number}" in page.extract_text()
    names = [entry["/Title"] for entry in reader.outline if not isinstance(entry, list)]
    assert names[0] == "1. The text" and len(names) == 8
    contents = reader.pages[0].extract_text()
    assert all(str(name) in contents for name in names)
    assert reader.metadata is not None and provision.public_id in str(reader.metadata.title)
    targets = [
        str(note.get_object()["/A"]["/URI"])
        for page in reader.pages
        for note in page.get("/Annots", [])
        if "/URI" in note.get_object().get("/A", {})
    ]
    assert targets and all(target.startswith("http://localhost:8000/") for target in targets)


def test_the_same_state_gives_the_same_bytes_and_another_state_others(client: Client, provision: Provision) -> None:
    first = client.get(f"{provision.get_absolute_url()}dossier.pdf")
    assert printed(client, provision) == first.content
    again = client.get(f"{provision.get_absolute_url()}dossier.pdf", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    reword(provision, "We train on nothing.")
    assert printed(client, provision) != first.content


class TestNotices:
    def test_a_stale_analysis(self, client: Client, provision: Provision) -> None:
        reword(provision, "We train on nothing.")
        words = words_of(client, provision)
        assert has(words, "The provision has another text now. The analysis describes the text before.")
        assert has(words, "We train on nothing.")

    def test_sample_data_and_a_single_editor(self, client: Client, provision: Provision) -> None:
        Platform.objects.update(is_sample=True)
        publish(provision, solo_review=True)
        words = words_of(client, provision)
        assert has(words, "Sample data. Acme is fictional")
        assert has(words, "Single-editor review.")

    def test_a_removed_provision(self, client: Client, provision: Provision) -> None:
        Provision.objects.filter(pk=provision.pk).update(removed_at=NOON)
        words = words_of(client, provision)
        assert has(words, "No longer in the document: first seen gone on 1 June 2026.")
        assert not has(words, "another text now")

    def test_nothing_analysed_yet(self, client: Client) -> None:
        words = words_of(client, make_provision("Other words."))
        assert has(words, "No approved analysis is shown for this provision.")
        assert has(words, "No change has been seen since the first capture.")


@pytest.mark.parametrize("how", ["withdrawn", "retracted"])
def test_what_was_taken_back_is_told_and_not_repeated(client: Client, provision: Provision, how: str) -> None:
    row = provision.publications.get()
    note = {"withdrawn": "withdrawal_note", "retracted": "retraction_note"}[how]
    Publication.objects.filter(pk=row.pk).update(**{f"{how}_at": NOON + timedelta(days=9), note: "A misreading."})
    words = words_of(client, provision)
    assert has(words, f"{how.title()} on 10 June 2026: A misreading.")
    for gone in (row.title, "Why it matters", "Ada Reviewer", row.content_sha256):
        assert not has(words, gone), gone


def test_held_captures_are_never_shown_as_text(client: Client, provision: Provision) -> None:
    hold_capture(provision.document, "Please log in to go on, stranger.")
    assert not has(words_of(client, provision), "Please log in to go on")


class TestLetters:
    def test_what_the_typeface_lacks_is_named_and_a_note_says_so(self, client: Client) -> None:
        provision = make_provision("Terms: 个人 data \U0001f9ff and نص. Ünïcödé “quotes” — fine.")
        words = words_of(client, provision)
        for phrase in ("U+4E2D on grey", "U+4E2A U+4EBA data U+1F9FF and U+0646 U+0635.", "Ünïcödé “quotes” — fine."):
            assert has(words, phrase), phrase

    def test_without_such_letters_there_is_no_note(self, client: Client, provision: Provision) -> None:
        assert not has(words_of(client, provision), "U+4E2D")

    def test_characters_that_turn_or_hide_text_are_words(self, client: Client) -> None:
        words = words_of(client, make_provision("Pay \u202eevil\u202c or \u200bnot \x07."))
        assert has(words, "[U+202E right-to-left override]evil[U+202C pop directional formatting]")
        assert has(words, "[U+200B zero width space]")
        assert has(words, "[U+0007 control character]")

    def test_letters_beyond_a_number_are_boxes(self) -> None:
        letters = Letters(letters_of_font())
        spans = [*letters.spans("中" * 2_000), *letters.spans("文" * 2_000)]
        assert spans[0].is_boxed and spans[0].text.count("U+4E2D") == 2_000
        assert spans[1].text == "□" * 2_000
        assert letters.has_missed

    def test_hostile_markup_is_text(self, client: Client) -> None:
        hostile = "</font></para><img src='/etc/passwd'/> <link href='https://evil.example'>x</link> & <b>"
        provision = make_provision(hostile, title=hostile)
        reword(provision, f"{hostile} again", reasons=[hostile])
        publish(provision, title=hostile, summary=f"“{hostile}” {hostile}", approver=hostile, drafter=hostile)
        assert has(words_of(client, provision), hostile)
        assert b"evil.example)" not in printed(client, provision)


@pytest.mark.parametrize("unit", ["a", "Line.\n", "x\u202e", "中a "], ids=ascii)
def test_a_text_of_200_kilobytes_is_printed_whole(client: Client, unit: str) -> None:
    provision = make_provision("Start. " + unit * (200_000 // len(unit.encode())) + " End of text.")
    words = words_of(client, provision)
    assert has(words, "Start.") and has(words, "End of text.")


def test_a_long_difference_is_begun_and_leads_to_the_whole_of_it(client: Client) -> None:
    provision = make_provision("alpha beta. " * 10_000)
    change = reword(provision, "gamma delta. " * 10_000)
    words = words_of(client, provision)
    assert has(words, "[- alpha beta.") or has(words, "[-alpha beta.")
    address = f"http://localhost:8000{change.get_absolute_url()}"
    assert has(words, f"Only the start is set out here; the whole difference: {address}")


def test_texts_too_long_to_compare_are_linked_to(client: Client) -> None:
    provision = make_provision("alpha beta. " * 15_000)
    change = reword(provision, "gamma delta. " * 15_000)
    assert has(words_of(client, provision), f"to be set out here; see http://localhost:8000{change.get_absolute_url()}")


def test_pieces_are_the_text_and_none_is_long() -> None:
    text = "Some words of terms. " * 1_000 + "x" * 900
    found = list(pieces(text))
    assert "".join("".join(found).split()) == "".join(text.split())
    assert max(map(len, found)) <= 2_500


def test_the_number_of_queries_does_not_grow(client: Client, provision: Provision) -> None:
    numbers = []
    for days in (31, 32, 33):
        with CaptureQueriesContext(connection) as queries:
            printed(client, provision)
        numbers.append(len(queries))
        reword(provision, TRAINING_TEXT.replace("30", str(days)))
        publish(provision)
    assert numbers[0] == numbers[1] == numbers[2] <= PAGE_QUERIES


def test_the_page_leads_to_it_and_unknown_ones_are_not_found(client: Client, provision: Provision) -> None:
    address = f"{provision.get_absolute_url()}dossier.pdf"
    assert f'href="{address}"' in client.get(provision.get_absolute_url()).content.decode()
    assert client.get("/provisions/AT-P-999999/dossier.pdf").status_code == 404
