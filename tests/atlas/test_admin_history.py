"""The history of a document in the admin: what was seen when, and what came of it."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from atlas.archive.record.recording import record_capture, record_failure
from atlas.models import (
    Capture,
    Change,
    ChangeCluster,
    ClusterDecision,
    Collection,
    DateKind,
    HoldDecision,
    Outcome,
    StatedDate,
    User,
)
from tests.atlas.history_pages import CHANGED, KEPT, SCRIPT, captures_in_bulk, history, read, seen, words_of
from tests.atlas.site_rows import hold_capture
from tests.atlas.texts import ERROR_PAGE
from tests.factories import NOON, make_document, make_version

pytestmark = pytest.mark.django_db


def test_every_look_is_told_with_what_came_of_it(client: Client, editor: User) -> None:
    terms = seen([KEPT, KEPT, KEPT, ERROR_PAGE, CHANGED])
    page = words_of(read(client, history(terms)))
    assert "First capture: version 1" in page
    assert "Verified unchanged twice between 2 and 3 June 2026" in page
    assert "Held: does not look like the document" in page
    assert "Text changed: version 2" in page
    assert page.index("Text changed") < page.index("Held: does") < page.index("First capture: version 1")


def test_a_held_capture_says_why_and_when_its_incident_ended(client: Client, editor: User) -> None:
    page = words_of(read(client, history(seen([KEPT, ERROR_PAGE, KEPT]))))
    assert Capture.objects.get(outcome=Outcome.QUARANTINED).reasons[0] in page
    assert "Incident since 2 June 2026, 12:00 UTC, ended by the good capture of 3 June 2026, 12:00 UTC" in page
    assert "Ended the incident open since 2 June 2026" in page
    assert "Not captured well since" not in page


def test_an_open_incident_stands_on_top_with_what_is_next(client: Client, editor: User) -> None:
    page = words_of(read(client, history(seen([KEPT, ERROR_PAGE]))))
    assert "Not captured well since 2 June 2026" in page
    assert "What is next: a later capture confirms what is held, or an editor releases or rejects it" in page
    assert "Until then version 1 is what readers see" in page


def test_a_failed_capture_says_what_is_next(client: Client, editor: User) -> None:
    terms = seen([KEPT])
    record_failure(terms, reason="The server did not answer.", captured_at=NOON + timedelta(days=1))
    page = words_of(read(client, history(terms)))
    assert "The server did not answer." in page
    assert "the next capture that succeeds ends the incident" in page


def test_a_flapping_page_is_one_line(client: Client, editor: User) -> None:
    page = words_of(read(client, history(seen([KEPT, CHANGED, KEPT, CHANGED, KEPT, CHANGED]))))
    assert "Returned to version 1 and back twice between 3 and 6 June 2026" in page
    assert "returns to earlier texts" in page


def test_changes_are_counted_with_the_list_that_makes_the_number(client: Client, editor: User) -> None:
    page = read(client, history(seen([KEPT, CHANGED])))
    found = re.search(r'<a href="([^"]+)">1 substantive change</a>', page)
    assert found is not None
    listed = read(client, unescape(found[1]))
    assert "1 change" in listed and Change.objects.get().public_id in listed


def test_what_an_editor_decided_on_a_held_capture_is_told(client: Client, editor: User) -> None:
    terms = seen([KEPT])
    held = hold_capture(terms).opened_by
    HoldDecision.objects.create(capture=held, ruling="rejected", reason=f"A log-in wall {SCRIPT}", decided_by=editor)
    page = read(client, history(terms))
    assert "Rejected: it is not the document" in page
    assert "by Ada Lovelace" in words_of(page)
    assert "A log-in wall &lt;script&gt;" in page


def test_a_release_is_told_at_both_captures(client: Client, editor: User) -> None:
    terms = seen([KEPT])
    held = hold_capture(terms, CHANGED).opened_by
    _, made = make_version(terms, CHANGED, captured_at=NOON + timedelta(days=5))
    HoldDecision.objects.create(capture=held, made=made, ruling="released", reason="Read and fine.", decided_by=editor)
    page = words_of(read(client, history(terms)))
    assert "Released: it is the document by Ada Lovelace" in page
    assert "recorded as version 2" in page
    assert "Recorded because Ada Lovelace released the capture held on" in page


def test_a_release_into_a_stream_of_another_language_is_told_in_both(client: Client, editor: User) -> None:
    terms = seen([KEPT])
    stream = make_document(
        terms.platform, name="Terms of Service (German)", slug="german", variant_of=terms, language="de"
    )
    held = hold_capture(terms, "Diese Bedingungen gelten.").opened_by
    _, made = make_version(stream, "Diese Bedingungen gelten.", captured_at=held.captured_at)
    HoldDecision.objects.create(capture=held, made=made, ruling="released", reason="German.", decided_by=editor)
    page = words_of(read(client, history(terms)))
    assert "recorded as version 1 of Terms of Service (German)" in page
    page = words_of(read(client, history(stream)))
    assert "a stream of Terms of Service" in page
    assert "12:00 UTC for Terms of Service." in page


def test_a_bulk_rewrite_is_told_with_its_decision(client: Client, editor: User) -> None:
    terms = seen([KEPT, CHANGED])
    capture = Capture.objects.get(outcome=Outcome.CHANGED)
    cluster = ChangeCluster.objects.create(kind="rewrite", title="The terms were rewritten", capture=capture)
    cluster.changes.set(Change.objects.all())
    assert "Not decided on yet." in words_of(read(client, history(terms)))
    ClusterDecision.objects.create(cluster=cluster, ruling="set_aside", reason="Only a new name.", decided_by=editor)
    page = words_of(read(client, history(terms)))
    assert "Bulk rewrite: The terms were rewritten, 1 change in one cluster." in page
    assert "Set aside: nothing to analyse (Ada Lovelace," in page and "Only a new name." in page


def test_an_upgrade_of_our_extraction_is_no_news_of_the_platform(client: Client, editor: User) -> None:
    terms = seen([KEPT])
    record_capture(terms, text=CHANGED, captured_at=NOON + timedelta(days=1), upgrade=True)
    page = words_of(read(client, history(terms)))
    assert "Our extraction changed: version 2" in page
    assert "What changed is how we read the page, not what the platform wrote." in page


def test_the_four_dates_are_kept_apart(client: Client, editor: User) -> None:
    text = f"{KEPT}\n\nEffective from 14 March 2027."
    terms = make_document()
    version, _ = make_version(terms, text)
    StatedDate.objects.create(
        version=version,
        kind=DateKind.EFFECTIVE,
        value="2027-03-14",
        start=text.index("Effective"),
        end=len(text) - 1,
    )
    page = words_of(read(client, history(terms)))
    assert "Stated effective 14 March 2027 Effective from 14 March 2027" in page
    assert "Stated updated not stated in the text" in page
    assert "First captured 1 June 2026, 12:00 UTC" in page
    assert f"Recorded {date_format(timezone.now(), 'j F Y')}" in page


def test_stated_dates_are_told_again_only_when_they_change(client: Client, editor: User) -> None:
    terms = make_document()
    for number, value in enumerate(("2027-03-14", "2027-03-14", "2027-05-01")):
        version, _ = make_version(terms, f"Effective as said. {number}")
        StatedDate.objects.create(version=version, kind=DateKind.EFFECTIVE, value=value, start=0, end=9)
    page = words_of(read(client, history(terms)))
    assert page.count("Stated effective 1 May 2027") == 2, "of what stands, and of the capture that first saw it"
    assert page.count("Stated effective 14 March 2027") == 1


def test_an_imported_capture_says_from_where(client: Client, editor: User) -> None:
    terms = make_document()
    collection = Collection.objects.create(key="abc", name="fictional-eu")
    record_capture(terms, text=KEPT, captured_at=NOON, collection=collection, source_ref="f" * 40)
    assert "imported from fictional-eu (ffffffff)" in words_of(read(client, history(terms)))


def test_a_kind_can_be_asked_for_and_its_number_is_its_list(client: Client, editor: User) -> None:
    terms = seen([KEPT, ERROR_PAGE, CHANGED, KEPT])
    held = words_of(read(client, history(terms), show="held"))
    assert "Held and failed 1" in held
    assert "Held: does not look" in held and "First capture: version" not in held
    assert "Returned to version 1" in words_of(read(client, history(terms), show="return"))


def test_a_day_shows_what_had_been_seen_by_then(client: Client, editor: User) -> None:
    terms = seen([KEPT, CHANGED])
    page = words_of(read(client, history(terms), on="2026-06-01"))
    assert "Seen by 1 June 2026" in page and "Text changed" not in page
    early = words_of(read(client, history(terms), on="2020-01-01"))
    assert "had not been looked at by 1 January 2020; the first capture is of 1 June 2026" in early


def test_a_document_without_captures_says_what_to_do(client: Client, editor: User) -> None:
    page = words_of(read(client, history(make_document())))
    assert "Nothing has been captured yet. Import a collection" in page


def test_a_kind_that_never_happened_says_so(client: Client, editor: User) -> None:
    page = words_of(read(client, history(seen([KEPT])), show="held"))
    assert "No capture of this document was held, and none failed. Show all captures" in page


def test_a_document_that_was_only_held_says_so(client: Client, editor: User) -> None:
    page = words_of(read(client, history(seen([ERROR_PAGE]))))
    assert "No capture was good enough to become a version" in page


@pytest.mark.parametrize("asked", [{"before": "x"}, {"before": "9" * 30}, {"on": "soon"}, {"show": "\0"}])
def test_a_wrong_address_shows_the_newest(client: Client, editor: User, asked: dict[str, str]) -> None:
    assert "First capture: version 1" in words_of(read(client, history(seen([KEPT])), **asked))


def test_long_histories_are_paged_and_lose_no_look(client: Client, editor: User) -> None:
    terms = make_document()
    first, _ = make_version(terms, KEPT)
    captures_in_bulk(terms, [(Outcome.UPGRADED, first)] * 119)
    pages, address = [], history(terms)
    while address:
        pages.append(read(client, address))
        onward = re.search(r'<a href="(\?[^"]+)" rel="next">', pages[-1])
        address = history(terms) + unescape(onward[1]) if onward else ""
    assert [page.count('<li class="look') for page in pages] == [50, 50, 20]


def test_the_log_of_edits_stays_where_django_has_it(client: Client, editor: User) -> None:
    terms = seen([KEPT])
    log = reverse("admin:atlas_document_history", args=[terms.pk])
    assert log in read(client, history(terms))
    assert "change history" in read(client, log)
