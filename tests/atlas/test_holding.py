"""What is held: how time, a second capture and editors release it, and that an import in pieces ends up the same."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from django.db import connection

from atlas.archive.collections import importing
from atlas.archive.collections.importing import ImportSummary, import_collection
from atlas.archive.gate.held import AGREED, ALTERNATED, REJECTED, STOOD
from atlas.archive.judgements.holding import (
    AlreadyDecided,
    EmptyReason,
    HoldError,
    NotHeld,
    NotPermitted,
    Overtaken,
    reject,
    release,
)
from atlas.archive.record.recording import DocumentRecorder, record_capture, record_failure
from atlas.archive.record.sightings import Sighting
from atlas.models import Capture, Change, Document, HoldDecision, Incident, Outcome, Provision, User, Version
from tests.atlas.collections import CollectionMaker
from tests.atlas.test_import_halves import archived, archived_after_each
from tests.atlas.texts import ERROR_PAGE, document
from tests.factories import NOON, make_document, make_user

pytestmark = pytest.mark.django_db

ANNEXES = {
    f"Annex_{n}": f"Annex {n} of these terms lists rules for the Service and its Content. " * 3 for n in range(30)
}
LONG = document(**ANNEXES)
SHORT = document()
SHORTER = document(Retention="We keep your Content for 400 days after you delete it, if no law asks for more.")
LONG_AGAIN = document(
    **ANNEXES, Retention="We keep your Content for 60 days after you delete it, and no longer than that."
)

See = Callable[..., Capture]


@pytest.fixture
def terms() -> Document:
    return make_document(name="Terms of Service")


@pytest.fixture
def see(terms: Document) -> See:
    """``see(text)`` records a look at the terms, each a day after the one before."""
    days = iter(range(1000))
    return lambda text: record_capture(terms, text=text, captured_at=NOON + timedelta(days=next(days)))


@pytest.fixture
def editor() -> User:
    return make_user("ada", groups=("Editor",))


def outcomes(terms: Document) -> list[str]:
    return list(terms.captures.order_by("sequence").values_list("outcome", flat=True))


class TestASecondCapture:
    def test_the_same_text_again_confirms_and_is_recorded_as_of_the_first_time(self, terms: Document, see: See) -> None:
        see(LONG)
        held, again = see(SHORT), see(SHORT)
        confirmed = terms.captures.get(sequence=3)
        assert outcomes(terms) == ["first", "quarantined", "changed", "unchanged"]
        assert (confirmed.captured_at, confirmed.reasons) == (held.captured_at, [AGREED])
        assert again.version == confirmed.version
        assert Change.objects.filter(capture=confirmed, kind="removed").exists()

    def test_a_text_that_is_healthy_beside_the_held_one_confirms_it_too(self, terms: Document, see: See) -> None:
        for text in (LONG, SHORT, SHORTER):
            see(text)
        assert outcomes(terms) == ["first", "quarantined", "changed", "changed"]
        assert terms.versions.count() == 3

    def test_a_text_that_is_healthy_beside_the_last_good_one_confirms_nothing(self, terms: Document, see: See) -> None:
        for text in (LONG, SHORT, LONG_AGAIN):
            see(text)
        assert outcomes(terms) == ["first", "quarantined", "changed"]
        assert not terms.versions.filter(snapshot__text=SHORT).exists()

    def test_an_error_page_in_between_neither_confirms_nor_is_confirmed(self, terms: Document, see: See) -> None:
        for text in (LONG, SHORT, ERROR_PAGE, ERROR_PAGE, SHORT):
            see(text)
        assert outcomes(terms) == ["first", "quarantined", "quarantined", "quarantined", "changed", "unchanged"]

    def test_an_alternating_page_waits_for_an_editor(self, terms: Document, see: See) -> None:
        for text in (LONG, SHORT, LONG, SHORT, SHORT, SHORT, LONG):
            see(text)
        assert set(outcomes(terms)[3:6]) == {"quarantined"}
        assert ALTERNATED in terms.captures.get(sequence=4).reasons
        assert terms.versions.count() == 1


class TestTime:
    """A versions collection records only what differs: what it recorded last stood until its next record."""

    def run(self, maker: CollectionMaker, tmp_path: Path) -> ImportSummary:
        return import_collection(str(maker.write(tmp_path / "ota")), folder=tmp_path / "copies")

    def maker(self) -> CollectionMaker:
        return CollectionMaker().first("Marrowmint", "Terms", LONG).change("Marrowmint", "Terms", SHORT)

    def later(self, maker: CollectionMaker, hours: int) -> CollectionMaker:
        at = maker.commits[-1][1] + timedelta(hours=hours)
        return maker.first("Sallow", "Privacy", SHORTER, at=at)

    def test_a_text_that_stood_two_days_until_the_end_is_released(self, tmp_path: Path) -> None:
        summary = self.run(self.later(self.maker(), 48), tmp_path)
        captures = Capture.objects.filter(document__platform__name="Marrowmint").order_by("sequence")
        _, held, confirmed = captures
        assert (held.outcome, confirmed.outcome, confirmed.reasons) == ("quarantined", "changed", [STOOD])
        assert (confirmed.captured_at, confirmed.source_ref) == (held.captured_at, "")
        assert summary.captures.total() == 4 == Capture.objects.count()
        assert Incident.objects.get().closed_by == confirmed

    def test_a_text_that_has_not_stood_so_long_stays_held(self, tmp_path: Path) -> None:
        self.run(self.later(self.maker(), 47), tmp_path)
        assert Incident.objects.get().closed_at is None
        assert Version.objects.filter(document__platform__name="Marrowmint").count() == 1

    def test_what_stood_comes_before_what_follows_it(self, tmp_path: Path) -> None:
        maker = self.maker()
        maker.change("Marrowmint", "Terms", LONG_AGAIN, at=maker.commits[-1][1] + timedelta(hours=50))
        self.run(maker, tmp_path)
        versions = Version.objects.order_by("number").values_list("snapshot__text", flat=True)
        assert list(versions) == [LONG, SHORT, LONG_AGAIN]

    def test_a_page_that_alternates_is_never_released_by_time(self, tmp_path: Path) -> None:
        maker = CollectionMaker().first("Marrowmint", "Terms", LONG)
        for _ in range(4):
            maker.change("Marrowmint", "Terms", SHORT)
            maker.change("Marrowmint", "Terms", LONG)
        maker.change("Marrowmint", "Terms", SHORT)
        self.run(self.later(maker, 200), tmp_path)
        assert Version.objects.filter(document__platform__name="Marrowmint").count() == 1
        assert Incident.objects.get(closed_at=None).document.platform.name == "Marrowmint"

    def test_an_error_page_is_never_released_by_time(self, tmp_path: Path) -> None:
        maker = CollectionMaker().first("Marrowmint", "Terms", LONG).change("Marrowmint", "Terms", ERROR_PAGE)
        self.run(self.later(maker, 1000), tmp_path)
        assert Version.objects.filter(document__platform__name="Marrowmint").count() == 1

    def test_an_upgrade_that_was_held_is_still_an_upgrade_when_it_is_confirmed(self, tmp_path: Path) -> None:
        maker = CollectionMaker().first("Marrowmint", "Terms", LONG).upgrade("Marrowmint", "Terms", SHORT)
        self.run(self.later(maker, 48), tmp_path)
        assert Capture.objects.filter(reasons=[STOOD]).get().outcome == Outcome.UPGRADED
        assert not Change.objects.exists()

    def test_however_the_import_is_cut_the_same_rows_stand(self, tmp_path: Path) -> None:
        maker = flapping_and_rewritten()
        whole = maker.write(tmp_path / "whole")
        once, twice = archived_after_each(tmp_path, whole, whole)
        assert twice == once
        for cut in range(1, 8):
            half = CollectionMaker(maker.commits[:cut]).write(tmp_path / f"half{cut}")
            _, in_halves = archived_after_each(tmp_path, half, whole)
            assert in_halves == once, f"cut after record {cut}"

    @pytest.mark.parametrize("batch", [1, 2, 3])
    def test_an_import_that_stops_after_every_batch_ends_up_the_same(
        self, batch: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        source = flapping_and_rewritten().write(tmp_path / "ota")
        [once] = archived_after_each(tmp_path, source)
        monkeypatch.setattr(importing, "BATCH", batch)
        assert Capture.objects.count() == 0
        while not self.went_through(source, tmp_path / "copies"):
            assert Capture.objects.exists()
        assert archived() == once

    def went_through(self, source: Path, copies: Path) -> bool:
        """Imports one batch, and stops as a kill would: what was committed stays."""
        try:
            import_collection(str(source), folder=copies, progress=stop)
        except Stopped:
            return False
        return True

    def test_a_dry_run_says_what_would_be_confirmed(self, tmp_path: Path) -> None:
        source = str(self.later(self.maker(), 48).write(tmp_path / "ota"))
        preview = import_collection(source, folder=tmp_path / "copies", dry_run=True).preview
        assert preview == {"first": 2, "held": 1, "held at first, then confirmed": 1}


class Stopped(Exception):
    """The process is gone."""


def stop(done: int, total: int) -> None:
    raise Stopped


def flapping_and_rewritten() -> CollectionMaker:
    """Texts held, confirmed by time and by agreement, and gone again; dates that step back; nine records."""
    maker = CollectionMaker().first("Marrowmint", "Terms", LONG).change("Marrowmint", "Terms", SHORT)
    maker.first("Sallow", "Privacy", SHORTER, at=maker.commits[-1][1] + timedelta(hours=30))
    for text, hours in ((SHORTER, 30), (LONG, 10), (SHORT, 60), (LONG_AGAIN, 49), (ERROR_PAGE, 1)):
        maker.change("Marrowmint", "Terms", text, at=maker.commits[-1][1] + timedelta(hours=hours))
    return maker.change("Sallow", "Privacy", LONG, at=maker.commits[2][1])


class TestAnEditor:
    def test_releases_a_held_text_with_all_that_follows(self, terms: Document, see: See, editor: User) -> None:
        see(LONG)
        held = see(SHORT)
        made = release(held, by=editor, reason="The annexes have moved to a page of their own.")
        assert (made.outcome, made.captured_at, made.version is not None) == ("changed", held.captured_at, True)
        assert made.reasons == ["Released by Ada: The annexes have moved to a page of their own."]
        assert Change.objects.filter(capture=made, kind="removed").count() == len(ANNEXES)
        assert terms.incidents.get().closed_by == made
        decision = HoldDecision.objects.get()
        assert (decision.capture, decision.made, decision.decided_by) == (held, made, editor)
        assert see(SHORT).outcome == Outcome.UNCHANGED

    def test_releases_a_page_that_nothing_else_would_let_through(self, terms: Document, see: See, editor: User) -> None:
        made = release(see(ERROR_PAGE), by=editor, reason="This really is all that the page says.")
        assert made.outcome == Outcome.FIRST
        assert Provision.objects.filter(document=terms).exists()

    def test_must_say_why(self, see: See, editor: User) -> None:
        held = see(ERROR_PAGE)
        for verb in (release, reject):
            with pytest.raises(EmptyReason, match="Say why"):
                verb(held, by=editor, reason="  ")

    def test_must_be_an_editor(self, see: See) -> None:
        held, viewer = see(ERROR_PAGE), make_user(groups=("Viewer",))
        for verb in (release, reject):
            with pytest.raises(NotPermitted, match="Only editors"):
                verb(held, by=viewer, reason="I think so.")

    def test_decides_once_and_the_next_one_is_told_who_did(self, see: See, editor: User) -> None:
        held = see(ERROR_PAGE)
        reject(held, by=editor, reason="An error page.")
        with pytest.raises(AlreadyDecided, match=r"Ada has rejected .{0,80}: An error page"):
            release(held, by=make_user(groups=("Editor",)), reason="It is fine.")

    def test_cannot_release_what_a_good_capture_came_after(self, see: See, editor: User) -> None:
        see(LONG)
        held = see(SHORT)
        see(LONG)
        with pytest.raises(Overtaken, match="captured well since"):
            release(held, by=editor, reason="It was right.")

    def test_cannot_decide_what_was_confirmed_meanwhile(self, see: See, editor: User) -> None:
        see(LONG)
        held = see(SHORT)
        see(SHORT)
        for verb in (release, reject):
            with pytest.raises(Overtaken, match="AT-V-"):
                verb(held, by=editor, reason="It was right.")

    def test_cannot_decide_on_a_good_capture(self, see: See, editor: User) -> None:
        with pytest.raises(NotHeld):
            reject(see(LONG), by=editor, reason="No.")

    def test_what_was_rejected_is_known_and_no_longer_confirmed(self, terms: Document, see: See, editor: User) -> None:
        see(LONG)
        reject(see(SHORT), by=editor, reason="Half of the page is missing.")
        assert terms.incidents.get().closed_at is None, "the document has still not been seen"
        for _ in range(3):
            again = see(SHORT)
            assert again.outcome == Outcome.QUARANTINED
            assert REJECTED in again.reasons

    def test_a_rejection_while_an_import_goes_on_counts(self, see: See, terms: Document, editor: User) -> None:
        see(LONG)
        held = see(SHORT)
        recorder = DocumentRecorder(terms)
        recorder.lock()
        reject(held, by=editor, reason="Half of the page is missing.")
        recorded = recorder.record(Sighting(SHORTER, held.captured_at + timedelta(days=1)))
        assert (recorded.capture.outcome, recorded.confirmed) == ("quarantined", None)

    def test_what_failed_after_the_released_text_stays_an_incident(
        self, terms: Document, see: See, editor: User
    ) -> None:
        see(LONG)
        held = see(SHORT)
        failed = record_failure(terms, reason="The server did not answer.", captured_at=NOON + timedelta(days=9))
        made = release(held, by=editor, reason="A real rewrite.")
        assert terms.incidents.get(closed_by=made).opened_by == held
        assert terms.incidents.get(closed_at=None).opened_by == failed
        assert see(SHORT).outcome == Outcome.UNCHANGED
        assert not terms.incidents.filter(closed_at=None).exists()


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    """Each with a connection of its own."""

    def test_of_two_editors_one_decides_and_the_other_is_told(self) -> None:
        terms = make_document(name="Terms of Service")
        record_capture(terms, text=LONG, captured_at=NOON)
        held = record_capture(terms, text=SHORT, captured_at=NOON)
        ada, ben = make_user("ada", groups=("Editor",)), make_user("ben", groups=("Editor",))
        results = at_once(
            lambda: release(held, by=ada, reason="A real rewrite."), lambda: reject(held, by=ben, reason="Half a page.")
        )
        assert [type(result) for result in results].count(AlreadyDecided) == 1
        assert HoldDecision.objects.count() == 1
        assert terms.versions.count() == 1 + HoldDecision.objects.filter(ruling="released").count()

    def test_a_release_and_a_confirming_capture_make_one_version(self) -> None:
        terms = make_document(name="Terms of Service")
        record_capture(terms, text=LONG, captured_at=NOON)
        held = record_capture(terms, text=SHORT, captured_at=NOON)
        ada = make_user("ada", groups=("Editor",))
        results = at_once(
            lambda: release(held, by=ada, reason="A real rewrite."),
            lambda: record_capture(terms, text=SHORT, captured_at=NOON + timedelta(days=1)),
        )
        assert terms.versions.count() == 2
        assert outcomes(terms) == ["first", "quarantined", "changed", "unchanged"]
        assert isinstance(results[0], Capture | Overtaken)
        assert not terms.incidents.filter(closed_at=None).exists()


def at_once(*calls: Callable[[], object]) -> list[object]:
    """Run every call in a thread of its own, all released together; a refusal comes back as itself."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], object]) -> object:
        try:
            barrier.wait(timeout=10)
            return call()
        except HoldError as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))
