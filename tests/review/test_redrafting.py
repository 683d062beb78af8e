"""Sending a text back: what the drafter is given, what stays, and what becomes of a draft that comes late."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from analysis import leases
from analysis.attempt import Attempt
from analysis.freezing import FROZEN_PART, changed_parts
from analysis.models import DraftJob, DraftRun, JobState
from analysis.preparing import OF_THE_CHANGE, attempt_outline
from analysis.queue import PARTS_TO_REDO
from analysis.schema import Analysis
from analysis.storing import store
from atlas.archive.verifying.verifying import verify
from atlas.models import User
from review import actions
from review.errors import NotAllowed
from review.models import AuthorKind, Decision, Edition, Event, ReasonCode, Snippet, State
from review.verifying import CHECKS
from tests.factories import make_provision
from tests.review.factories import CONTENT, approve, make_edition, make_editor, make_run, shown
from tests.review.test_desk import desk_url, posted

pytestmark = pytest.mark.django_db
INSTRUCTIONS = "Say what the 14 days are counted from."


def send_back(edition: Edition, by: User | None = None, **wanted: Any) -> DraftJob:
    """The job that comes of asking the drafter again."""
    by = by or make_editor()
    actions.request_changes(
        edition, by=by, lock_version=shown(edition)["lock_version"], **{"reason": INSTRUCTIONS, **wanted}
    )
    return DraftJob.objects.get(edition_ref=edition.pk)


def arrive(job: DraftJob, **content: Any) -> DraftRun:
    """The redraft arrives; what is not named is as it was."""
    run = make_run(job=job, **{**(job.base or CONTENT), **content})
    DraftJob.objects.filter(pk=job.pk).update(state=JobState.DONE)
    actions.take_in()
    return run


def verified() -> list[str]:
    """What verify_archive finds broken."""
    return verify(checks=CHECKS).broken


class TestAsking:
    def test_the_drafter_gets_the_text_and_the_instructions(self) -> None:
        edition = make_edition(title="As it was")
        job = send_back(edition)
        assert job.instructions == INSTRUCTIONS
        assert job.base["title"] == "As it was"
        assert set(job.parts) == set(PARTS_TO_REDO) - OF_THE_CHANGE

    def test_of_some_parts_the_others_are_the_base(self) -> None:
        edition = make_edition(title="As it was")
        job = send_back(edition, parts=["summary", "jurisdiction_flags"])
        assert job.parts == ["summary", "jurisdiction_flags"]
        assert job.base["title"] == "As it was"

    def test_the_decision_says_why_and_which_parts(self) -> None:
        edition = make_edition()
        send_back(edition, parts=["summary"], reason_code=ReasonCode.WRONG_LAW)
        decision = Decision.objects.get(edition=edition)
        assert (decision.reason_code, decision.parts, decision.reason) == ("wrong_law", ["summary"], INSTRUCTIONS)

    @pytest.mark.parametrize(
        "wanted", [{"parts": ["no_such_part"]}, {"reason_code": "no_such_reason"}, {"reason": " "}]
    )
    def test_what_makes_no_sense_is_refused_and_changes_nothing(self, wanted: dict[str, Any]) -> None:
        edition = make_edition()
        with pytest.raises(NotAllowed):
            send_back(edition, **wanted)
        edition.refresh_from_db()
        assert edition.state == State.IN_REVIEW
        assert not DraftJob.objects.filter(edition_ref=edition.pk).exists()

    def test_asking_for_nothing_in_particular_leaves_a_redraft_that_waits_alone(self) -> None:
        edition = make_edition()
        job = send_back(edition)
        editor = make_editor("Editor")
        assert actions.ask_for_draft(edition.provision, by=editor) == job
        with pytest.raises(NotAllowed, match="other instructions"):
            actions.ask_for_draft(edition.provision, by=editor, instructions="Otherwise.")
        job.refresh_from_db()
        assert (job.instructions, job.edition_ref) == (INSTRUCTIONS, edition.pk)

    def test_some_parts_are_written_on_the_open_editions_text(self) -> None:
        edition = make_edition()
        actions.revise(edition, {"title": "Edited"}, by=make_editor("Editor"), lock_version=edition.lock_version)
        job = actions.ask_for_draft(edition.provision, by=make_editor("Editor"), parts=["summary"])
        assert (job.base["title"], job.edition_ref) == ("Edited", edition.pk)

    def test_a_text_without_a_summary_is_written_anew_as_a_whole(self) -> None:
        edition = actions.open_edition(make_provision(), by=make_editor("Editor"))
        with pytest.raises(NotAllowed, match="no summary yet"):
            send_back(edition, parts=["title"])
        job = send_back(edition)
        assert (job.parts, job.base) == ([], None)

    def test_discarding_cancels_the_redraft_that_was_asked_for(self) -> None:
        edition = make_edition()
        job = send_back(edition)
        lock = shown(edition)["lock_version"]
        actions.discard(edition, by=make_editor("Editor"), lock_version=lock, reason="Not material.")
        job.refresh_from_db()
        assert job.state == JobState.CANCELLED


class TestComingBack:
    def test_it_is_the_next_revision_of_the_same_edition_and_its_instructor_cannot_approve(self) -> None:
        edition, by = make_edition(), make_editor()
        run = arrive(send_back(edition, by, parts=["summary"]), summary=f"{CONTENT['summary']} Nothing else.")
        edition.refresh_from_db()
        assert edition.state == State.IN_REVIEW
        assert edition.head and (edition.head.draft_run, edition.head.number, edition.head.instructed_by) == (
            run,
            2,
            by,
        )
        with pytest.raises(NotAllowed, match="your instructions"):
            approve(edition, by)
        assert approve(edition).state == State.PUBLISHED

    def test_whoever_wrote_a_part_that_stayed_cannot_approve_it(self) -> None:
        edition, writer = make_edition(), make_editor()
        actions.revise(edition, {"practical_effect": "Theirs."}, by=writer, lock_version=edition.lock_version)
        edition.refresh_from_db()
        arrive(send_back(edition, parts=["summary"]), summary=f"{CONTENT['summary']} Nothing else.")
        with pytest.raises(NotAllowed, match="wrote a part"):
            approve(edition, writer)

    def test_whoever_wrote_the_text_that_the_drafter_was_given_cannot_approve_the_redraft(self) -> None:
        edition, writer = make_edition(), make_editor()
        actions.revise(edition, {"practical_effect": "Theirs."}, by=writer, lock_version=edition.lock_version)
        edition.refresh_from_db()
        arrive(send_back(edition), title="Drafted again")
        with pytest.raises(NotAllowed, match="wrote a part"):
            approve(edition, writer)

    def test_a_redraft_of_what_people_changed_since_stands_beside_their_text(self) -> None:
        edition, editor = make_edition(), make_editor("Editor")
        job = send_back(edition, parts=["summary"])
        DraftJob.objects.filter(pk=job.pk).update(state=JobState.DONE)
        actions.revise(edition, {"title": "Mine"}, by=editor, lock_version=shown(edition)["lock_version"])
        arrive(job, summary=f"{CONTENT['summary']} Late.")
        edition.refresh_from_db()
        assert edition.head and edition.head.title == "Mine"
        assert edition.revisions.count() == 3
        assert Event.objects.filter(edition_ref=edition.pk, data__beside=True).exists()
        assert verified() == []

    def test_a_late_draft_can_be_taken_over_without_becoming_its_author(self) -> None:
        edition, editor, instructor = make_edition(), make_editor("Editor"), make_editor()
        job = send_back(edition, instructor)
        DraftJob.objects.filter(pk=job.pk).update(state=JobState.DONE)
        actions.revise(edition, {"title": "Mine"}, by=editor, lock_version=shown(edition)["lock_version"])
        late = arrive(job, title="Late").revision
        used = actions.use_revision(late, by=editor, lock_version=shown(edition)["lock_version"])
        assert (used.title, used.author_kind, used.author) == ("Late", AuthorKind.CARRIED, None)
        with pytest.raises(NotAllowed, match="your instructions"):
            approve(edition, instructor)
        assert approve(edition).state == State.PUBLISHED
        assert verified() == []

    def test_editing_cancels_a_redraft_that_nobody_has_begun(self) -> None:
        edition = make_edition()
        job = send_back(edition)
        actions.revise(edition, {"title": "Mine"}, by=make_editor(), lock_version=shown(edition)["lock_version"])
        job.refresh_from_db()
        assert job.state == JobState.CANCELLED


class TestFrozenParts:
    def test_a_draft_that_changes_a_part_that_was_to_stay_fails_and_can_be_tried_again(self) -> None:
        job = send_back(make_edition(), parts=["summary"])
        token = uuid4()
        (claimed,) = leases.claim(token, 1)
        assert claimed.pk == job.pk
        changed = {**CONTENT, "summary": "New.", "practical_effect": "Changed as well."}
        fields = {"drafter": "outline", "input_sha256": "0" * 64}
        assert store(claimed, token, Attempt(fields=fields, analysis=Analysis(**changed))) == "failed"
        job.refresh_from_db()
        assert (job.state, job.error_kind) == (JobState.FAILED, FROZEN_PART)
        assert "Practical effect" in job.last_error
        assert actions.take_in() == 0

    def test_the_exposure_level_goes_with_its_part(self) -> None:
        high = {**CONTENT, "exposure_level": "high"}
        assert changed_parts(CONTENT, high, ["summary"]) == ["exposure_level"]
        assert changed_parts(CONTENT, high, ["governance_exposure"]) == []

    def test_the_outline_too_leaves_the_other_parts_alone(self) -> None:
        edition = make_edition(title="As it was", practical_effect="As it was.")
        send_back(edition, parts=["summary"])
        token = uuid4()
        (job,) = leases.claim(token, 1)
        assert store(job, token, attempt_outline(job)) == "drafted"
        actions.take_in()
        edition.refresh_from_db()
        assert edition.head and edition.head.number == 2
        assert (edition.head.title, edition.head.practical_effect) == ("As it was", "As it was.")


class TestAtTheDesk:
    def test_the_dialog_sends_parts_reason_and_snippet(self, client: Client) -> None:
        edition, by = make_edition(), make_editor()
        client.force_login(by)
        snippet = Snippet.objects.create(owner=None, name="Shorter", text="Make it shorter.")
        page = client.get(desk_url(edition)).content.decode()
        assert "Make it shorter." in page and 'name="redo"' in page
        fields = {"redo": ["summary"], "reason_code": "unclear", "snippet": snippet.pk, "mode": "redraft"}
        client.post(desk_url(edition), posted(edition, "request_changes", request_changes_reason="Please.", **fields))
        job = DraftJob.objects.get(edition_ref=edition.pk)
        assert (job.parts, job.instructions) == (["summary"], "Make it shorter.\nPlease.")

    def test_somebody_elses_snippet_is_not_offered_and_not_used(self, client: Client) -> None:
        edition = make_edition()
        client.force_login(make_editor())
        private = Snippet.objects.create(owner=make_editor(), name="Private", text="My own words.")
        assert "My own words." not in client.get(desk_url(edition)).content.decode()
        data = posted(edition, "request_changes", request_changes_reason="Please.", snippet=private.pk, mode="redraft")
        client.post(desk_url(edition), data)
        assert DraftJob.objects.get(edition_ref=edition.pk).instructions == "Please."

    def test_a_failed_redraft_is_shown_and_tried_again(self, client: Client) -> None:
        edition = make_edition()
        job = send_back(edition)
        DraftJob.objects.filter(pk=job.pk).update(state=JobState.FAILED, last_error="The model did not answer")
        client.force_login(make_editor())
        assert "The model did not answer" in client.get(desk_url(edition)).content.decode()
        client.post(desk_url(edition), posted(edition, f"retry_draft:{job.pk}"))
        job.refresh_from_db()
        assert job.state == JobState.QUEUED

    def test_a_draft_on_its_way_is_said(self, client: Client) -> None:
        edition = make_edition()
        send_back(edition)
        client.force_login(make_editor("Viewer"))
        assert "A draft is on its way" in client.get(desk_url(edition)).content.decode()


def test_people_keep_their_own_snippets_and_managing_editors_those_of_all(client: Client) -> None:
    mine, other = make_editor("Editor"), make_editor()
    client.force_login(mine)
    add = reverse("admin:review_snippet_add")
    client.post(add, {"name": "Shorter", "text": "Make it shorter."})
    assert Snippet.objects.get().owner == mine
    again = client.post(add, {"name": "Shorter", "text": "Again."})
    assert "of that name already" in again.content.decode()
    foreign = Snippet.objects.create(owner=other, name="Theirs", text="…")
    shared = Snippet.objects.create(owner=None, name="All", text="…")
    for row in (foreign, shared):
        assert client.get(reverse("admin:review_snippet_change", args=[row.pk])).status_code in (302, 403, 200)
        client.post(reverse("admin:review_snippet_change", args=[row.pk]), {"name": "x", "text": "x"})
        row.refresh_from_db()
        assert row.name != "x"
    client.force_login(make_editor("Managing editor"))
    client.post(reverse("admin:review_snippet_change", args=[shared.pk]), {"name": "x", "text": "x", "is_shared": "on"})
    shared.refresh_from_db()
    assert (shared.name, shared.owner) == ("x", None)


def test_the_outline_attempt_is_whole_without_parts() -> None:
    edition = make_edition()
    actions.ask_for_draft(edition.provision, by=make_editor("Editor"))
    job = DraftJob.objects.latest("pk")
    attempt = attempt_outline(job)
    assert attempt.analysis is not None and attempt.analysis.summary
