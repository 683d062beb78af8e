"""What becomes of an open edition when its provision changes."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from analysis.models import DraftJob
from atlas.models import Publication, Wording
from review import actions, following
from review.carrying import PROVISION_CHANGED
from review.errors import NotAllowed
from review.models import Event, State
from review.policies import load_case
from review.tasks import follow_changes
from tests.factories import make_provision
from tests.review.factories import (
    OTHER,
    approve,
    approve_for_later,
    change_text,
    check_constraints,
    cut_anew,
    make_edition,
    make_editor,
    make_publication,
    remove,
    return_to,
)
from tests.review.following_rows import OPEN, OTHER_TYPOGRAPHY, is_whole, reread, revise, the_open_edition

pytestmark = pytest.mark.django_db


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

    def test_one_that_fails_does_not_hold_up_the_others(self) -> None:
        broken, other = make_edition(), make_edition()
        for edition in (broken, other):
            change_text(edition.provision, OTHER)
        check_constraints()
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE review_edition ADD CHECK (id <> %s OR state <> 'discarded')", [broken.pk])
        assert following.follow_changes() == 1
        assert (reread(broken).state, reread(other).state) == (State.IN_REVIEW, State.DISCARDED)


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
