"""The archive's history in the admin: what was seen when, two versions side by side, a provision over time."""

import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
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
    ChangeKind,
    ClusterDecision,
    Collection,
    DateKind,
    Document,
    HoldDecision,
    Incident,
    Outcome,
    Placement,
    Provision,
    Significance,
    StatedDate,
    Topic,
    TopicCorrection,
    User,
    Version,
    Wording,
    sha256,
)
from tests.atlas.site_rows import allow_publications_past_review, go_back, hold_capture, publish, reword
from tests.atlas.texts import ERROR_PAGE, document
from tests.factories import NOON, make_document, make_provision, make_user, make_version

pytestmark = pytest.mark.django_db
AtMost = Callable[[int], AbstractContextManager[object]]
SCRIPT = "<script>alert(1)</script>"
# Session, person, permissions of the person and of their roles are four of them.
QUERIES = 20


@pytest.fixture
def editor(client: Client) -> User:
    """Somebody who may look at everything, logged in."""
    person = User.objects.create_superuser("ada", public_name="Ada Lovelace")
    client.force_login(person)
    return person


def history(of: Document) -> str:
    return reverse("admin:atlas_document_archive", args=[of.pk])


def side_by_side(of: Document) -> str:
    return reverse("admin:atlas_document_side_by_side", args=[of.pk])


def timeline(of: Provision) -> str:
    return reverse("admin:atlas_provision_timeline", args=[of.pk])


def read(client: Client, address: str, **asked: object) -> str:
    page = client.get(address, asked)
    assert page.status_code == 200
    return page.content.decode()


def words_of(page: str) -> str:
    """What a person reads: without tags and doubled spaces."""
    body = page[page.index('<div class="record-page">') :].replace("</dt>", " ").replace("</dd>", " ")
    return " ".join(unescape(re.sub(r"<[^>]{0,500}>", "", body)).split())


def seen(texts: Sequence[str], of: Document | None = None) -> Document:
    """A document that read ``texts`` on days in a row."""
    terms = of or make_document(name="Terms of Service")
    for day, text in enumerate(texts):
        record_capture(terms, text=text, captured_at=NOON + timedelta(days=day))
    return terms


def captures_in_bulk(of: Document, outcomes: Sequence[tuple[Outcome, Version | None]]) -> None:
    """One look a day after those that there are."""
    start = of.captures.count()
    Capture.objects.bulk_create(
        Capture(
            document=of,
            sequence=start + number,
            captured_at=NOON + timedelta(days=start + number),
            outcome=outcome,
            version=version,
            snapshot=version.snapshot if version else None,
            reasons=[] if version else ["The page looks like an error page."],
        )
        for number, (outcome, version) in enumerate(outcomes, start=1)
    )


KEPT, CHANGED, CUT = document(), document(Retention="We keep your Content for 90 days."), document(Retention=None)


class TestDocumentHistory:
    def test_every_look_is_told_with_what_came_of_it(self, client: Client, editor: User) -> None:
        terms = seen([KEPT, KEPT, KEPT, ERROR_PAGE, CHANGED])
        page = words_of(read(client, history(terms)))
        assert "First capture: version 1" in page
        assert "Verified unchanged twice between 2 and 3 June 2026" in page
        assert "Held: does not look like the document" in page
        assert "Text changed: version 2" in page
        assert page.index("Text changed") < page.index("Held: does") < page.index("First capture: version 1")

    def test_a_held_capture_says_why_and_when_its_incident_ended(self, client: Client, editor: User) -> None:
        page = words_of(read(client, history(seen([KEPT, ERROR_PAGE, KEPT]))))
        assert Capture.objects.get(outcome=Outcome.QUARANTINED).reasons[0] in page
        assert "Incident since 2 June 2026, 12:00 UTC, ended by the good capture of 3 June 2026, 12:00 UTC" in page
        assert "Ended the incident open since 2 June 2026" in page
        assert "Not captured well since" not in page

    def test_an_open_incident_stands_on_top_with_what_is_next(self, client: Client, editor: User) -> None:
        page = words_of(read(client, history(seen([KEPT, ERROR_PAGE]))))
        assert "Not captured well since 2 June 2026" in page
        assert "What is next: a later capture confirms what is held, or an editor releases or rejects it" in page
        assert "Until then version 1 is what readers see" in page

    def test_a_failed_capture_says_what_is_next(self, client: Client, editor: User) -> None:
        terms = seen([KEPT])
        record_failure(terms, reason="The server did not answer.", captured_at=NOON + timedelta(days=1))
        page = words_of(read(client, history(terms)))
        assert "The server did not answer." in page
        assert "the next capture that succeeds ends the incident" in page

    def test_a_flapping_page_is_one_line(self, client: Client, editor: User) -> None:
        page = words_of(read(client, history(seen([KEPT, CHANGED, KEPT, CHANGED, KEPT, CHANGED]))))
        assert "Returned to version 1 and back twice between 3 and 6 June 2026" in page
        assert "returns to earlier texts" in page

    def test_changes_are_counted_with_the_list_that_makes_the_number(self, client: Client, editor: User) -> None:
        page = read(client, history(seen([KEPT, CHANGED])))
        found = re.search(r'<a href="([^"]+)">1 substantive change</a>', page)
        assert found is not None
        listed = read(client, unescape(found[1]))
        assert "1 change" in listed and Change.objects.get().public_id in listed

    def test_what_an_editor_decided_on_a_held_capture_is_told(self, client: Client, editor: User) -> None:
        terms = seen([KEPT])
        held = hold_capture(terms).opened_by
        HoldDecision.objects.create(
            capture=held, ruling="rejected", reason=f"A log-in wall {SCRIPT}", decided_by=editor
        )
        page = read(client, history(terms))
        assert "Rejected: it is not the document" in page
        assert "by Ada Lovelace" in words_of(page)
        assert "A log-in wall &lt;script&gt;" in page

    def test_a_release_is_told_at_both_captures(self, client: Client, editor: User) -> None:
        terms = seen([KEPT])
        held = hold_capture(terms, CHANGED).opened_by
        _, made = make_version(terms, CHANGED, captured_at=NOON + timedelta(days=5))
        HoldDecision.objects.create(
            capture=held, made=made, ruling="released", reason="Read and fine.", decided_by=editor
        )
        page = words_of(read(client, history(terms)))
        assert "Released: it is the document by Ada Lovelace" in page
        assert "recorded as version 2" in page
        assert "Recorded because Ada Lovelace released the capture held on" in page

    def test_a_release_into_a_stream_of_another_language_is_told_in_both(self, client: Client, editor: User) -> None:
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

    def test_a_bulk_rewrite_is_told_with_its_decision(self, client: Client, editor: User) -> None:
        terms = seen([KEPT, CHANGED])
        capture = Capture.objects.get(outcome=Outcome.CHANGED)
        cluster = ChangeCluster.objects.create(kind="rewrite", title="The terms were rewritten", capture=capture)
        cluster.changes.set(Change.objects.all())
        assert "Not decided on yet." in words_of(read(client, history(terms)))
        ClusterDecision.objects.create(
            cluster=cluster, ruling="set_aside", reason="Only a new name.", decided_by=editor
        )
        page = words_of(read(client, history(terms)))
        assert "Bulk rewrite: The terms were rewritten, 1 change in one cluster." in page
        assert "Set aside: nothing to analyse (Ada Lovelace," in page and "Only a new name." in page

    def test_an_upgrade_of_our_extraction_is_no_news_of_the_platform(self, client: Client, editor: User) -> None:
        terms = seen([KEPT])
        record_capture(terms, text=CHANGED, captured_at=NOON + timedelta(days=1), upgrade=True)
        page = words_of(read(client, history(terms)))
        assert "Our extraction changed: version 2" in page
        assert "What changed is how we read the page, not what the platform wrote." in page

    def test_the_four_dates_are_kept_apart(self, client: Client, editor: User) -> None:
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

    def test_stated_dates_are_told_again_only_when_they_change(self, client: Client, editor: User) -> None:
        terms = make_document()
        for number, value in enumerate(("2027-03-14", "2027-03-14", "2027-05-01")):
            version, _ = make_version(terms, f"Effective as said. {number}")
            StatedDate.objects.create(version=version, kind=DateKind.EFFECTIVE, value=value, start=0, end=9)
        page = words_of(read(client, history(terms)))
        assert page.count("Stated effective 1 May 2027") == 2, "of what stands, and of the capture that first saw it"
        assert page.count("Stated effective 14 March 2027") == 1

    def test_an_imported_capture_says_from_where(self, client: Client, editor: User) -> None:
        terms = make_document()
        collection = Collection.objects.create(key="abc", name="fictional-eu")
        record_capture(terms, text=KEPT, captured_at=NOON, collection=collection, source_ref="f" * 40)
        assert "imported from fictional-eu (ffffffff)" in words_of(read(client, history(terms)))

    def test_a_kind_can_be_asked_for_and_its_number_is_its_list(self, client: Client, editor: User) -> None:
        terms = seen([KEPT, ERROR_PAGE, CHANGED, KEPT])
        held = words_of(read(client, history(terms), show="held"))
        assert "Held and failed 1" in held
        assert "Held: does not look" in held and "First capture: version" not in held
        assert "Returned to version 1" in words_of(read(client, history(terms), show="return"))

    def test_a_day_shows_what_had_been_seen_by_then(self, client: Client, editor: User) -> None:
        terms = seen([KEPT, CHANGED])
        page = words_of(read(client, history(terms), on="2026-06-01"))
        assert "Seen by 1 June 2026" in page and "Text changed" not in page
        early = words_of(read(client, history(terms), on="2020-01-01"))
        assert "had not been looked at by 1 January 2020; the first capture is of 1 June 2026" in early

    def test_a_document_without_captures_says_what_to_do(self, client: Client, editor: User) -> None:
        page = words_of(read(client, history(make_document())))
        assert "Nothing has been captured yet. Import a collection" in page

    def test_a_kind_that_never_happened_says_so(self, client: Client, editor: User) -> None:
        page = words_of(read(client, history(seen([KEPT])), show="held"))
        assert "No capture of this document was held, and none failed. Show all captures" in page

    def test_a_document_that_was_only_held_says_so(self, client: Client, editor: User) -> None:
        page = words_of(read(client, history(seen([ERROR_PAGE]))))
        assert "No capture was good enough to become a version" in page

    @pytest.mark.parametrize("asked", [{"before": "x"}, {"before": "9" * 30}, {"on": "soon"}, {"show": "\0"}])
    def test_a_wrong_address_shows_the_newest(self, client: Client, editor: User, asked: dict[str, str]) -> None:
        assert "First capture: version 1" in words_of(read(client, history(seen([KEPT])), **asked))

    def test_long_histories_are_paged_and_lose_no_look(self, client: Client, editor: User) -> None:
        terms = make_document()
        first, _ = make_version(terms, KEPT)
        captures_in_bulk(terms, [(Outcome.UPGRADED, first)] * 119)
        pages, address = [], history(terms)
        while address:
            pages.append(read(client, address))
            onward = re.search(r'<a href="(\?[^"]+)" rel="next">', pages[-1])
            address = history(terms) + unescape(onward[1]) if onward else ""
        assert [page.count('<li class="look') for page in pages] == [50, 50, 20]

    def test_the_log_of_edits_stays_where_django_has_it(self, client: Client, editor: User) -> None:
        terms = seen([KEPT])
        log = reverse("admin:atlas_document_history", args=[terms.pk])
        assert log in read(client, history(terms))
        assert "change history" in read(client, log)


class TestSideBySide:
    def test_the_text_that_stands_is_beside_the_one_before(self, client: Client, editor: User) -> None:
        page = read(client, side_by_side(seen([KEPT, CHANGED])))
        assert "version 1 beside version 2" in words_of(page)
        assert "<del>" in page and "30" in page and "<ins>" in page and "90" in page
        assert "1 changed, 4 unchanged" in words_of(page)

    def test_it_is_the_text_that_stood_before_also_after_a_return(self, client: Client, editor: User) -> None:
        page = words_of(read(client, side_by_side(seen([KEPT, CHANGED, CUT, CHANGED]))))
        assert "version 3 beside version 2" in page
        assert "The older text stands on the right" in page

    def test_unchanged_text_comes_only_on_demand(self, client: Client, editor: User) -> None:
        terms = seen([KEPT, CHANGED])
        page = read(client, side_by_side(terms))
        assert "courts of Dublin" not in page and "2 provisions unchanged" in words_of(page)
        assert "courts of Dublin" in read(client, side_by_side(terms), all=1)

    def test_added_and_removed_provisions_say_so(self, client: Client, editor: User) -> None:
        more = document(Retention=None, Appeals="You may appeal any decision within ninety days of it.")
        page = words_of(read(client, side_by_side(seen([KEPT, more]))))
        assert "Not in version 2" in page and "Removed ·" in page
        assert "Not in version 1" in page and "Added ·" in page

    def test_what_moved_says_from_where_to_where(self, client: Client, editor: User) -> None:
        terms = seen([KEPT])
        placements = list(Version.objects.get().placements.order_by("ordinal"))
        version, _ = make_version(terms, "Another order of the same.")
        for ordinal, placement in enumerate([placements[-1], *placements[:-1]], start=1):
            Placement.objects.create(version=version, wording=placement.wording, ordinal=ordinal, start=0, end=5)
        page = words_of(read(client, side_by_side(terms)))
        assert f"Moved from place {len(placements)} to 1, text unchanged" in page
        assert "1 moved" in page

    @pytest.mark.parametrize(
        ("kind", "is_new", "words"),
        [
            (ChangeKind.SPLIT, True, "Split off: what it says stood in another provision before"),
            (ChangeKind.MERGED, False, "Merged: what it says stands in another provision now"),
        ],
    )
    def test_split_and_merged_are_told_in_words(
        self, client: Client, editor: User, kind: ChangeKind, is_new: bool, words: str
    ) -> None:
        provision = make_provision(KEPT)
        wording = provision.current_wording
        version, capture = make_version(provision.document, CHANGED, captured_at=NOON + timedelta(days=1))
        if is_new:
            other = Provision.objects.create(document=provision.document, title="Split", ordinal=2)
            wording = Wording.objects.create(
                provision=other, number=1, text="x", text_sha256=sha256("x"), folded_sha256="", first_capture=capture
            )
            Placement.objects.create(version=version, wording=wording, ordinal=1, start=0, end=1)
        Change.objects.create(
            document=provision.document,
            provision=wording.provision,
            capture=capture,
            kind=kind,
            significance=Significance.COSMETIC,
            **{"new_wording" if is_new else "old_wording": wording},
        )
        assert words in words_of(read(client, side_by_side(provision.document)))

    def test_each_difference_links_to_its_change_and_to_the_provision(self, client: Client, editor: User) -> None:
        page = read(client, side_by_side(seen([KEPT, CHANGED])))
        change = Change.objects.get()
        assert reverse("admin:atlas_change_change", args=[change.pk]) in page
        assert timeline(change.provision) in page
        assert change.reasons[0] in unescape(page)

    def test_a_provision_that_only_looks_other_reads_the_same(self, client: Client, editor: User) -> None:
        page = words_of(read(client, side_by_side(seen([KEPT, KEPT.replace("may use", "may  use")]))))
        assert "Reads the same: only typography or white space differ" in page
        assert "1 differing in typography only" in page
        assert "Show both" in page, "it is folded, so that it does not bury what differs"

    def test_a_provision_that_differs_in_no_word_says_so(self, client: Client, editor: User) -> None:
        provision = make_provision("* * * We keep it.")
        reword(provision, "*** We keep it.")
        assert "1 differing in typography only" in words_of(read(client, side_by_side(provision.document)))

    def test_identifiers_are_taken_as_well_as_numbers(self, client: Client, editor: User) -> None:
        terms = seen([KEPT, CHANGED, CUT])
        asked = {"old": terms.versions.get(number=3).public_id, "new": "1"}
        assert "version 3 beside version 1" in words_of(read(client, side_by_side(terms), **asked))

    @pytest.mark.parametrize("asked", ["17", "0", "-1", "x", "AT-V-999999", "9" * 40, "²", "\0", SCRIPT])
    def test_what_is_no_version_of_the_document_is_said_clearly(self, client: Client, editor: User, asked: str) -> None:
        page = read(client, side_by_side(seen([KEPT, CHANGED])), old=asked)
        assert "is not a version of this document" in page or "This document has no version" in page
        assert "Its versions are 1 to 2" in page or "Choose two of its versions" in page
        assert SCRIPT not in page

    def test_a_version_of_another_document_is_not_compared(self, client: Client, editor: User) -> None:
        other = seen([KEPT], make_document()).versions.get()
        page = words_of(read(client, side_by_side(seen([KEPT, CHANGED])), old=other.public_id))
        assert f"{other.public_id} is not a version of this document. Choose two of its versions below." in page

    def test_a_version_is_not_compared_with_itself(self, client: Client, editor: User) -> None:
        page = words_of(read(client, side_by_side(seen([KEPT, CHANGED])), old=2, new=2))
        assert "Both sides are version 2. Choose two different versions." in page

    def test_one_version_has_nothing_beside_it(self, client: Client, editor: User) -> None:
        page = words_of(read(client, side_by_side(seen([KEPT]))))
        assert "There is only one version of this document so far" in page
        assert "No version of this document has been recorded" in words_of(read(client, side_by_side(make_document())))


class TestTimeline:
    def test_the_wording_in_force_comes_first_with_what_changed(self, client: Client, editor: User) -> None:
        provision = make_provision("We keep it for 30 days.")
        change = reword(provision, "We keep it for 90 days.")
        page = read(client, timeline(provision))
        text = words_of(page)
        assert text.index("Wording 2 Stands now") < text.index("Wording 1")
        assert "since 1 June 2026, 12:00 UTC until 2 June 2026, 12:00 UTC" in text
        assert "modified, substantive" in text and "A number changed." in text
        assert reverse("admin:atlas_change_change", args=[change.pk]) in page
        assert "[removed: 30][added: 90]" in text

    def test_a_wording_that_came_back_says_how_often(self, client: Client, editor: User) -> None:
        provision = make_provision("We keep it for 30 days.")
        first = provision.current_wording
        assert first is not None
        second = reword(provision, "We keep it for 90 days.").new_wording
        assert second is not None
        for wording in (first, second, first):
            go_back(provision, wording)
        page = words_of(read(client, timeline(provision)))
        assert "Wording 1 Stands now since 5 June 2026" in page
        assert "came back 2 times; first seen 1 June 2026" in page
        assert "a return to an earlier text" in page

    def test_a_removed_provision_says_since_when(self, client: Client, editor: User) -> None:
        terms = seen([KEPT, CUT])
        page = words_of(read(client, timeline(Change.objects.get(kind=ChangeKind.REMOVED).provision)))
        assert "It is not in the document since 2 June 2026, 12:00 UTC." in page
        assert "Not in the document Now" in page and "Wording 1" in page
        record_capture(terms, text=KEPT, captured_at=NOON + timedelta(days=5))
        page = words_of(read(client, timeline(Change.objects.filter(kind=ChangeKind.REMOVED)[0].provision)))
        assert "Wording 1 Stands now since 6 June 2026" in page
        assert "1 time it was not in the document" in page

    def test_how_it_read_on_a_day(self, client: Client, editor: User) -> None:
        provision = make_provision("We keep it for 30 days.")
        reword(provision, "We keep it for 90 days.")
        page = words_of(read(client, timeline(provision), on="2026-06-01"))
        assert "At the end of 1 June 2026 It read as wording 1" in page
        assert "Not seen yet" in words_of(read(client, timeline(provision), on="2026-05-31"))

    def test_published_analyses_stand_with_the_wording_they_describe(self, client: Client, editor: User) -> None:
        allow_publications_past_review()
        provision = make_provision()
        publication = publish(provision, approver=f"Eve {SCRIPT}", title=f"Training {SCRIPT}")
        page = read(client, timeline(provision))
        assert reverse("admin:atlas_publication_change", args=[publication.pk]) in page
        assert "approved by Eve" in words_of(page) and "Readers see it now." in page
        assert SCRIPT not in page

    def test_corrections_of_topics_are_told_with_who_and_why(self, client: Client, editor: User) -> None:
        provision = make_provision()
        topic = Topic.objects.create(key="retention", name="Retention", definition="How long.")
        TopicCorrection.objects.create(
            provision=provision, topic=topic, is_about=False, reason="It only names it.", corrected_by=editor
        )
        page = words_of(read(client, timeline(provision)))
        assert "Ada Lovelace," in page and "it is not about Retention. It only names it." in page

    def test_cosmetic_wordings_can_be_left_out(self, client: Client, editor: User) -> None:
        provision = make_provision("We keep it for 30 days.")
        reword(provision, "We keep it for 30 days!", significance=Significance.COSMETIC)
        reword(provision, "We keep it for 90 days.")
        page = words_of(read(client, timeline(provision), show="substantive"))
        assert "Wording 3" in page and "Wording 1" in page
        assert "Wording 2 since" not in page and "Without cosmetic changes 2" in page

    def test_a_provision_that_no_version_places_says_so(self, client: Client, editor: User) -> None:
        provision = Provision.objects.create(document=make_document(), title="Lost", ordinal=1)
        assert "No version of the document places this provision" in words_of(read(client, timeline(provision)))

    def test_wordings_of_an_earlier_splitter_are_named(self, client: Client, editor: User) -> None:
        provision = make_provision("We keep it for 30 days. We share it.")
        version = Version.objects.get()
        wording = Wording.objects.create(
            provision=provision,
            number=2,
            text="We keep it for 30 days.",
            text_sha256=sha256("We keep it for 30 days."),
            folded_sha256="",
            first_capture=Capture.objects.get(),
        )
        Placement.objects.create(version=version, wording=wording, splitter=2, ordinal=1, start=0, end=23)
        page = words_of(read(client, timeline(provision)))
        assert "Wording 2 Stands now" in page
        assert "1 wording was placed by an earlier splitter alone: numbers 1." in page


class TestHostileTexts:
    def test_nothing_of_a_platform_is_markup_or_turns_the_page_round(self, client: Client, editor: User) -> None:
        evil = f"{SCRIPT}\u202e & <b>bold</b>"
        terms = make_document(name=f"Terms {evil}", slug="terms")
        provision = make_provision(f"30 days {evil}", document=terms, title=f"Title {evil}")
        reword(provision, f"90 days {evil}", reasons=[f"Because {evil}"])
        incident = hold_capture(terms)
        Incident.objects.filter(pk=incident.pk).update(cause=f"Cause {evil}")
        for address in (history(terms), side_by_side(terms), timeline(provision)):
            page = read(client, address)
            body = page[page.index('<div class="record-page">') :]
            assert SCRIPT not in page and "<b>bold" not in page, address
            assert "\u202e" not in body, address


class TestPermissions:
    def addresses(self) -> list[str]:
        terms = seen([KEPT, CHANGED])
        return [history(terms), side_by_side(terms), timeline(Change.objects.get().provision)]

    def test_a_viewer_may_look(self, client: Client) -> None:
        client.force_login(make_user(groups=("Viewer",)))
        assert [client.get(address).status_code for address in self.addresses()] == [200, 200, 200]

    def test_staff_without_a_role_may_not(self, client: Client) -> None:
        client.force_login(make_user(is_staff=True))
        assert [client.get(address).status_code for address in self.addresses()] == [403, 403, 403]

    def test_anybody_else_is_asked_to_log_in(self, client: Client) -> None:
        for address in self.addresses():
            answer = client.get(address)
            assert answer.status_code == 302 and answer["Location"].startswith(reverse("admin:login"))

    def test_no_link_leads_a_viewer_to_a_refusal(self, client: Client) -> None:
        addresses = self.addresses()
        client.force_login(make_user(groups=("Viewer",)))
        for address in addresses:
            page = read(client, address)
            for link in set(re.findall(r'href="(/[^"#?]*)', page[page.index('<div class="record-page">') :])):
                assert client.get(link).status_code == 200, link

    @pytest.mark.parametrize(
        "name", ["atlas_document_archive", "atlas_document_side_by_side", "atlas_provision_timeline"]
    )
    def test_what_is_not_there_is_not_found(self, client: Client, editor: User, name: str) -> None:
        assert client.get(reverse(f"admin:{name}", args=[99_999_999])).status_code == 404


class TestLinks:
    def test_the_record_leads_to_its_history(self, client: Client, editor: User) -> None:
        terms = seen([KEPT, CHANGED, ERROR_PAGE])
        change = Change.objects.get()
        version, incident = terms.versions.get(number=2), Incident.objects.get()
        for row, address in (
            (terms, history(terms)),
            (change.provision, timeline(change.provision)),
            (change, timeline(change.provision)),
            (version, f"{side_by_side(terms)}?new=2"),
            (incident, f"{history(terms)}?show=held"),
        ):
            form = reverse(f"admin:atlas_{row._meta.model_name}_change", args=[row.pk])
            assert f'href="{address}' in read(client, form), form
        assert history(terms) in read(client, reverse("admin:atlas_document_changelist"))
        assert timeline(change.provision) in read(client, reverse("admin:atlas_provision_changelist"))


class TestQueries:
    """The same number of queries for little and for much."""

    def test_document_history(self, client: Client, editor: User, django_assert_max_num_queries: AtMost) -> None:
        terms = seen([KEPT, ERROR_PAGE, CHANGED])
        with django_assert_max_num_queries(QUERIES):
            read(client, history(terms))
        one, two = terms.versions.order_by("number")
        story = [
            (Outcome.UNCHANGED, two),
            (Outcome.QUARANTINED, None),
            (Outcome.RETURNED, one),
            (Outcome.RETURNED, two),
        ]
        captures_in_bulk(terms, story * 250)
        for row in Capture.objects.filter(outcome=Outcome.QUARANTINED)[:100]:
            HoldDecision.objects.create(capture=row, ruling="rejected", reason="No.", decided_by=editor)
        with django_assert_max_num_queries(QUERIES):
            page = read(client, history(terms))
        assert page.count('<li class="look') == 50

    def test_side_by_side(self, client: Client, editor: User, django_assert_max_num_queries: AtMost) -> None:
        large = {f"Clause {number}": f"The parties agree on point {number} as it stands." for number in range(100)}
        terms = seen([document(**large), document(**{name: f"{text} Not so." for name, text in large.items()})])
        for asked in ({}, {"all": 1}):
            with django_assert_max_num_queries(QUERIES):
                page = read(client, side_by_side(terms), **asked)
        assert page.count('<section class="row"') >= 100

    def test_timeline(self, client: Client, editor: User, django_assert_max_num_queries: AtMost) -> None:
        provision = make_provision("We keep it for 30 days.")
        with django_assert_max_num_queries(QUERIES):
            read(client, timeline(provision))
        for days in range(31, 71):
            reword(provision, f"We keep it for {days} days.")
        with django_assert_max_num_queries(QUERIES):
            page = read(client, timeline(provision))
        assert page.count('<li class="stay') == 20
        assert "Earlier wordings" in page

    def test_the_forms_of_a_document_and_of_a_provision(
        self, client: Client, editor: User, django_assert_max_num_queries: AtMost
    ) -> None:
        provision = make_provision("We keep it for 30 days.")
        for days in range(31, 51):
            reword(provision, f"We keep it for {days} days.")
            make_document()
        for row in (provision, provision.document):
            with django_assert_max_num_queries(QUERIES):
                read(client, reverse(f"admin:atlas_{row._meta.model_name}_change", args=[row.pk]))
