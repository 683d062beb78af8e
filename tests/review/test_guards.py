"""What PostgreSQL refuses whoever asks: a shell, raw SQL, a forgotten call site."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone

from atlas.models import Publication
from review import actions
from review.models import Decision, Edition, Event, Finding, Revision, State
from tests.factories import make_provision
from tests.review.factories import (
    INVENTED,
    approve,
    change_text,
    check_constraints,
    make_edition,
    make_editor,
    make_publication,
    shown,
)
from tests.review.round_the_code import forge, run

pytestmark = pytest.mark.django_db


def test_the_record_is_neither_altered_nor_deleted() -> None:
    make_publication()
    for model in (Revision, Finding, Decision, Event, Publication):
        assert model.objects.exists()  # type: ignore[attr-defined]
        for sql in ("UPDATE {} SET id = id + 1000", "DELETE FROM {}"):
            with pytest.raises(IntegrityError):
                run(sql.format(model._meta.db_table))


def test_an_edition_is_never_deleted() -> None:
    make_edition()
    with pytest.raises(IntegrityError, match="never deleted"):
        run("DELETE FROM review_edition")


def test_a_state_does_not_move_without_its_event(edition: Edition) -> None:
    with pytest.raises(IntegrityError, match="without its event"), transaction.atomic():
        Edition.objects.filter(pk=edition.pk).update(state=State.DISCARDED, lock_version=F("lock_version") + 1)
        check_constraints()


def test_an_edition_does_not_begin_without_its_event() -> None:
    provision = make_provision()
    with pytest.raises(IntegrityError, match="without its event"), transaction.atomic():
        Edition.objects.create(provision=provision, wording=provision.current_wording)
        check_constraints()


def test_a_state_does_not_jump(edition: Edition) -> None:
    with pytest.raises(IntegrityError, match="cannot go from in_review to published"):
        run(
            "UPDATE review_edition SET state = 'published', approved_revision_id = head_id,"
            " lock_version = lock_version + 1 WHERE id = %s",
            edition.pk,
        )


@pytest.mark.parametrize("change", ["state = 'discarded'", "round = round + 1", "public_note = 'x'", "head_id = NULL"])
def test_an_edition_does_not_move_under_the_same_lock_version(edition: Edition, change: str) -> None:
    with pytest.raises(IntegrityError, match="without a new lock version"):
        run(f"UPDATE review_edition SET {change}")


@pytest.mark.parametrize("change", ["kind = 'correction'", "wording_id = wording_id + 1", "provision_id = 0"])
def test_what_an_edition_is_about_never_changes(edition: Edition, change: str) -> None:
    with pytest.raises(IntegrityError, match="never change"):
        run(f"UPDATE review_edition SET {change}, lock_version = lock_version + 1")


def test_a_provision_has_one_open_edition(edition: Edition) -> None:
    with pytest.raises(IntegrityError, match="edition_one_open"), transaction.atomic():
        Edition.objects.create(provision=edition.provision, wording=edition.wording)


def test_events_are_chained_by_the_database() -> None:
    edition = approve(make_edition())
    events = list(Event.objects.filter(edition_ref=edition.pk))
    assert [event.sequence for event in events] == [1, 2, 3]
    assert [event.previous_hash for event in events] == ["", events[0].row_hash, events[1].row_hash]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM review_event e WHERE row_hash <> review_event_hash(e)")
        assert cursor.fetchone() == (0,)
        cursor.execute("SET LOCAL TIME ZONE 'Asia/Tokyo'")
        cursor.execute("SELECT count(*) FROM review_event e WHERE row_hash <> review_event_hash(e)")
        assert cursor.fetchone() == (0,)


def test_nobody_backdates_an_event_or_makes_up_its_hash() -> None:
    forged = Event.objects.create(
        edition_ref=7, action="claim", actor="x", sequence=99, row_hash="f" * 64, at=timezone.now().replace(year=2001)
    )
    forged.refresh_from_db()
    assert forged.sequence == 1
    assert forged.row_hash != "f" * 64
    assert forged.at.year != 2001


def test_a_forged_publication_with_all_that_is_needed_would_stand() -> None:
    forge(make_edition(), approvers=(make_editor(),))
    assert Publication.objects.live().count() == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"summary": "Not what was approved."}, "differs from the approved revision"),
        ({"exposure_level": "low"}, "differs from the approved revision"),
        ({"topics": ["x"]}, "differs from the approved revision"),
        ({"content_sha256": "0" * 64}, "differs from the approved revision"),
        ({"revision_id": 10**9}, "names no revision that exists"),
        ({"public_note": "x"}, "does not fit its edition"),
    ],
)
def test_a_publication_equals_what_was_approved(changes: dict[str, object], message: str, edition: Edition) -> None:
    with pytest.raises(IntegrityError, match=message):
        forge(edition, approvers=(make_editor(),), **changes)


def test_a_publication_has_an_approval(edition: Edition) -> None:
    with pytest.raises(IntegrityError, match="needs 1 eligible approvals and has 0"):
        forge(edition)


def test_the_author_does_not_count_as_approver(edition: Edition) -> None:
    author = make_editor()
    actions.revise(edition, {"title": "Mine"}, by=author, lock_version=edition.lock_version)
    edition.refresh_from_db()
    with pytest.raises(IntegrityError, match="has 0"):
        forge(edition, approvers=(author,))


def _high() -> Edition:
    return make_edition(exposure_level="high")


def _waived() -> Edition:
    edition, senior = make_edition(**INVENTED), make_editor("Senior reviewer")
    assert edition.head is not None
    for blocker in edition.head.findings.filter(severity="blocker"):
        actions.waive(blocker, by=senior, lock_version=shown(edition)["lock_version"], reason="Seen on paper.")
    return edition


def _correction() -> Edition:
    publication = make_publication()
    edition = make_edition(publication.provision, practical_effect="Better words.")
    Publication.objects.filter(pk=publication.pk).update(superseded_at=timezone.now())
    return edition


@pytest.mark.parametrize("make", [_high, _waived, _correction])
def test_what_needs_two_people_has_two(make: Callable[[], Edition]) -> None:
    edition = make()
    edition.refresh_from_db()
    with pytest.raises(IntegrityError, match="needs 2 eligible approvals and has 1"):
        forge(edition, approvers=(make_editor(),))
    forge(edition, approvers=(make_editor(), make_editor()))


def test_approvals_of_an_earlier_round_do_not_count() -> None:
    edition, reviewer = _high(), make_editor()
    approve(edition, reviewer)
    actions.void(edition, by=reviewer, lock_version=edition.lock_version, reason="Too fast.")
    edition.refresh_from_db()
    with pytest.raises(IntegrityError, match="needs 2 eligible approvals and has 1"):
        forge(edition, approvers=(make_editor(),))


def test_a_blocking_finding_without_a_waiver_stops_a_publication() -> None:
    edition = make_edition(**INVENTED)
    with pytest.raises(IntegrityError, match="blocking finding"):
        forge(edition, approvers=(make_editor(), make_editor()))


def test_a_publication_is_read_against_the_wording_in_force(edition: Edition) -> None:
    change_text(edition.provision, "Everything is different now.")
    with pytest.raises(IntegrityError, match="wording in force"):
        forge(edition, approvers=(make_editor(),))
