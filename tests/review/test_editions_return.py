"""A text that comes back brings the edition about it back: A, then B, then A again."""

import pytest

from analysis.models import DraftJob, JobState
from review import actions
from review.errors import NotAllowed
from review.models import AuthorKind, Comment, Edition, EditionKind, Finding, State
from review.policies import load_case
from review.tasks import follow_changes
from tests.factories import make_provision
from tests.review.factories import (
    OTHER,
    approve,
    change_text,
    make_edition,
    make_editor,
    make_publication,
    make_run,
    return_to,
    send_back,
)
from tests.review.following_rows import is_whole, reread, revise, the_open_edition

pytestmark = pytest.mark.django_db


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
