"""What readers see while a provision changes, and when it reads again as it did."""

import pytest
from django.test import Client

from analysis.models import DraftJob, JobState
from analysis.priorities import READ_ELSEWHERE
from atlas.models import Provision, Publication
from review import actions, following
from review.errors import NotAllowed
from review.models import Comment, Edition, Event
from review.tasks import follow_changes
from tests.factories import make_provision
from tests.review.factories import (
    OTHER,
    QUOTE,
    approve,
    change_text,
    check_constraints,
    make_edition,
    make_editor,
    make_publication,
    make_run,
    return_to,
)
from tests.review.following_rows import is_whole, the_open_edition

pytestmark = pytest.mark.django_db


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
