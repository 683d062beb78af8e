"""A form that no longer fits its edition: nothing typed is lost, nothing is done that was not looked at."""

import re
from collections.abc import Mapping
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from atlas.archive.texts.wording_diff import diff_words
from review import actions
from review.desk.merging import How, merge, weave
from review.desk.page import VERBS
from review.models import Comment, Decision, Edition, Event, Revision, State, UnsavedText
from tests.review.factories import approve, make_edition, make_editor, make_publication, shown
from tests.review.test_desk import desk_url, log_in, posted

pytestmark = pytest.mark.django_db
words = st.sampled_from(["We", "may", "keep", "your", "Content", "for", "30", "days", ".", "\n\n"])
texts = st.lists(words, max_size=12).map(" ".join)


class _Fields(HTMLParser):
    """What a browser would post of the last form of a page that has ``verb``."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, list[str]] = {}
        self.textarea = ""
        self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "textarea":
            self.textarea = name
            self.fields.setdefault(name, [""])
        elif tag == "select":
            self.select = name
        elif tag == "option" and "selected" in given:
            self.fields[self.select] = [given.get("value") or ""]
        elif tag == "input" and name and (given.get("type") not in ("radio", "checkbox") or "checked" in given):
            unnamed = "on" if given.get("type") == "checkbox" else ""
            self.fields.setdefault(name, []).append(given.get("value") or unnamed)

    def handle_data(self, data: str) -> None:
        if self.textarea:
            self.fields[self.textarea] = [self.fields[self.textarea][0] + data]

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.fields[self.textarea] = [self.fields[self.textarea][0].removeprefix("\n")]
            self.textarea = ""


def fields_in(page: str) -> dict[str, Any]:
    """What a browser would post from ``page``, its buttons aside."""
    parser = _Fields()
    parser.feed(page)
    return dict(parser.fields)


def press(client: Client, edition: Edition, verb: str, form: Mapping[str, Any]) -> tuple[int, str]:
    response = client.post(desk_url(edition), {**form, "verb": verb})
    return response.status_code, response.content.decode()


def words_of(page: str) -> str:
    """The page without its tags."""
    return unescape(re.sub(r"<[^>]+>", "", page))


def revise(edition: Edition, name: str = "ada", **content: Any) -> Revision:
    return actions.revise(edition, content, by=make_editor("Editor", name), lock_version=shown(edition)["lock_version"])


def state_of_everything() -> list[Any]:
    rows = [list(model.objects.order_by("pk").values()) for model in (Revision, Decision, Event, Comment)]
    return [*rows, list(Edition.objects.order_by("pk").values())]


class TestStaleForms:
    def test_whatever_the_button_a_stale_form_does_nothing_and_loses_nothing(
        self, senior: Client, edition: Edition
    ) -> None:
        beside = {"discard_reason": "my reason", "comment_body": "my remark"}
        form = posted(edition, "", title="Mine", practical_effect="Mine too.", **beside)
        revise(edition, title="Theirs", why_it_matters="Theirs too.")
        before = state_of_everything()
        offered = [self.what_is_offered(senior, edition, verb, form) for verb in sorted(VERBS)]
        assert state_of_everything() == before
        assert all(fields == offered[0] for fields in offered), "the same, whatever the button"

        status, page = press(senior, edition, "resume", {**offered[0], "choice_title": "yours"})
        assert status == 200
        fields = fields_in(page)
        assert fields["title"] == ["Mine"]
        assert fields["practical_effect"] == ["Mine too."]
        assert fields["why_it_matters"] == ["Theirs too."]
        assert fields["comment_body"] == ["my remark"]
        assert "my reason" in page
        assert state_of_everything() == before

    def what_is_offered(self, client: Client, edition: Edition, verb: str, form: dict[str, Any]) -> dict[str, Any]:
        """What the page of conflict would post, after all that it must say."""
        subject = ":1" if verb in ("waive", "reply", "resolve_comment") else ""
        status, page = press(client, edition, verb + subject, form)
        assert status == 409, verb
        assert "Ada saved a revision" in page, verb
        assert "That was not done, and nothing was saved." in words_of(page), verb
        assert verb.replace("_", " ").capitalize() in page
        for words in ("Mine", "Mine too.", "Theirs", "Theirs too.", "my reason", "my remark"):
            assert words in words_of(page), verb
        return {name: values for name, values in fields_in(page).items() if name != "csrfmiddlewaretoken"}

    def test_the_merged_text_is_saved_against_what_stands(self, senior: Client, edition: Edition) -> None:
        form = posted(edition, "save", practical_effect="Mine.")
        theirs = revise(edition, why_it_matters="Theirs.")
        _, page = press(senior, edition, "save", form)
        _, page = press(senior, edition, "resume", fields_in(page))
        assert press(senior, edition, "save", fields_in(page))[0] == 302
        saved = edition.revisions.get(number=3)
        assert saved.parent == theirs
        assert (saved.practical_effect, saved.why_it_matters) == ("Mine.", "Theirs.")

    def test_going_on_is_compared_again_if_the_text_moves_on_meanwhile(self, senior: Client, edition: Edition) -> None:
        form = posted(edition, "save", practical_effect="Mine.")
        revise(edition, why_it_matters="Theirs.")
        _, page = press(senior, edition, "save", form)
        revise(edition, "bea", change_summary="And again.")
        status, page = press(senior, edition, "resume", fields_in(page))
        assert status == 409
        assert "Bea saved a revision" in page
        _, page = press(senior, edition, "resume", fields_in(page))
        fields = fields_in(page)
        assert [fields[name] for name in ("practical_effect", "why_it_matters", "change_summary")] == [
            ["Mine."],
            ["Theirs."],
            ["And again."],
        ]

    def test_a_form_that_only_looked_is_told_so_and_goes_on_with_what_stands(
        self, senior: Client, edition: Edition
    ) -> None:
        form = posted(edition, "approve")
        revise(edition, title="Theirs")
        status, page = press(senior, edition, "approve", form)
        assert status == 409
        assert "You had changed nothing" in page
        _, page = press(senior, edition, "resume", fields_in(page))
        assert fields_in(page)["title"] == ["Theirs"]
        assert edition.decisions.count() == 0

    def test_a_refused_form_stays_as_old_as_it_was(self, senior: Client, edition: Edition) -> None:
        """Or the next save would replace, unseen, what came in between."""
        form = posted(edition, "discard", practical_effect="Mine.")
        status, page = press(senior, edition, "discard", form)
        assert status == 409, "save first"
        revise(edition, practical_effect="Theirs.")
        status, page = press(senior, edition, "save", fields_in(page))
        assert status == 409
        assert "Mine." in page and "Theirs." in page


class TestChoices:
    def make(self, senior: Client, yours: dict[str, Any], theirs: dict[str, Any], **start: Any) -> tuple[Edition, str]:
        edition = make_edition(**start)
        form = posted(edition, "save", **yours)
        revise(edition, **theirs)
        return edition, press(senior, edition, "save", form)[1]

    def test_both_sides_are_shown_against_what_they_started_from(self, senior: Client) -> None:
        start, yours, theirs = "It keeps data.", "It keeps your data.", "It keeps data for a year."
        _, page = self.make(senior, {"summary": yours}, {"summary": theirs}, summary=start)
        assert "It keeps<ins> your</ins> data." in page
        assert "It keeps data<ins> for a year</ins>." in page

    @pytest.mark.parametrize(("choice", "expected"), [("theirs", "Theirs\nover two lines."), ("yours", "Yours.")])
    def test_a_part_that_both_changed_is_chosen(self, senior: Client, choice: str, expected: str) -> None:
        theirs = {"practical_effect": "Theirs\nover two lines."}
        edition, page = self.make(senior, {"practical_effect": "Yours."}, theirs, practical_effect="Before.")
        _, page = press(senior, edition, "resume", {**fields_in(page), "choice_practical_effect": choice})
        assert fields_in(page)["practical_effect"] == [expected]

    def test_what_is_typed_on_the_page_counts_before_a_choice(self, senior: Client) -> None:
        edition, page = self.make(senior, {"title": "Yours"}, {"title": "Theirs"})
        form = {**fields_in(page), "title": "Typed there", "choice_title": "theirs"}
        _, page = press(senior, edition, "resume", form)
        assert fields_in(page)["title"] == ["Typed there"]

    def test_changes_of_different_words_are_put_together(self, senior: Client) -> None:
        start = "We keep it for 30 days. You may object in writing."
        yours = {"practical_effect": start.replace("30", "90")}
        theirs = {"practical_effect": start.replace("in writing", "by letter")}
        edition, page = self.make(senior, yours, theirs, practical_effect=start)
        _, page = press(senior, edition, "resume", fields_in(page))
        assert fields_in(page)["practical_effect"] == ["We keep it for 90 days. You may object by letter."]

    @pytest.mark.parametrize("choice", ["theirs", "yours"])
    def test_codes_are_chosen_like_texts(self, senior: Client, choice: str) -> None:
        fact = {"attribute": "training-default", "value": "opt_out", "quote": "use your Content"}
        yours = {"exposure_level": "low", "topics": ["a", "b"], "attributes": "", "no_material_change": "on"}
        theirs = {"exposure_level": "high", "topics": ["c"], "attributes": [fact, fact]}
        edition, page = self.make(senior, yours, theirs, topics=["a"], attributes=[fact])
        assert "High" in page and "Low" in page
        names = ("exposure_level", "topics", "attributes")
        choices = {f"choice_{name}": choice for name in names}
        _, page = press(senior, edition, "resume", {**fields_in(page), **choices})
        fields = fields_in(page)
        line = "training-default: opt_out “use your Content”"
        assert fields["exposure_level"] == (["high"] if choice == "theirs" else ["low"])
        assert fields["attributes"] == ([f"{line}\n{line}"] if choice == "theirs" else [""])
        assert fields["no_material_change"] == ["on"], "changed by you alone"

    def test_the_public_note_of_a_correction_is_chosen_too(self, senior: Client) -> None:
        edition = make_edition(make_publication().provision, title="Again")
        actions.revise(
            edition, {}, by=make_editor(), lock_version=shown(edition)["lock_version"], public_note="It was wrong."
        )
        form = posted(edition, "save", public_note="My note.")
        actions.revise(
            edition, {}, by=make_editor(), lock_version=shown(edition)["lock_version"], public_note="Their note."
        )
        _, page = press(senior, edition, "save", form)
        assert "My note." in page and "Their note." in page
        _, page = press(senior, edition, "resume", {**fields_in(page), "choice_public_note": "yours"})
        assert fields_in(page)["public_note"] == ["My note."]


class TestBrokenForms:
    def test_a_form_that_names_a_text_of_another_edition_is_refused_politely(self, senior: Client) -> None:
        edition, other = make_edition(), make_edition()
        form = posted(edition, "save", title="Mine", revision_id=shown(other)["revision_id"])
        status, page = press(senior, edition, "save", form)
        assert status == 409
        assert "The form names another text" in page
        assert "Mine" in page
        assert edition.revisions.count() == 1

    @pytest.mark.parametrize("verb", sorted(VERBS))
    def test_a_form_without_one_of_its_tokens_does_nothing_and_loses_nothing(
        self, senior: Client, verb: str, edition: Edition
    ) -> None:
        form = posted(edition, verb, title="Mine")
        before = state_of_everything()
        for lost in ("lock_version", "revision_id", "content_sha256", "wording_id"):
            status, page = press(senior, edition, verb, {name: form[name] for name in form if name != lost})
            assert status == 409, lost
            assert "did not arrive whole" in page and "Mine" in page, lost
            assert state_of_everything() == before, lost

    @pytest.mark.parametrize("number", ["-1", "9" * 30, "x", "٣", "1" * 5000])
    def test_numbers_that_are_none_are_refused(self, senior: Client, number: str, edition: Edition) -> None:
        for name in ("lock_version", "revision_id", "wording_id"):
            status, page = press(senior, edition, "save", posted(edition, "save", title="Mine", **{name: number}))
            assert status == 409 and "Mine" in page

    def test_a_form_that_was_cut_short_is_not_saved_with_empty_parts(self, senior: Client, edition: Edition) -> None:
        form = posted(edition, "save", title="Mine")
        del form["why_it_matters"]
        status, page = press(senior, edition, "save", form)
        assert status == 400
        assert "did not arrive whole" in page and "Why it matters" in page
        fields = fields_in(page)
        assert fields["title"] == ["Mine"]
        assert fields["why_it_matters"] == ["Customers decide here whether their content trains models."]
        assert edition.revisions.count() == 1

    def test_an_invalid_form_keeps_what_was_typed_beside_it_too(self, senior: Client, edition: Edition) -> None:
        form = posted(edition, "save", attributes="nonsense", practical_effect="Typed.", discard_reason="And this.")
        status, page = press(senior, edition, "save", form)
        assert status == 400
        assert fields_in(page)["practical_effect"] == ["Typed."]
        assert fields_in(page)["attributes"] == ["nonsense"]
        assert "And this." in page

    def test_a_stale_form_need_not_be_valid_to_be_kept(self, senior: Client, edition: Edition) -> None:
        form = posted(edition, "save", attributes="nonsense", practical_effect="Typed.")
        revise(edition, title="Theirs")
        status, page = press(senior, edition, "save", form)
        assert status == 409
        status, page = press(senior, edition, "resume", fields_in(page))
        assert status == 400, "it needs mending, here as anywhere"
        assert fields_in(page)["attributes"] == ["nonsense"]
        assert fields_in(page)["title"] == ["Theirs"]

    @pytest.mark.parametrize("verb", ["save", "approve", "comment", "resume"])
    def test_a_page_does_nothing_in_the_name_of_who_did_not_open_it(
        self, client: Client, verb: str, edition: Edition
    ) -> None:
        log_in(client, make_editor("Reviewer", "ben"))
        form = posted(edition, verb, editor=make_editor("Reviewer", "ada").pk, comment_body="A remark.")
        before = state_of_everything()
        status, page = press(client, edition, verb, {**form, "practical_effect": "Typed by Ada."})
        assert status == 409
        assert "You are logged in as Ben now" in page and "Typed by Ada." in page
        assert state_of_everything() == before

    def test_hostile_text_is_text_here_too(self, senior: Client, edition: Edition) -> None:
        form = posted(edition, "save", title='"><script>alert(1)</script>', discard_reason="<script>alert(2)</script>")
        revise(edition, title="</textarea><script>alert(3)</script>")
        _, page = press(senior, edition, "save", form)
        assert "<script>alert" not in page
        _, page = press(senior, edition, "resume", {**fields_in(page), "choice_title": "theirs"})
        assert "<script>alert" not in page


class TestClosedMeanwhile:
    @pytest.mark.parametrize("end", ["publish", "discard"])
    @pytest.mark.parametrize("verb", ["save", "approve", "comment"])
    def test_all_of_the_text_is_there_to_copy(self, senior: Client, end: str, verb: str, edition: Edition) -> None:
        form = posted(edition, verb, practical_effect="Typed at length.", comment_body="My remark.")
        if end == "publish":
            approve(edition)
        else:
            actions.discard(edition, by=make_editor(), lock_version=1, reason="Not needed.")
        before = state_of_everything()
        status, page = press(senior, edition, verb, form)
        assert status == 409
        assert f"This edition is {end.removesuffix('d')}" in page
        for words in ("Typed at length.", "Customers decide here", "My remark."):
            assert words in page, "what was not changed is there as well"
        assert 'value="resume"' not in page
        assert state_of_everything() == before

    def test_a_form_posted_to_a_closed_edition_loses_nothing_either(self, senior: Client, edition: Edition) -> None:
        approve(edition)
        for verb in VERBS:
            status, page = press(senior, edition, verb, posted(edition, verb, practical_effect="Typed at length."))
            assert (status, "Typed at length." in page) == (409, True), verb
        assert Edition.objects.get().state == State.PUBLISHED


class TestMerging:
    """Pure: what three texts of a part become."""

    @given(base=texts, other=texts)
    def test_what_only_one_side_changed_is_that_sides(self, base: str, other: str) -> None:
        assert weave(base, other, base) == other
        assert weave(base, base, other) == other
        (mine,) = merge({"part": base}, {"part": other}, {"part": base})
        (their,) = merge({"part": base}, {"part": base}, {"part": other})
        assert mine.proposal == their.proposal == other
        assert {mine.how, their.how} <= {How.SAME, How.YOURS, How.THEIRS}

    @given(base=texts, yours=texts, theirs=texts)
    def test_no_word_of_either_disappears_from_what_the_page_offers(self, base: str, yours: str, theirs: str) -> None:
        (part,) = merge({"part": base}, {"part": yours}, {"part": theirs})
        assert isinstance(part.proposal, str)
        assert (part.yours, part.theirs) == (yours, theirs), "both can be chosen as they are"
        for side in (yours, theirs):
            diff = diff_words(base, side)
            assert "".join(piece.text for piece in diff if piece.op != "removed") == side, "and are shown whole"
        if part.how != How.BOTH:
            assert part.proposal in (yours, theirs)

    @given(base=texts, yours=texts, theirs=texts)
    def test_words_put_together_have_the_new_words_of_both(self, base: str, yours: str, theirs: str) -> None:
        woven = weave(base, yours, theirs)
        if woven is not None:
            added = (set(yours.split()) | set(theirs.split())) - set(base.split())
            assert added <= set(woven.split())

    @given(base=texts, yours=texts, theirs=texts)
    def test_it_does_not_matter_who_is_who(self, base: str, yours: str, theirs: str) -> None:
        assert weave(base, yours, theirs) == weave(base, theirs, yours)

    def test_the_same_words_changed_twice_are_for_a_person_to_decide(self) -> None:
        assert weave("for 30 days", "for 60 days", "for 90 days") is None
        assert weave("keep it", "keep it, Ada", "keep it safe") is None

    def test_without_a_base_every_difference_is_for_a_person_to_decide(self) -> None:
        same, other = merge({}, {"a": "x", "b": "y"}, {"a": "x", "b": "z"})
        assert (same.how, other.how) == (How.ALIKE, How.BOTH)

    def test_texts_that_repeat_one_word_are_left_to_a_person(self) -> None:
        """difflib would take most of a minute for them."""
        assert weave("a " * 1300, "a b " * 650, "a c " * 650) is None

    def test_topics_are_a_set(self) -> None:
        (part,) = merge({"topics": ["a", "b"]}, {"topics": ["b", "a"]}, {"topics": ["a"]})
        assert (part.how, part.proposal) == (How.THEIRS, ["a"])


def test_the_unsaved_text_outlives_the_conflict(client: Client, edition: Edition) -> None:
    by = log_in(client)
    form = posted(edition, "save", practical_effect="Mine.", unsaved_page="page-1")
    client.post(reverse("admin:review_edition_unsaved", args=[edition.pk]), {**form, "editor": by.pk})
    revise(edition, why_it_matters="Theirs.")
    _, page = press(client, edition, "save", form)
    _, page = press(client, edition, "resume", fields_in(page))
    assert UnsavedText.objects.get().fields["practical_effect"] == "Mine."
    assert fields_in(page)["unsaved_page"] == ["page-1"], "it is the same page that goes on"
    assert "Continue with it" not in page, "which has that text already"
    press(client, edition, "save", fields_in(page))
    assert not UnsavedText.objects.exists()
