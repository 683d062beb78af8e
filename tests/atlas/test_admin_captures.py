"""Held captures at the desk: what waits comes first, what a decision does is said, and only editors decide."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from atlas.admin.holding import pieces, stretches
from atlas.archive.judgements.holding import release
from atlas.archive.judgements.waiting_captures import CONFIRMED, EDITOR, TURNED_DOWN, UNREAD, waiting_for_a_decision
from atlas.archive.record.recording import record_capture, record_failure
from atlas.models import Capture, Document, HoldDecision, Outcome, User
from tests.atlas.test_variants import ENGLISH, GERMAN
from tests.atlas.texts import ERROR_PAGE, document
from tests.factories import NOON, make_document, make_platform, make_user

pytestmark = pytest.mark.django_db
LONG = document(**{f"Annex_{n}": f"Annex {n} of these terms lists rules for the Service. " * 4 for n in range(30)})
HOSTILE = "<script>alert(1)</script> This page isn't available\n\nAn unexpected error has occurred."

See = Callable[..., Capture]


@pytest.fixture
def terms() -> Document:
    return make_document(make_platform("Marrowmint"), name="Terms of Service")


@pytest.fixture
def see(terms: Document) -> See:
    days = iter(range(1000))

    def see(text: str, of: Document | None = None) -> Capture:
        return record_capture(of or terms, text=text, captured_at=NOON + timedelta(days=next(days)))

    return see


@pytest.fixture
def editor() -> User:
    return make_user("ada", groups=("Editor",))


@pytest.fixture
def desk(client: Client, editor: User) -> Client:
    client.force_login(editor)
    return client


def address(capture: Capture) -> str:
    return reverse("admin:atlas_capture_change", args=[capture.pk])


def decide(desk: Client, capture: Capture, verb: str, reason: str = "I have read the page.") -> str:
    answer = desk.post(
        reverse("admin:atlas_capture_decide", args=[capture.pk]), {"verb": verb, "reason": reason}, follow=True
    )
    assert answer.status_code == 200
    return answer.content.decode()


def shown(desk: Client, name: str, **query: str) -> str:
    answer = desk.get(reverse(f"admin:atlas_{name}_changelist"), query)
    assert answer.status_code == 200
    return answer.content.decode()


class TestTheFirstPage:
    def test_it_names_what_waits_and_leads_there(self, see: See, desk: Client) -> None:
        see(LONG)
        assert "held capture" not in desk.get(reverse("admin:index")).content.decode()
        see(ERROR_PAGE)
        for page in ("admin:index", "admin:review_edition_changelist"):
            words = desk.get(reverse(page)).content.decode()
            assert (
                f'<a href="{reverse("admin:atlas_capture_changelist")}?hold=waiting">1 held capture</a> waits' in words
            )


class TestTheList:
    def test_what_waits_is_shown_first_once_for_each_text(self, see: See) -> None:
        see(LONG)
        held = [see(ERROR_PAGE) for _ in range(3)]
        see(document(), of=make_document(name="Privacy Policy"))
        assert list(waiting_for_a_decision()) == [held[-1]]

    def test_what_was_decided_or_settled_waits_no_longer(self, see: See, desk: Client) -> None:
        see(LONG)
        see(ERROR_PAGE)
        decide(desk, see(ERROR_PAGE), "reject")
        see(LONG)
        see(document())
        assert [capture.snapshot.text for capture in waiting_for_a_decision() if capture.snapshot] == [document()]
        see(document())
        assert not waiting_for_a_decision().exists()

    def test_opened_from_the_menu_it_shows_what_waits_and_a_link_leads_to_all(self, see: See, desk: Client) -> None:
        good, held = see(LONG), see(ERROR_PAGE)
        waiting = shown(desk, "capture")
        assert address(held) in waiting
        assert address(good) not in waiting
        assert address(good) in shown(desk, "capture", hold="all")
        assert address(good) in shown(desk, "capture", outcome__exact="first")
        decide(desk, held, "reject")
        assert "Rejected by Ada" in shown(desk, "capture", hold="decided")

    @pytest.mark.parametrize("name", ["capture", "incident"])
    def test_a_list_takes_as_many_queries_for_many_as_for_few(self, name: str, see: See, desk: Client) -> None:
        counts = []
        for number in (1, 12):
            for index in range(number):
                other = make_document(name=f"Terms {number}.{index}")
                see(LONG, of=other)
                see(ERROR_PAGE, of=other)
            shown(desk, name)
            with CaptureQueriesContext(connection) as queries:
                shown(desk, name)
            counts.append(len(queries))
        assert counts[0] == counts[1]


class TestThePage:
    def test_it_shows_both_texts_the_reasons_and_what_each_button_does(self, see: See, desk: Client) -> None:
        see(LONG)
        page = desk.get(address(see(document()))).content.decode()
        assert "The text shrank to" in page
        assert CONFIRMED in page
        assert "Annex 7 of these terms" in page, "the last good text"
        for word in ("Release", "Reject", "its next version", "It is not the document", "csrfmiddlewaretoken"):
            assert word in page
        assert "Release as a variant" not in page

    def test_another_language_can_be_released_as_a_variant(self, see: See, desk: Client, terms: Document) -> None:
        see(ENGLISH)
        held = see(GERMAN)
        assert "Terms of Service (German)" in desk.get(address(held)).content.decode()
        page = decide(desk, held, "variant")
        assert "Released" in page
        assert terms.variants.get().language == "de"

    def test_the_held_text_is_never_markup(self, see: See, desk: Client) -> None:
        page = desk.get(address(see(HOSTILE))).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page

    def test_an_empty_capture_can_be_looked_at(self, see: See, desk: Client) -> None:
        assert "The capture has no text" in desk.get(address(see(""))).content.decode()

    def test_it_takes_as_many_queries_for_a_long_text_as_for_a_short_one(self, see: See, desk: Client) -> None:
        short, long = see(ERROR_PAGE), see(ERROR_PAGE * 500)
        counts = []
        for capture in (short, long):
            desk.get(address(capture))
            with CaptureQueriesContext(connection) as queries:
                desk.get(address(capture))
            counts.append(len(queries))
        assert counts[0] == counts[1] <= 16

    def test_a_viewer_looks_and_cannot_decide(self, see: See, client: Client) -> None:
        held = see(ERROR_PAGE)
        client.force_login(make_user(groups=("Viewer",)))
        page = client.get(address(held)).content.decode()
        assert "Your role lets you look, not decide." in page
        post = reverse("admin:atlas_capture_decide", args=[held.pk])
        assert client.post(post, {"verb": "release", "reason": "x"}).status_code == 403
        assert not HoldDecision.objects.exists()

    def test_strangers_see_nothing(self, see: See, client: Client) -> None:
        client.force_login(make_user())
        assert client.get(address(see(ERROR_PAGE))).status_code == 302

    def test_a_good_capture_is_shown_as_it_is(self, see: See, desk: Client) -> None:
        assert "Nothing is left to decide" not in desk.get(address(see(LONG))).content.decode()


class TestDeciding:
    def test_a_release_makes_a_version_and_says_which(self, see: See, desk: Client, terms: Document) -> None:
        see(LONG)
        page = decide(desk, see(document()), "release")
        made = terms.versions.get(number=2)
        assert made.public_id in page
        assert "I have read the page." in page
        assert "Nothing is left to decide" in page

    def test_a_rejection_is_shown_with_its_reason_also_when_the_text_comes_again(self, see: See, desk: Client) -> None:
        see(LONG)
        decide(desk, see(ERROR_PAGE), "reject", reason="The page was down.")
        page = desk.get(address(see(ERROR_PAGE))).content.decode()
        assert "The page was down." in page
        assert "Nothing is left to decide" in page

    def test_without_a_reason_nothing_happens_and_the_person_is_told(self, see: See, desk: Client) -> None:
        page = decide(desk, see(ERROR_PAGE), "release", reason=" ")
        assert "Say why" in page
        assert not HoldDecision.objects.exists()

    def test_the_second_of_two_editors_is_told_and_keeps_what_they_wrote(
        self, see: See, desk: Client, editor: User
    ) -> None:
        held = see(ERROR_PAGE)
        release(held, by=editor, reason="All that the page says.")
        page = decide(desk, held, "reject", reason="It looks wrong to me.")
        assert "Ada has released this capture already" in page
        assert HoldDecision.objects.count() == 1

    def test_a_decision_is_posted_and_its_address_opened_again_shows_the_capture(self, see: See, desk: Client) -> None:
        held = see(ERROR_PAGE)
        answer = desk.get(reverse("admin:atlas_capture_decide", args=[held.pk]), {"verb": "release", "reason": "x"})
        assert answer.headers["Location"] == address(held)
        assert not HoldDecision.objects.exists()

    def test_a_verb_that_is_none_does_nothing(self, see: See, desk: Client) -> None:
        answer = desk.post(
            reverse("admin:atlas_capture_decide", args=[see(ERROR_PAGE).pk]), {"verb": "delete", "reason": "x"}
        )
        assert answer.status_code == 400
        assert not HoldDecision.objects.exists()


class TestIncidents:
    def test_each_says_what_is_next_and_leads_to_what_is_held(self, see: See, desk: Client, terms: Document) -> None:
        see(LONG)
        held = see(ERROR_PAGE)
        page = shown(desk, "incident")
        assert EDITOR in page
        assert address(held) in page
        decide(desk, held, "reject")
        assert TURNED_DOWN in shown(desk, "incident")
        record_failure(terms, reason="The server did not answer.", captured_at=NOON + timedelta(days=50))
        assert UNREAD in shown(desk, "incident")
        see(LONG)
        assert "Ended by a good capture." in shown(desk, "incident")

    def test_one_that_ended_otherwise_says_how(self, see: See, desk: Client) -> None:
        see(LONG)
        assert see(document()).outcome == Outcome.QUARANTINED
        assert CONFIRMED in shown(desk, "incident")
        see(document())
        assert "Ended. Held at first; a later capture agreed with it." in shown(desk, "incident")


class TestThePairOfTexts:
    def test_a_text_of_one_line_is_compared_sentence_by_sentence(self) -> None:
        kept = "We keep your Content for 30 days. " * 20
        before, now = kept + "We never sell it.You may object.", kept + "We may sell it.You may object."
        assert [stretch.text.strip() for stretch in stretches(now, before) if stretch.is_own] == ["We may sell it."]

    def test_nothing_of_a_text_is_lost_by_cutting_it(self) -> None:
        for text in (LONG, "One. Two" * 200, "", "\n\n a\r\nb"):
            assert "".join(pieces(text)) == text

    def test_a_long_line_in_both_is_folded(self) -> None:
        kept = "We keep your Content for 30 days. " * 100
        both = stretches(kept + "We sell it.", kept)[0]
        assert both.is_folded and both.amount == "3,399 characters"
