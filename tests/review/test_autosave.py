"""Unsaved text: kept for who typed it, offered again, seen by nobody else, gone once it is saved."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from atlas.models import User
from review import actions, autosaving
from review.models import Edition, Event, Revision, UnsavedText
from tests.factories import make_user
from tests.review.factories import approve, make_edition, make_editor, shown
from tests.review.test_conflict import fields_in, press, revise
from tests.review.test_desk import desk_url, log_in, posted

pytestmark = pytest.mark.django_db


def keep(client: Client, edition: Edition, by: User, *, page: str = "page-1", **changes: Any) -> HttpResponse:
    """What the script of an opened page sends two seconds after the last key."""
    form = {**posted(edition, ""), "unsaved_page": page, "editor": by.pk, **changes}
    return client.post(reverse("admin:review_edition_unsaved", args=[edition.pk]), form)  # type: ignore[return-value]


class TestKeeping:
    @time_machine.travel(datetime(2026, 6, 1, 10, 4, tzinfo=UTC), tick=False)
    def test_what_was_typed_is_kept_and_nothing_else_moves(self, senior: Client, edition: Edition, by: User) -> None:
        events, revisions = Event.objects.count(), Revision.objects.count()
        answer = keep(senior, edition, by, practical_effect="Typed.", comment_body="A remark.")
        assert answer.status_code == 200
        assert answer.json() == {"kept_at": "10:04 UTC"}  # type: ignore[attr-defined]
        kept = UnsavedText.objects.get()
        assert (kept.user, kept.base, kept.tab) == (by, edition.head, "page-1")
        assert (kept.fields["practical_effect"], kept.fields["comment_body"]) == ("Typed.", "A remark.")
        assert (Event.objects.count(), Revision.objects.count()) == (events, revisions)
        before = edition.lock_version
        edition.refresh_from_db()
        assert edition.lock_version == before

    def test_the_newest_of_a_page_replaces_its_older(self, senior: Client, edition: Edition, by: User) -> None:
        for text in ("One.", "Two."):
            keep(senior, edition, by, practical_effect=text)
        assert UnsavedText.objects.get().fields["practical_effect"] == "Two."

    def test_a_form_that_is_not_valid_is_kept_as_it_is(self, senior: Client, edition: Edition, by: User) -> None:
        assert keep(senior, edition, by, title="", attributes="half a fa", summary="a\0b\r\nc").status_code == 200
        fields = UnsavedText.objects.get().fields
        assert (fields["title"], fields["attributes"], fields["summary"]) == ("", "half a fa", "ab\nc")

    def test_typing_it_all_back_leaves_nothing_to_keep(self, senior: Client, edition: Edition, by: User) -> None:
        keep(senior, edition, by, practical_effect="Typed.")
        assert keep(senior, edition, by).status_code == 200
        assert not UnsavedText.objects.exists()

    def test_a_late_request_after_saving_leaves_no_bar(self, senior: Client, edition: Edition, by: User) -> None:
        late = {**posted(edition, ""), "unsaved_page": "page-1", "editor": by.pk, "practical_effect": "Typed."}
        press(senior, edition, "save", late)
        senior.post(reverse("admin:review_edition_unsaved", args=[edition.pk]), late)
        assert "Continue with it" not in senior.get(desk_url(edition)).content.decode()

    @pytest.mark.parametrize("end", ["publish", "discard"])
    def test_a_closed_edition_keeps_nothing_more(self, senior: Client, end: str, edition: Edition, by: User) -> None:
        if end == "publish":
            approve(edition)
        else:
            actions.discard(edition, by=make_editor(), lock_version=1, reason="Not needed.")
        answer = keep(senior, edition, by, practical_effect="Typed.")
        assert answer.status_code == 409
        assert "nothing more can be done to it" in answer.content.decode()
        assert not UnsavedText.objects.exists()

    def test_a_text_beyond_all_measure_is_refused_with_the_measure(
        self, senior: Client, edition: Edition, by: User
    ) -> None:
        answer = keep(senior, edition, by, summary="x" * autosaving.MAX_CHARACTERS)
        assert answer.status_code == 409
        assert "200,000 characters" in answer.content.decode()
        assert not UnsavedText.objects.exists()

    def test_a_page_that_does_not_say_what_it_is_is_refused(self, senior: Client, edition: Edition, by: User) -> None:
        other = make_edition()
        assert keep(senior, edition, by, page="").status_code == 400
        for number in (shown(other)["revision_id"], "x", "", "9" * 40):
            assert keep(senior, edition, by, revision_id=number, title="Typed").status_code == 400
        assert not UnsavedText.objects.exists()

    def test_it_asks_for_post_a_login_and_the_right_token(self, client: Client, edition: Edition) -> None:
        url = reverse("admin:review_edition_unsaved", args=[edition.pk])
        assert client.post(url).status_code == 302, "to the login"
        log_in(client)
        assert client.get(url).status_code == 405
        strict = Client(enforce_csrf_checks=True)
        log_in(strict)
        assert strict.post(url, posted(edition, "")).status_code == 403
        assert not UnsavedText.objects.exists()


class TestPrivacy:
    def test_nobody_else_sees_takes_up_or_throws_away_what_one_typed(self, client: Client, edition: Edition) -> None:
        ada = log_in(client)
        keep(client, edition, ada, practical_effect="A secret thought.")
        for role in ("Senior reviewer", "Managing editor", "Auditor"):
            other = Client()
            log_in(other, role=role)
            assert "secret thought" not in other.get(desk_url(edition)).content.decode()
            for verb in ("continue_unsaved", "throw_away_unsaved"):
                page = press(other, edition, verb, posted(edition, verb))[1]
                assert "secret thought" not in page
        root = Client()
        log_in(root, make_user("root", is_staff=True, is_superuser=True))
        for path in ("unsavedtext/", f"unsavedtext/{UnsavedText.objects.get().pk}/change/"):
            assert root.get(f"/admin/review/{path}").status_code == 404
        assert UnsavedText.objects.get().user == ada

    @pytest.mark.parametrize(("role", "status"), [("Viewer", 409), ("Auditor", 409), ("", 403)])
    def test_who_may_not_edit_keeps_nothing(self, client: Client, role: str, status: int, edition: Edition) -> None:
        by = make_editor(role) if role else make_user(is_staff=True)
        client.force_login(by)
        assert keep(client, edition, by, practical_effect="Typed.").status_code == status
        assert not UnsavedText.objects.exists()

    def test_a_page_of_somebody_who_left_does_not_write_in_the_name_of_the_next(
        self, client: Client, edition: Edition
    ) -> None:
        ada, ben = make_editor("Editor"), make_editor("Editor", "ben")
        client.force_login(ben)
        answer = keep(client, edition, ada, practical_effect="Typed by Ada.")
        assert answer.status_code == 409
        assert "You are logged in as Ben now" in answer.content.decode()
        assert not UnsavedText.objects.exists()


class TestGoingOn:
    def start(self, client: Client, **typed: Any) -> tuple[Edition, User]:
        """Ada typed at 10:04 and closed the tab."""
        edition = make_edition()
        ada = log_in(client, make_editor("Senior reviewer", "ada"))
        with time_machine.travel(datetime(2026, 6, 1, 10, 4, tzinfo=UTC), tick=False):
            keep(client, edition, ada, **(typed or {"practical_effect": "Typed."}))
        return edition, ada

    def open(self, client: Client, edition: Edition) -> str:
        return client.get(desk_url(edition)).content.decode()

    def test_the_desk_offers_it_without_putting_it_in_the_form(self, client: Client) -> None:
        edition, _ = self.start(client)
        with time_machine.travel(datetime(2026, 6, 1, 11, 0, tzinfo=UTC), tick=False):
            page = self.open(client, edition)
        assert ">10:04 UTC</time>" in page
        assert "before revision" not in page
        assert "Typed." not in page

    def test_it_goes_on_and_is_gone_once_saved(self, client: Client) -> None:
        edition, _ = self.start(client, practical_effect="Typed.", comment_body="A remark.")
        status, page = press(client, edition, "continue_unsaved", fields_in(self.open(client, edition)))
        assert status == 200
        fields = fields_in(page)
        assert (fields["practical_effect"], fields["comment_body"]) == (["Typed."], ["A remark."])
        assert "Continue with it" not in page
        assert edition.revisions.count() == 1
        assert press(client, edition, "save", {**fields, "comment_body": ""})[0] == 302
        assert edition.revisions.count() == 2
        assert not UnsavedText.objects.exists()

    def test_after_a_newer_revision_it_goes_on_through_the_comparison(self, client: Client) -> None:
        edition, _ = self.start(client)
        revise(edition, "bea", why_it_matters="Theirs.")
        page = self.open(client, edition)
        assert "(before revision 2 by Bea)" in page
        status, page = press(client, edition, "continue_unsaved", fields_in(page))
        assert status == 409
        assert "Revision 2 by Bea came." in page
        _, page = press(client, edition, "resume", fields_in(page))
        fields = fields_in(page)
        assert (fields["practical_effect"], fields["why_it_matters"]) == (["Typed."], ["Theirs."])
        press(client, edition, "save", fields)
        assert not UnsavedText.objects.exists()

    def test_after_the_end_of_the_edition_it_is_there_to_copy(self, client: Client) -> None:
        edition, _ = self.start(client)
        approve(edition)
        page = self.open(client, edition)
        assert "Continue with it" in page
        status, page = press(client, edition, "continue_unsaved", fields_in(page))
        assert (status, "Typed." in page) == (409, True)
        press(client, edition, "throw_away_unsaved", fields_in(self.open(client, edition)))
        assert not UnsavedText.objects.exists()

    def test_it_is_thrown_away_on_request_and_what_was_typed_since_stays(self, client: Client) -> None:
        edition, _ = self.start(client)
        form = {**fields_in(self.open(client, edition)), "change_summary": "Typed since."}
        status, page = press(client, edition, "throw_away_unsaved", form)
        assert status == 200
        assert fields_in(page)["change_summary"] == ["Typed since."]
        assert not UnsavedText.objects.exists()

    def test_going_on_does_not_drop_what_was_typed_since(self, client: Client) -> None:
        edition, _ = self.start(client)
        form = {**fields_in(self.open(client, edition)), "change_summary": "Typed since."}
        status, page = press(client, edition, "continue_unsaved", form)
        assert status == 409
        assert fields_in(page)["change_summary"] == ["Typed since."]
        assert UnsavedText.objects.get().fields["practical_effect"] == "Typed."

    def test_a_new_page_does_not_write_over_a_text_that_waits_to_be_decided(self, client: Client) -> None:
        edition, ada = self.start(client)
        answer = keep(client, edition, ada, page="page-2", practical_effect="Another.")
        assert answer.status_code == 409
        assert UnsavedText.objects.get().fields["practical_effect"] == "Typed."

    @pytest.mark.parametrize("verb", ["save", "claim", "approve", "discard"])
    def test_a_button_of_another_page_does_not_drop_it(self, client: Client, verb: str) -> None:
        edition, _ = self.start(client)
        form = fields_in(self.open(client, edition))
        reason = {"discard_reason": "Not needed."} if verb == "discard" else {}
        assert press(client, edition, verb, {**form, "unsaved_page": "page-2", **reason})[0] == 302
        assert UnsavedText.objects.get().fields["practical_effect"] == "Typed."

    @pytest.mark.parametrize("verb", ["save", "approve"])
    def test_saving_and_approving_leave_what_was_written_beside_the_text(
        self, senior: Client, verb: str, edition: Edition
    ) -> None:
        _, page = press(senior, edition, verb, posted(edition, verb, comment_body="A remark."))
        assert "A remark." in page


class TestTwoTabs:
    @time_machine.travel(datetime(2026, 6, 1, 10, 5, tzinfo=UTC), tick=False)
    def test_the_older_tab_is_told_and_does_not_write_over_the_newer(
        self, senior: Client, edition: Edition, by: User
    ) -> None:
        keep(senior, edition, by, page="newer", practical_effect="Newer.")
        answer = keep(senior, edition, by, page="older", practical_effect="Older.")
        assert answer.status_code == 409
        assert "You typed in another tab at 10:05 UTC; this one is older." in answer.content.decode()
        assert UnsavedText.objects.get().fields["practical_effect"] == "Newer."

    def test_a_text_that_was_taken_up_makes_its_first_page_the_older(
        self, senior: Client, edition: Edition, by: User
    ) -> None:
        keep(senior, edition, by, page="first", practical_effect="Typed.")
        page = press(senior, edition, "continue_unsaved", posted(edition, ""))[1]
        (second,) = fields_in(page)["unsaved_page"]
        assert keep(senior, edition, by, page="first", practical_effect="First.").status_code == 409
        assert keep(senior, edition, by, page=second, practical_effect="Second.").status_code == 200
        assert UnsavedText.objects.get().fields["practical_effect"] == "Second."

    def test_saving_in_the_older_tab_keeps_what_the_newer_typed(
        self, senior: Client, edition: Edition, by: User
    ) -> None:
        keep(senior, edition, by, page="newer", practical_effect="Newer.")
        press(senior, edition, "save", posted(edition, "save", unsaved_page="older", practical_effect="Older."))
        assert edition.revisions.count() == 2
        assert UnsavedText.objects.get().fields["practical_effect"] == "Newer."
