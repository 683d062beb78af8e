"""What people wrote about a text is handed on to whoever drafts and reads the next one."""

import pytest

from analysis.context import ContextTooLong
from analysis.gathering import build_contexts
from analysis.models import DraftJob, JobState
from analysis.queue import queue_changes
from review import actions, following
from review.models import AuthorKind, State
from review.tasks import follow_changes
from tests.review.factories import OTHER, change_text, make_edition, make_editor, make_publication
from tests.review.following_rows import MINE, reread, revise, the_open_edition

pytestmark = pytest.mark.django_db


class TestItStandsBesideTheNextDraft:
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
