"""Remarks: anchored to words, found again in later revisions, settled once, and never in the way of the text."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from atlas.models import User
from review import commenting
from review.anchoring import find_quote, surroundings
from review.commenting import Anchor
from review.errors import NotAllowed
from review.models import Comment, Edition, Event
from tests.review.factories import approve, check_constraints, make_edition, make_editor, shown
from tests.review.test_conflict import fields_in, press, revise, words_of
from tests.review.test_desk import desk_url, log_in, posted

pytestmark = pytest.mark.django_db
WORDS = "until the customer opts out"


def comment(edition: Edition, by: User | None = None, body: str = "Says who?", **fields: Any) -> Comment:
    assert edition.head is not None
    return commenting.comment(edition, body, by=by or make_editor("Editor"), revision=edition.head, **fields)


def blocked(edition: Edition, by: User | None = None) -> Comment:
    return comment(edition, by, is_blocking=True)


def opened(client: Client, edition: Edition) -> str:
    return client.get(desk_url(edition)).content.decode()


class TestAnchors:
    """Pure: where quoted words stand in another text."""

    def test_of_several_places_the_one_with_the_same_surroundings(self) -> None:
        text = "You may object. We may change it. They may not."
        assert find_quote(text, "may", prefix="object. We ", suffix=" change") == (19, 22)
        assert find_quote(text, "may") == (4, 7), "without surroundings the first"

    def test_words_that_are_gone_are_nowhere(self) -> None:
        assert find_quote("We keep it.", "sell") is None
        assert find_quote("We keep it.", "") is None

    @given(before=st.text(max_size=60), quote=st.text(min_size=1, max_size=20), after=st.text(max_size=60))
    def test_a_quote_is_found_where_it_was_taken(self, before: str, quote: str, after: str) -> None:
        text = before + quote + after
        place = (len(before), len(before) + len(quote))
        found = find_quote(text, quote, *surroundings(text, *place))
        assert found is not None
        assert text[found[0] : found[1]] == quote
        if text.count(quote) == 1:
            assert found == place

    @given(lead=st.text(max_size=60), quote=st.text(min_size=1, max_size=20), after=st.text(max_size=60))
    def test_what_is_written_before_it_moves_it_along(self, lead: str, quote: str, after: str) -> None:
        text = lead + quote + after
        found = find_quote(text, quote, *surroundings(quote + after, 0, len(quote)))
        assert found is not None and text[found[0] : found[1]] == quote


class TestCommenting:
    def test_a_comment_leaves_its_event_and_open_forms_as_they_are(self, edition: Edition) -> None:
        ada = make_editor("Editor", "ada")
        before = shown(edition)
        made = comment(edition, ada, anchor=Anchor("practical_effect", WORDS))
        assert shown(edition) == before
        event = Event.objects.latest("id")
        assert str(event) == "Ada commented"
        assert event.data.items() >= {"lock_version": 1, "comment": made.pk, "is_blocking": False}.items()
        assert (made.prefix, made.suffix) == ("Content trains models ", ".")
        check_constraints()

    def test_an_open_form_is_saved_after_a_comment(self, senior: Client, edition: Edition) -> None:
        form = posted(edition, "save", title="Mine")
        comment(edition)
        assert press(senior, edition, "save", form)[0] == 302

    @pytest.mark.parametrize(
        ("fields", "reason"),
        [
            ({"body": " \0 "}, "empty"),
            ({"body": "x" * 5001}, "at most 5,000"),
            ({"anchor": Anchor("id", "1")}, "not known"),
            ({"anchor": Anchor("title", "words of another part")}, "copy them from it"),
            ({"anchor": Anchor("", "words")}, "which part"),
            ({"anchor": Anchor("title", "x" * 2001)}, "at most 2,000"),
        ],
    )
    def test_what_makes_no_sense_is_refused(self, fields: dict[str, Any], reason: str) -> None:
        with pytest.raises(NotAllowed, match=reason):
            comment(make_edition(), **fields)
        assert not Comment.objects.exists()

    def test_words_that_are_typed_and_not_saved_can_be_commented_on(self, senior: Client, edition: Edition) -> None:
        form = posted(edition, "comment", practical_effect="Brand new words.", comment_part="practical_effect")
        form |= {"comment_quote": "new words", "comment_body": "Really?"}
        status, page = press(senior, edition, "comment", form)
        assert status == 200
        assert fields_in(page)["practical_effect"] == ["Brand new words."], "the text comes back, unsaved"
        assert fields_in(page)["comment_body"] == [""]
        assert "The words are no longer in the text." in page, "the saved one"
        press(senior, edition, "save", fields_in(page))
        assert "no longer in the text" not in opened(senior, edition)

    def test_who_may_only_look_does_not_comment(self, client: Client, edition: Edition) -> None:
        log_in(client, role="Viewer")
        assert 'name="comment_body"' not in opened(client, edition)
        assert press(client, edition, "comment", posted(edition, "comment", comment_body="x"))[0] == 409
        with pytest.raises(NotAllowed):
            comment(edition, make_editor("Auditor"))
        assert not Comment.objects.exists()

    def test_a_closed_edition_takes_no_more(self, edition: Edition) -> None:
        first, second = comment(edition), comment(edition)
        approve(edition)
        assert edition.head is not None
        for call in (
            partial(comment, edition),
            partial(commenting.reply, first, "So?", by=make_editor(), revision=edition.head),
            partial(commenting.resolve, second, by=make_editor()),
        ):
            with pytest.raises(NotAllowed, match="published"):
                call()


class TestThreads:
    def test_an_answer_belongs_to_its_thread_and_to_the_revision_of_its_day(self, edition: Edition) -> None:
        ben = make_editor()
        first = comment(edition)
        revision = revise(edition, title="Better")
        answer = commenting.reply(first, "Mended.", by=ben, revision=revision)
        deeper = commenting.reply(answer, "Thanks.", by=ben, revision=revision)
        assert (answer.reply_to, deeper.reply_to) == (first, first)
        assert answer.revision.number == 2

    def test_a_thread_is_settled_once(self, edition: Edition) -> None:
        ben = make_editor("Editor", "ben")
        first = comment(edition)
        answer = commenting.reply(first, "Mended.", by=ben, revision=first.revision)
        commenting.resolve(first, by=ben)
        assert str(Event.objects.latest("id")) == "Ben resolved a comment"
        first.refresh_from_db()
        assert first.resolved_by == ben and first.resolved_at
        for thread, reason in ((first, "already"), (answer, "with its thread")):
            with pytest.raises(NotAllowed, match=reason):
                commenting.resolve(thread, by=make_editor())
        with pytest.raises(NotAllowed, match="make a new one"):
            commenting.reply(first, "But…", by=ben, revision=first.revision)

    def test_a_blocking_one_is_settled_by_who_made_it_or_may_approve(self, edition: Edition) -> None:
        ada, ben = make_editor("Editor"), make_editor("Editor")
        mine, other = blocked(edition, ada), blocked(edition, ada)
        with pytest.raises(NotAllowed, match="blocks approval"):
            commenting.resolve(mine, by=ben)
        commenting.resolve(mine, by=ada)
        commenting.resolve(other, by=make_editor("Reviewer"))

    def test_a_comment_of_another_edition_is_not_reached_through_this_one(
        self, senior: Client, edition: Edition
    ) -> None:
        foreign = comment(make_edition())
        for verb in (f"reply:{foreign.pk}", f"resolve_comment:{foreign.pk}", "reply:x", "resolve_comment:"):
            form = posted(edition, verb, **{f"comment_reply_{foreign.pk}": "Hello"})
            status, page = press(senior, edition, verb, form)
            assert status == 409 and "not of this edition" in page
        foreign.refresh_from_db()
        assert foreign.resolved_at is None and not foreign.replies.exists()

    def test_the_database_lets_no_answer_block(self, edition: Edition) -> None:
        first = comment(edition)
        with pytest.raises(IntegrityError), transaction.atomic():
            Comment.objects.create(
                edition=edition, revision=first.revision, reply_to=first, body="x", by=first.by, is_blocking=True
            )


class TestBlocking:
    def test_a_blocking_comment_stops_an_approval_that_is_open_already(self, senior: Client, edition: Edition) -> None:
        form = fields_in(opened(senior, edition))
        made = blocked(edition)
        status, page = press(senior, edition, "approve", form)
        assert status == 409
        assert "A blocking comment is open: resolve it first." in page
        assert not edition.decisions.exists()
        commenting.resolve(made, by=made.by)
        assert press(senior, edition, "approve", form)[0] == 302, "the form is as good as before"

    def test_other_comments_do_not(self, senior: Client, edition: Edition) -> None:
        form = fields_in(opened(senior, edition))
        comment(edition)
        assert press(senior, edition, "approve", form)[0] == 302

    def test_resolving_frees_an_edition_only_when_none_is_left(self, client: Client, edition: Edition) -> None:
        reviewer = log_in(client)
        first, second = blocked(edition), blocked(edition)
        commenting.resolve(first, by=reviewer)
        assert press(client, edition, "approve", posted(edition, "approve"))[0] == 409
        commenting.resolve(second, by=reviewer)
        assert press(client, edition, "approve", posted(edition, "approve"))[0] == 302


class TestOnThePage:
    def test_written_answered_and_settled_through_the_page(self, client: Client, edition: Edition) -> None:
        log_in(client, make_editor("Reviewer", "ada"))
        form = fields_in(opened(client, edition))
        form |= {"comment_part": "practical_effect", "comment_quote": WORDS, "comment_body": "Says who?"}
        assert press(client, edition, "comment", {**form, "comment_blocking": "on"})[0] == 302
        made = Comment.objects.get()
        page = opened(client, edition)
        assert "1 open, 1 blocking" in page
        start = "Content trains models until the customer opts out.".index(WORDS)
        assert f'data-part="practical_effect" data-start="{start}" data-end="{start + len(WORDS)}"' in page
        form = {**fields_in(page), f"comment_reply_{made.pk}": "The text does."}
        press(client, edition, f"reply:{made.pk}", form)
        press(client, edition, f"resolve_comment:{made.pk}", fields_in(opened(client, edition)))
        page = words_of(opened(client, edition))
        assert "1 resolved" in page and "The text does." in page and "Resolved by Ada" in page

    def test_open_threads_stand_before_resolved_ones(self, senior: Client, edition: Edition) -> None:
        done = comment(edition, body="The first.")
        commenting.resolve(done, by=make_editor())
        comment(edition, body="The second.")
        page = opened(senior, edition)
        assert page.index("The second.") < page.index("The first.")

    def test_words_that_a_later_revision_dropped_are_still_shown(self, senior: Client, edition: Edition) -> None:
        comment(edition, anchor=Anchor("practical_effect", WORDS))
        revise(edition, practical_effect="Something else.")
        page = opened(senior, edition)
        assert WORDS in page and "The words are no longer in the text." in page
        revise(edition, "bea", practical_effect=f"And back: {WORDS}.")
        assert "no longer in the text" not in opened(senior, edition)

    def test_hostile_comments_are_text(self, senior: Client) -> None:
        evil = '"><script>alert(1)</script>'
        edition = make_edition(practical_effect=evil)
        made = comment(edition, body=evil, anchor=Anchor("practical_effect", evil))
        commenting.reply(made, evil, by=make_editor(), revision=made.revision)
        page = opened(senior, edition)
        assert "<script>alert" not in page
        assert page.count("&lt;script&gt;alert") >= 4

    def test_a_button_of_comments_drops_neither_text_nor_other_remarks(self, senior: Client, edition: Edition) -> None:
        made, other = comment(edition), comment(edition)
        typed = {"practical_effect": "Typed.", "discard_reason": "A reason.", "comment_body": "A remark."}
        typed |= {f"comment_reply_{made.pk}": "An answer.", f"comment_reply_{other.pk}": "Another."}
        sent = {"comment": "A remark.", f"reply:{made.pk}": "An answer.", f"resolve_comment:{made.pk}": ""}
        for verb, gone in sent.items():
            status, page = press(senior, edition, verb, posted(edition, verb, **typed))
            assert status == 200
            fields = fields_in(page)
            assert fields["practical_effect"] == ["Typed."]
            assert fields[f"comment_reply_{other.pk}"] == ["Another."]
            assert "A reason." in page
            assert fields["comment_body"] == ["" if gone == "A remark." else "A remark."]

    def test_an_empty_comment_says_so_and_keeps_the_rest(self, senior: Client, edition: Edition) -> None:
        form = posted(edition, "comment", practical_effect="Typed.", comment_body=" ", comment_part="title")
        status, page = press(senior, edition, "comment", form)
        assert status == 409
        assert "The comment is empty." in page and "Typed." in page

    def test_many_comments_cost_no_more_queries_than_one(
        self, senior: Client, django_assert_max_num_queries: Callable[[int], Any], edition: Edition
    ) -> None:
        for _ in range(10):
            commenting.reply(comment(edition), "Yes.", by=make_editor(), revision=edition.revisions.get())
        with django_assert_max_num_queries(17):
            opened(senior, edition)
