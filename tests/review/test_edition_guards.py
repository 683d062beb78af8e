"""What PostgreSQL holds of editions and their revisions, round the application: carried texts, schedules, authors."""

from typing import Any

import pytest
from django.db.models import F

from analysis.models import DraftJob
from review import actions, following
from review.models import Edition, Revision
from review.policies import load_case
from tests.factories import NOON, make_provision
from tests.review.factories import (
    CONTENT,
    OTHER,
    approve,
    change_text,
    make_edition,
    make_editor,
    make_publication,
    make_run,
    return_to,
    shown,
)
from tests.review.round_the_code import forge, refused, run

pytestmark = pytest.mark.django_db


class TestAnEdition:
    def test_is_about_a_wording_of_its_provision(self) -> None:
        with refused("its own provision"):
            Edition.objects.create(provision=make_provision(), wording=make_provision().current_wording)

    def test_is_handed_down_a_text_about_the_same_provision(self) -> None:
        provision, other = make_provision(), make_edition()
        with refused("about the same provision"):
            Edition.objects.create(provision=provision, wording=provision.current_wording, carried_from=other.head)

    def test_what_it_was_handed_down_never_changes(self) -> None:
        make_edition()
        with refused("never change"):
            run("UPDATE review_edition SET carried_from_id = head_id, lock_version = lock_version + 1")

    def test_its_hour_moves_with_the_lock_version_and_only_once_approved(self) -> None:
        edition = make_edition()
        with refused("without a new lock version"):
            run("UPDATE review_edition SET publish_at = now() WHERE id = %s", edition.pk)
        with refused("edition_scheduled_is_approved"):
            run("UPDATE review_edition SET publish_at = now(), lock_version = lock_version + 1")

    def test_its_text_is_its_own(self) -> None:
        edition, other = make_edition(), make_edition()
        with refused("one of its own revisions"):
            Edition.objects.filter(pk=edition.pk).update(head=other.head, lock_version=F("lock_version") + 1)

    def test_what_is_approved_is_the_latest_text(self) -> None:
        edition = make_edition()
        first = edition.head
        actions.revise(edition, {"title": "Other"}, by=make_editor(), lock_version=edition.lock_version)
        with refused("its latest text"):
            Edition.objects.filter(pk=edition.pk).update(
                state="approved", approved_revision=first, lock_version=F("lock_version") + 1
            )

    @pytest.mark.parametrize(
        "change", ["round = round + 1", "public_note = 'x'", "due_at = now()", "closed_at = now()"]
    )
    def test_nothing_of_a_closed_one_moves(self, change: str) -> None:
        make_publication()
        with refused("nothing of it moves any more"):
            run(f"UPDATE review_edition SET {change}, lock_version = lock_version + 1")

    def test_who_is_to_do_it_and_by_when_leaves_open_forms_as_they_are(self) -> None:
        edition = make_edition()
        Edition.objects.filter(pk=edition.pk).update(assigned_to=make_editor(), due_at=NOON)
        actions.approve(edition, by=make_editor(), **shown(edition))


class TestRevisions:
    def carried(self, edition: Edition, parent: Revision | None, **columns: Any) -> Revision:
        assert parent is not None
        content = {**parent.content(), "content_sha256": parent.content_sha256, **columns}
        return Revision.objects.create(edition=edition, number=9, author_kind="carried", parent=parent, **content)

    def test_a_published_edition_gets_no_other_text(self) -> None:
        edition = approve(make_edition())
        with refused("gets no other text"):
            Revision.objects.create(
                edition=edition, number=9, author_kind="person", author=make_editor(), content_sha256="0", **CONTENT
            )

    def test_one_is_made_from_an_earlier_one_of_its_edition(self) -> None:
        edition, other = make_edition(), make_edition()
        with refused("an earlier one of its edition"):
            Revision.objects.create(
                edition=edition,
                number=9,
                author_kind="person",
                author=make_editor(),
                parent=other.head,
                content_sha256="0",
                **CONTENT,
            )

    def test_a_text_is_carried_from_an_earlier_edition_about_the_same_words(self) -> None:
        first = make_edition()
        change_text(first.provision, OTHER)
        second = make_edition(first.provision, summary="A plain reading, long enough to be one.")
        with refused("same words of the same provision"):
            self.carried(second, first.head)
        with refused("same words of the same provision"):
            self.carried(make_edition(), second.head)

    def test_it_stays_as_it_was(self) -> None:
        first = make_edition()
        actions.discard(first, by=make_editor(), lock_version=first.lock_version, reason="Not material.")
        second = make_edition(first.provision)
        with refused("stays as it was"):
            self.carried(second, first.head, exposure_level="low")
        self.carried(second, first.head)

    def test_who_wrote_what_is_carried_counts_as_its_author(self) -> None:
        author = make_editor()
        first = make_edition()
        actions.revise(first, {"title": "Mine"}, by=author, lock_version=first.lock_version)
        change_text(first.provision, OTHER)
        following.follow_changes()
        return_to(first.provision, first.wording)
        following.follow_changes()
        edition = Edition.objects.open().get(provision=first.provision)
        with refused("needs 1 eligible approvals and has 0"):
            forge(edition, approvers=(author,))

    def test_so_does_who_wrote_the_parts_that_a_redraft_left_alone(self) -> None:
        author, edition = make_editor(), make_edition()
        actions.revise(edition, {"title": "Mine"}, by=author, lock_version=edition.lock_version)
        job = DraftJob.objects.create(
            wording=edition.wording, reason="redraft", parts=["summary"], base=CONTENT, state="done", run_after=NOON
        )
        make_run(job=job, wording=edition.wording, title="Mine", practical_effect="Redrafted.")
        actions.take_in()
        edition = Edition.objects.get(pk=edition.pk)
        assert load_case(edition).writers == {author.pk}
        with refused("needs 1 eligible approvals and has 0"):
            forge(edition, approvers=(author,))
