"""What becomes of editions and publications when their provision changes."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from analysis.context import ContextTooLong
from analysis.gathering import build_contexts
from analysis.models import DraftJob, JobState
from analysis.priorities import READ_ELSEWHERE
from analysis.queue import queue_changes
from atlas.archive.record.recording import record_capture
from atlas.archive.verifying.verifying import verify
from atlas.models import Provision, Publication, Wording
from review import actions, following
from review.carrying import PROVISION_CHANGED
from review.errors import NotAllowed
from review.models import AuthorKind, Comment, Edition, EditionKind, Event, Finding, State
from review.policies import load_case
from review.tasks import follow_changes
from review.verifying import CHECKS
from tests.atlas.texts import document
from tests.factories import NOON, TRAINING_TEXT, make_document, make_provision
from tests.review.factories import (
    QUOTE,
    approve,
    approve_for_later,
    change_text,
    check_constraints,
    cut_anew,
    make_edition,
    make_editor,
    make_publication,
    make_run,
    remove,
    return_to,
    send_back,
    shown,
)

pytestmark = pytest.mark.django_db
OTHER = "We may use your Content to train and improve our models. You cannot opt out of this."
OTHER_TYPOGRAPHY = TRAINING_TEXT.replace(". ", ".\n")
MINE = {"practical_effect": "Nobody reads the settings before the next training run."}


def revise(edition: Edition, by: object = None, **content: str) -> Edition:
    by = by or make_editor("Editor")
    actions.revise(edition, content or MINE, by=by, lock_version=shown(edition)["lock_version"])  # type: ignore[arg-type]
    return reread(edition)


def reread(edition: Edition) -> Edition:
    return Edition.objects.select_related("head", "provision__current_wording", "wording").get(pk=edition.pk)


OPEN = {"in review": lambda edition: edition, "sent back": send_back, "approved for later": approve_for_later}


def the_open_edition(provision: Provision) -> Edition:
    return Edition.objects.open().select_related("head", "carried_from").get(provision=provision)


def is_whole() -> bool:
    check_constraints()
    return verify(checks=CHECKS).broken == []


class TestOnlyTheTypographyChanged:
    @pytest.mark.parametrize("state", OPEN)
    def test_nothing_is_lost_and_an_event_says_it_once(self, state: str) -> None:
        edition = reread(OPEN[state](make_edition()))
        old = edition.wording
        new = change_text(edition.provision, OTHER_TYPOGRAPHY, significance="cosmetic")
        before = reread(edition)
        following.follow_changes(), following.follow_changes()
        after = reread(edition)
        assert (after.state, after.lock_version, after.publish_at) == (
            before.state,
            before.lock_version,
            before.publish_at,
        )
        said = Event.objects.get(edition_ref=edition.pk, action="carry_forward")
        assert (said.data["from_wording"], said.data["to_wording"]) == (old.pk, new.pk)
        assert is_whole()

    def test_an_approval_stands_and_so_does_one_of_two(self) -> None:
        edition = approve(make_edition(exposure_level="high"), make_editor())
        change_text(edition.provision, OTHER_TYPOGRAPHY)
        following.follow_changes()
        assert len(load_case(reread(edition)).approvals) == 1
        assert approve(edition).state == State.PUBLISHED

    def test_what_waits_for_its_hour_is_published_at_it(self) -> None:
        edition = reread(approve_for_later(make_edition()))
        change_text(edition.provision, OTHER_TYPOGRAPHY)
        following.follow_changes()
        assert actions.publish(edition).is_live
        assert is_whole()


class TestTheProvisionReadsOtherwise:
    @pytest.mark.parametrize("state", OPEN)
    def test_the_edition_gives_way_whatever_its_state(self, state: str) -> None:
        edition = reread(OPEN[state](make_edition()))
        change_text(edition.provision, OTHER)
        assert following.follow_changes() == 1
        assert following.follow_changes() == 0
        event = Event.objects.filter(edition_ref=edition.pk).latest("sequence")
        assert reread(edition).state == State.DISCARDED
        assert (event.action, event.actor, event.data["reason"]) == ("discard", "System", PROVISION_CHANGED)
        assert is_whole()

    def test_its_draft_is_queued_without_anybody_asking(self) -> None:
        edition = make_edition()
        wording = change_text(edition.provision, OTHER)
        follow_changes()
        assert DraftJob.objects.get(wording=wording).reason == "changed"
        follow_changes()
        assert DraftJob.objects.filter(wording=wording).count() == 1

    @pytest.mark.parametrize("change", [{"significance": "cosmetic"}, {"is_backfill": True}])
    def test_also_after_a_change_that_would_queue_none_by_itself(self, change: dict[str, object]) -> None:
        edition, untouched = make_edition(), make_provision()
        wording = change_text(edition.provision, OTHER, **change)
        unread = change_text(untouched, OTHER, **change)
        follow_changes()
        assert DraftJob.objects.filter(wording=wording).exists()
        assert not DraftJob.objects.filter(wording=unread).exists()

    def test_what_people_wrote_stands_beside_the_new_draft(self) -> None:
        edition = revise(make_edition())
        provision = edition.provision
        change_text(provision, OTHER)
        follow_changes()
        successor = make_edition(provision)
        assert successor.carried_from == edition.head
        assert successor.head is not None and successor.head.author_kind == AuthorKind.OUTLINE

    def test_a_draft_that_nobody_touched_is_not_carried(self) -> None:
        edition = make_edition()
        wording = change_text(edition.provision, OTHER)
        follow_changes()
        assert make_edition(edition.provision).carried_from is None
        assert DraftJob.objects.filter(wording=wording, earlier__isnull=False).count() == 0

    def test_it_is_carried_on_until_somebody_takes_it_up(self) -> None:
        edition = revise(make_edition())
        provision = edition.provision
        for text in (OTHER, f"{OTHER} Never.", f"{OTHER} Never ever."):
            change_text(provision, text)
            follow_changes()
            assert make_edition(provision).carried_from == edition.head
        revise(the_open_edition(provision), title="My new words")
        change_text(provision, f"{OTHER} Or perhaps.")
        follow_changes()
        assert make_edition(provision).carried_from.title == "My new words"  # type: ignore[union-attr]

    def test_what_an_editor_discarded_is_not_carried(self) -> None:
        edition = revise(make_edition())
        actions.discard(edition, by=make_editor(), lock_version=edition.lock_version, reason="Not material.")
        change_text(edition.provision, OTHER)
        follow_changes()
        assert make_edition(edition.provision).carried_from is None

    def test_an_edition_begun_by_hand_has_it_too(self) -> None:
        edition = revise(make_edition())
        change_text(edition.provision, OTHER)
        following.follow_changes()
        assert actions.open_edition(edition.provision, by=make_editor()).carried_from == edition.head

    def test_a_draft_that_is_quicker_than_the_bell_loses_nothing(self) -> None:
        edition = revise(make_edition())
        change_text(edition.provision, OTHER)
        successor = make_edition(edition.provision)
        assert (reread(edition).state, successor.carried_from) == (State.DISCARDED, edition.head)

    def test_one_that_fails_does_not_hold_up_the_others(self) -> None:
        broken, other = make_edition(), make_edition()
        for edition in (broken, other):
            change_text(edition.provision, OTHER)
        check_constraints()
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE review_edition ADD CHECK (id <> %s OR state <> 'discarded')", [broken.pk])
        assert following.follow_changes() == 1
        assert (reread(broken).state, reread(other).state) == (State.IN_REVIEW, State.DISCARDED)


class TestTheDrafterIsGivenWhatPeopleWrote:
    def shown_to_the_drafter(self, job: DraftJob) -> dict[str, str]:
        gathered = build_contexts([job], most_characters={})[job.pk]
        assert not isinstance(gathered, ContextTooLong)
        return gathered[0].previous_analysis

    def test_in_place_of_what_readers_see(self) -> None:
        published = make_publication(practical_effect="As readers see it.")
        change_text(published.provision, OTHER)
        edition = revise(make_edition(published.provision))
        wording = change_text(published.provision, f"{OTHER} Never.")
        follow_changes()
        job = DraftJob.objects.get(wording=wording)
        assert job.earlier == edition.head.content()  # type: ignore[union-attr]
        assert self.shown_to_the_drafter(job)["practical_effect"] == MINE["practical_effect"]

    def test_readers_text_where_nobody_wrote_anything(self) -> None:
        published = make_publication(practical_effect="As readers see it.")
        wording = change_text(published.provision, OTHER)
        follow_changes()
        assert self.shown_to_the_drafter(DraftJob.objects.get(wording=wording))["practical_effect"] == (
            "As readers see it."
        )

    def test_also_when_an_import_queued_the_job_first(self) -> None:
        edition = revise(make_edition())
        wording = change_text(edition.provision, OTHER)
        queue_changes()
        follow_changes()
        assert DraftJob.objects.get(wording=wording).earlier == edition.head.content()  # type: ignore[union-attr]

    def test_also_when_the_job_is_queued_long_after(self) -> None:
        edition = revise(make_edition())
        wording = change_text(edition.provision, OTHER, is_return=True)
        follow_changes()
        assert not DraftJob.objects.filter(wording=wording).exists()
        actions.ask_for_draft(edition.provision, by=make_editor())
        follow_changes()
        assert DraftJob.objects.get(wording=wording).earlier is not None

    def test_not_while_the_drafter_is_at_work(self) -> None:
        edition = revise(make_edition())
        wording = change_text(edition.provision, OTHER)
        queue_changes()
        DraftJob.objects.filter(wording=wording).update(
            state=JobState.RUNNING, lease_token="0" * 32, lease_until="2100-01-01T00:00Z"
        )
        follow_changes()
        assert DraftJob.objects.get(wording=wording).earlier is None


class TestTheTextComesBack:
    """A, then B, then A again."""

    def go_and_return(self, edition: Edition) -> Edition:
        provision, first = edition.provision, edition.wording
        change_text(provision, OTHER)
        follow_changes()
        return_to(provision, first)
        follow_changes()
        assert Edition.objects.open().filter(provision=provision).count() == 1
        return the_open_edition(provision)

    def test_what_was_being_written_is_taken_up_again(self) -> None:
        old = revise(make_edition())
        new = self.go_and_return(old)
        assert new.pk != old.pk and new.wording == old.wording
        assert new.head is not None and new.head.author_kind == AuthorKind.CARRIED
        assert (new.head.parent, new.head.content()) == (old.head, old.head.content())  # type: ignore[union-attr]
        assert Finding.objects.filter(revision=new.head).exists()
        assert follow_changes() == 0
        assert Edition.objects.filter(provision=old.provision).count() == 2
        assert is_whole()

    def test_an_untouched_draft_too_so_no_model_is_asked_again(self) -> None:
        new = self.go_and_return(make_edition())
        jobs = DraftJob.objects.filter(wording=new.wording)
        assert (jobs.count(), new.state) == (1, State.IN_REVIEW)
        assert approve(new).state == State.PUBLISHED

    def test_its_authors_and_those_who_had_it_drafted_do_not_approve_it(self) -> None:
        author, instructor = make_editor(), make_editor()
        run = make_run(make_provision(), by=instructor, instructions="Say whose.")
        actions.take_in()
        new = self.go_and_return(revise(Edition.objects.get(revisions__draft_run=run), author))
        for person in (author, instructor):
            with pytest.raises(NotAllowed):
                approve(new, person)
        assert approve(new).state == State.PUBLISHED

    def test_two_people_stay_needed(self) -> None:
        edition = revise(make_edition(exposure_level="high"), exposure_level="low")
        new = self.go_and_return(edition)
        assert new.head is not None and new.head.exposure_level == "low"
        assert load_case(new).reasons_for_two == ["exposure was rated high in an earlier revision"]
        assert approve(new).state == State.IN_REVIEW
        assert approve(new).state == State.PUBLISHED
        assert is_whole()

    def test_what_was_sent_back_stays_sent_back(self) -> None:
        assert self.go_and_return(send_back(make_edition())).state == State.CHANGES_REQUESTED
        assert is_whole()

    def test_a_blocking_comment_is_not_shaken_off(self) -> None:
        edition = make_edition()
        Comment.objects.create(
            edition=edition, revision=edition.head, body="This is wrong.", is_blocking=True, by=make_editor()
        )
        assert self.go_and_return(edition).state == State.CHANGES_REQUESTED

    def test_a_correction_stays_one_with_its_note(self) -> None:
        published = make_publication()
        edition = make_edition(published.provision, title="Better")
        lock = edition.lock_version
        actions.revise(edition, {}, by=make_editor(), lock_version=lock, public_note="It was misread.")
        new = self.go_and_return(reread(edition))
        assert (new.kind, new.public_note) == (EditionKind.CORRECTION, "It was misread.")

    def test_what_an_editor_discarded_meanwhile_stays_discarded(self) -> None:
        edition = self.go_and_return(make_edition())
        actions.discard(edition, by=make_editor(), lock_version=edition.lock_version, reason="Not material.")
        first = edition.wording
        change_text(edition.provision, f"{OTHER} Never.")
        return_to(edition.provision, first)
        follow_changes()
        assert not Edition.objects.open().filter(provision=edition.provision).exists()

    def test_a_draft_that_came_too_late_is_taken_up_as_well(self) -> None:
        provision = make_provision()
        first = provision.current_wording
        assert first is not None
        run = make_run(provision)
        change_text(provision, OTHER)
        actions.take_in()
        return_to(provision, first)
        follow_changes()
        assert the_open_edition(provision).head.parent.draft_run == run  # type: ignore[union-attr]

    def test_a_redraft_that_is_on_its_way_is_waited_for(self) -> None:
        edition = make_edition()
        actions.request_changes(edition, by=make_editor(), lock_version=edition.lock_version, reason="Say whose.")
        job = DraftJob.objects.get(edition_ref=edition.pk)
        first = edition.wording
        change_text(edition.provision, OTHER)
        follow_changes()
        return_to(edition.provision, first)
        follow_changes()
        assert not Edition.objects.open().filter(provision=edition.provision).exists()
        run = make_run(job=job, wording=first, title="Redrafted")
        DraftJob.objects.filter(pk=job.pk).update(state=JobState.DONE)
        actions.take_in()
        assert the_open_edition(edition.provision).head.draft_run == run  # type: ignore[union-attr]

    def test_back_and_forth_never_leaves_two_open_nor_none(self) -> None:
        edition = revise(make_edition())
        provision, first = edition.provision, edition.wording
        second = change_text(provision, OTHER)
        follow_changes()
        make_run(job=DraftJob.objects.get(wording=second), wording=second, summary="A plain reading, long enough.")
        DraftJob.objects.update(state=JobState.DONE)
        actions.take_in()
        for wording in (first, second, first, second):
            return_to(provision, wording)
            follow_changes()
            assert the_open_edition(provision).wording == wording
        assert is_whole()


class TestARemovedProvision:
    def test_its_edition_gives_way_and_comes_back_with_it(self) -> None:
        edition = revise(make_edition())
        remove(edition.provision)
        follow_changes()
        assert reread(edition).state == State.DISCARDED
        return_to(edition.provision, edition.wording)
        follow_changes()
        assert the_open_edition(edition.provision).head.parent == edition.head  # type: ignore[union-attr]

    def test_its_publication_goes_to_the_editors_as_it_is(self) -> None:
        publication = make_publication()
        remove(publication.provision)
        follow_changes()
        assert publication in Publication.objects.stale()
        assert not DraftJob.objects.filter(reason="changed").exists()


class TestOnlyOurReadingChanged:
    """Another extraction, another cut: the platform did nothing, so nobody's work is thrown away for it."""

    def test_the_edition_stays_and_cannot_be_approved_as_it_is(self) -> None:
        edition = revise(make_edition())
        cut_anew(edition.provision, OTHER)
        assert following.follow_changes() == 0
        assert reread(edition).state == State.IN_REVIEW
        with pytest.raises(NotAllowed, match="no longer in force"):
            approve(edition)

    def test_so_it_does_where_the_platforms_change_was_then_cut_anew_as_well(self) -> None:
        edition = make_edition()
        wording = change_text(edition.provision, OTHER)
        cut_anew(edition.provision, f"{OTHER} And so on.")
        follow_changes()
        assert reread(edition).state == State.IN_REVIEW
        assert not DraftJob.objects.filter(wording=wording).exists()

    def test_what_was_approved_for_later_is_to_be_read_again(self) -> None:
        edition = reread(approve_for_later(make_edition()))
        cut_anew(edition.provision, OTHER)
        assert following.follow_changes() == 1
        after = reread(edition)
        assert (after.state, after.publish_at, after.round) == (State.IN_REVIEW, None, 2)
        assert is_whole()


class TestWhatReadersSee:
    def test_a_stale_analysis_stays_up_and_its_successor_jumps_the_queue(self) -> None:
        published, unread = make_publication(), make_provision()
        for provision in (unread, published.provision):
            change_text(provision, OTHER)
        follow_changes()
        assert Publication.objects.live().get() == published
        jobs = {job.wording.provision_id: job for job in DraftJob.objects.filter(reason="changed")}
        urgent = jobs[published.provision_id]
        assert urgent.priority == jobs[unread.pk].priority + READ_ELSEWHERE
        make_run(job=urgent, wording=urgent.wording)
        actions.take_in()
        assert the_open_edition(published.provision).priority == urgent.priority

    def superseded(self, **content: str) -> tuple[Publication, Publication]:
        """Analyses of A and of B, published one after the other."""
        first = make_publication(**content)
        change_text(first.provision, OTHER)
        provision = Provision.objects.get(pk=first.provision_id)
        second = make_publication(provision, summary=f"The text states: {QUOTE}", title="Of the text between")
        first.refresh_from_db()
        return first, second

    def test_the_analysis_of_a_text_that_is_back_is_published_again(self) -> None:
        first, second = self.superseded(exposure_level="medium")
        return_to(first.provision, first.wording)
        assert following.follow_changes() == 1
        assert following.follow_changes() == 0
        again = Publication.objects.live().get(provision=first.provision)
        second.refresh_from_db()
        assert second.superseded_at is not None
        assert (again.revision_id, again.number, again.content()) == (first.revision_id, "3.0", first.content())
        assert list(again.approvals.values_list("name", "role", "approved_at")) == list(
            first.approvals.values_list("name", "role", "approved_at")
        )
        event = Event.objects.get(action="restore")
        assert (event.actor, event.data["restores"]) == ("System", first.public_id)
        assert not DraftJob.objects.filter(reason="changed", state=JobState.QUEUED).exists()
        assert is_whole()

    def test_its_page_says_that_the_text_is_back(self, client: Client) -> None:
        first, _ = self.superseded()
        return_to(first.provision, first.wording)
        for _ in range(2):  # before System followed, and after
            page = client.get(first.provision.get_absolute_url()).content.decode()
            assert "The provision is back to an earlier text." in page and first.title in page
            following.follow_changes()

    def test_as_often_as_it_comes_back(self) -> None:
        first, second = self.superseded()
        for wording, number in ((first.wording, "3.0"), (second.wording, "4.0"), (first.wording, "5.0")):
            return_to(first.provision, wording)
            following.follow_changes()
            live = Publication.objects.live().get(provision=first.provision)
            assert (live.wording, live.number) == (wording, number)
        assert is_whole()

    @pytest.mark.parametrize("end", [actions.withdraw, actions.retract])
    def test_what_was_taken_back_stays_away(self, end: object) -> None:
        first = make_publication()
        end(first, by=make_editor("Managing editor"), reason="It was wrong.")  # type: ignore[operator]
        change_text(first.provision, OTHER)
        make_publication(Provision.objects.get(pk=first.provision_id), title="Of the text between")
        return_to(first.provision, first.wording)
        assert following.follow_changes() == 0
        assert Publication.objects.filter(revision_id=first.revision_id).count() == 1

    def test_what_was_retracted_after_it_was_superseded_stays_away_too(self) -> None:
        first, _ = self.superseded()
        actions.retract(first, by=make_editor("Managing editor"), reason="It was wrong.")
        return_to(first.provision, first.wording)
        assert following.follow_changes() == 0

    def test_it_also_comes_back_where_the_one_between_was_withdrawn(self) -> None:
        first, second = self.superseded()
        actions.withdraw(second, by=make_editor("Managing editor"), reason="It was wrong.")
        return_to(first.provision, first.wording)
        assert following.follow_changes() == 1
        assert Publication.objects.live().get().revision_id == first.revision_id
        assert is_whole()

    def test_not_while_another_analysis_of_the_text_is_in_review(self) -> None:
        first, second = self.superseded()
        return_to(first.provision, first.wording)
        make_edition(first.provision, title="Better words")
        assert following.follow_changes() == 0
        with pytest.raises(NotAllowed, match="comes back"):
            actions.restore(first)
        assert Publication.objects.live().get() == second

    def test_a_live_one_is_not_published_twice(self) -> None:
        publication = make_publication()
        with pytest.raises(NotAllowed, match="comes back"):
            actions.restore(publication)

    def test_a_correction_comes_back_rather_than_what_it_corrected(self) -> None:
        first = make_publication()
        edition = make_edition(first.provision, title="Better words")
        actions.revise(edition, {}, by=make_editor(), lock_version=edition.lock_version, public_note="It was misread.")
        approve(edition, make_editor(), make_editor())
        change_text(first.provision, OTHER)
        make_publication(Provision.objects.get(pk=first.provision_id), title="Of the text between")
        return_to(first.provision, first.wording)
        following.follow_changes()
        live = Publication.objects.live().get()
        assert (live.title, live.public_note, live.number) == ("Better words", "It was misread.", "3.0")
        assert live.approvals.count() == 2
        assert is_whole()

    def test_nothing_comes_back_in_place_of_a_correction_that_was_withdrawn(self) -> None:
        first = make_publication()
        edition = make_edition(first.provision, title="Better words")
        actions.revise(edition, {}, by=make_editor(), lock_version=edition.lock_version, public_note="It was misread.")
        approve(edition, make_editor(), make_editor())
        actions.withdraw(Publication.objects.live().get(), by=make_editor("Managing editor"), reason="Wrong as well.")
        change_text(first.provision, OTHER)
        between = make_publication(Provision.objects.get(pk=first.provision_id), title="Of the text between")
        return_to(first.provision, first.wording)
        assert following.follow_changes() == 0
        assert Publication.objects.live().get() == between

    def test_what_would_not_be_approved_today_waits_for_the_editors(self) -> None:
        first, second = self.superseded()
        check_constraints()  # both are published; what follows comes after
        edition = Edition.objects.get(approved_revision=first.revision_id)
        Comment.objects.create(
            edition=edition, revision=edition.head, body="This is wrong.", is_blocking=True, by=make_editor()
        )
        return_to(first.provision, first.wording)
        assert following.follow_changes() == 0
        with pytest.raises(NotAllowed, match="reviewed again"):
            actions.restore(first)
        assert Publication.objects.live().get() == second

    def test_it_is_withdrawn_with_the_first_publication_of_its_words(self) -> None:
        first, _ = self.superseded()
        return_to(first.provision, first.wording)
        following.follow_changes()
        check_constraints()
        actions.withdraw(Publication.objects.live().get(), by=make_editor("Managing editor"), reason="Wrong after all.")
        first.refresh_from_db()
        assert first.withdrawal_note == "Wrong after all."
        assert is_whole()


def test_following_takes_no_more_queries_where_nothing_changed(django_assert_max_num_queries: object) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            follow_changes()
        return len(captured)

    make_publication(), make_edition()
    few = queries()
    for _ in range(5):
        make_publication(), make_edition()
    assert queries() == few <= 12


def test_a_wording_is_what_the_factories_say() -> None:
    provision = make_provision()
    first = provision.current_wording
    assert isinstance(first, Wording)
    assert change_text(provision, OTHER_TYPOGRAPHY).folded_sha256 == first.folded_sha256


class TestThroughTheRecorder:
    """The same with looks at a whole document, as captures and imports record them."""

    PLAIN = {"summary": "Interpretation of what is kept, and for how long it is kept."}

    @pytest.fixture
    def see(self) -> Callable[[str, int], Provision]:
        terms = make_document(name="Terms of Service")

        def see(text: str, day: int, **look: Any) -> Provision:
            record_capture(terms, text=text, captured_at=NOON + timedelta(days=day), **look)
            follow_changes()
            return terms.provisions.select_related("current_wording").get(title="Retention")

        return see

    LONGER = document(Retention="We keep your Content for 400 days after you delete it, and for longer where we must.")

    def test_published_superseded_and_published_again(self, see: Callable[..., Provision]) -> None:
        first = make_publication(see(document(), 0), **self.PLAIN)
        provision = see(self.LONGER, 10)
        job = DraftJob.objects.get(reason="changed")
        assert (job.wording, job.priority) == (provision.current_wording, READ_ELSEWHERE)
        approve(make_edition(provision, title="Of the longer term", **self.PLAIN))
        see(document(), 20)
        live = Publication.objects.live().get(provision=provision)
        assert (live.revision_id, live.number) == (first.revision_id, "3.0")
        assert is_whole()

    def test_what_people_wrote_gives_way_and_comes_back(self, see: Callable[..., Provision]) -> None:
        edition = revise(make_edition(see(document(), 0), **self.PLAIN))
        provision = see(self.LONGER, 10)
        assert reread(edition).state == State.DISCARDED
        assert DraftJob.objects.get(wording=provision.current_wording).earlier == edition.head.content()  # type: ignore[union-attr]
        see(document(), 20)
        assert the_open_edition(provision).head.parent == edition.head  # type: ignore[union-attr]
        assert is_whole()

    def test_an_upgrade_of_our_extraction_throws_no_work_away(self, see: Callable[..., Provision]) -> None:
        edition = make_edition(see(document(), 0), **self.PLAIN)
        see(self.LONGER, 10, upgrade=True)
        assert reread(edition).state == State.IN_REVIEW
        assert not DraftJob.objects.filter(reason="changed").exists()

    def test_a_provision_that_is_taken_out_and_put_back(self, see: Callable[..., Provision]) -> None:
        edition = make_edition(see(document(), 0), **self.PLAIN)
        see(document(Retention=None), 10)
        assert reread(edition).state == State.DISCARDED
        provision = see(document(), 20)
        assert the_open_edition(provision).head.parent == edition.head  # type: ignore[union-attr]
