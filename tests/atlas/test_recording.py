"""The write path: what a look at a document becomes."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_q.models import OrmQ

from atlas.archive.record.recording import DocumentRecorder, record_capture, record_failure
from atlas.archive.record.sightings import Sighting
from atlas.models import (
    Capture,
    Change,
    ChangeKind,
    Document,
    Incident,
    Outcome,
    Placement,
    Provision,
    Significance,
    Snapshot,
    Topic,
    Version,
    Wording,
)
from tests.atlas.looks import A, B, C, See, joined
from tests.atlas.texts import ERROR_PAGE, PARAGRAPHS, document
from tests.factories import NOON, make_document

pytestmark = pytest.mark.django_db


def provision(title: str) -> Provision:
    return Provision.objects.get(title=title)


def test_the_first_capture_is_a_baseline_without_changes(terms: Document, see: See) -> None:
    capture = see(A)
    assert capture.outcome == Outcome.FIRST
    assert {p.title for p in Provision.objects.in_force()} >= set(PARAGRAPHS) - {"Definitions"}
    assert not Change.objects.exists()


def test_joined_placements_give_back_the_text(see: See) -> None:
    for text in (A, B, "\n \n" + C, A.replace("\n\n", "\n\n\n ")):
        see(text)
    assert Version.objects.count() == 4
    for version in Version.objects.all():
        assert joined(version) == version.text


def test_a_changed_paragraph_is_one_substantive_change_of_one_provision(see: See) -> None:
    see(A)
    before = {p.title: p.pk for p in Provision.objects.all()}
    capture = see(B)
    change = Change.objects.get()
    assert (capture.outcome, change.kind, change.significance) == ("changed", "modified", "substantive")
    assert change.provision == provision("Retention")
    assert change.reasons
    assert change.old_wording is not None and "30 days" in change.old_wording.text
    assert change.provision.current_wording == change.new_wording
    assert {p.title: p.pk for p in Provision.objects.all()} == before


def test_the_same_text_again_is_a_verification(see: See) -> None:
    first = see(A)
    again = see(A)
    assert again.outcome == Outcome.UNCHANGED
    assert again.version == first.version
    assert Version.objects.count() == 1


def test_a_text_that_comes_back_makes_two_versions_and_three_captures(terms: Document, see: See) -> None:
    outcomes = [see(text).outcome for text in (A, B, A)]
    assert outcomes == ["first", "changed", "returned"]
    assert (terms.versions.count(), terms.captures.count(), Snapshot.objects.count()) == (2, 3, 2)


def test_a_wording_that_comes_back_is_current_again_and_not_announced(see: See) -> None:
    see(A)
    wording = provision("Retention").current_wording
    see(B)
    see(A)
    assert provision("Retention").current_wording == wording
    assert Wording.objects.filter(provision=provision("Retention")).count() == 2
    assert Change.objects.announced().count() == 1
    assert Change.objects.get(is_return=True).new_wording == wording


def test_a_wording_that_comes_back_within_another_version_is_a_return_too(see: See) -> None:
    see(A)
    see(B)
    see(document(Termination="You may close your account with a notice of thirty days."))
    returned = Change.objects.get(provision=provision("Retention"), is_return=True)
    assert returned.new_wording is not None and returned.new_wording.number == 1
    assert Change.objects.announced().filter(provision=provision("Termination")).count() == 1


def test_a_removed_provision_ends_and_keeps_its_last_wording(see: See) -> None:
    see(A)
    capture = see(C)
    retention = provision("Retention")
    assert retention.removed_at == capture.captured_at
    assert retention.current_wording is not None
    assert Change.objects.get().kind == ChangeKind.REMOVED


def test_a_provision_that_comes_back_is_the_same_provision(see: See) -> None:
    see(A)
    retention = provision("Retention").pk
    see(C)
    see(document(Termination="You may close your account with a notice of thirty days."))
    assert provision("Retention").pk == retention
    assert provision("Retention").removed_at is None
    assert Change.objects.get(kind=ChangeKind.ADDED).is_return


def test_a_removal_that_happens_again_soon_is_not_announced_again(see: See) -> None:
    see(A)
    see(C)
    see(document(Termination="You may close your account with a notice of thirty days."))
    see(document(Retention=None, Termination="You may close your account with a notice of ninety days."))
    removals = Change.objects.filter(kind=ChangeKind.REMOVED).order_by("pk")
    assert [removal.is_return for removal in removals] == [False, True]


def test_an_upgrade_of_our_extraction_announces_nothing_and_keeps_identities(see: See) -> None:
    see(A)
    before = set(Provision.objects.values_list("pk", flat=True))
    capture = see(B.replace("Service", "*Service*"), upgrade=True)
    assert capture.outcome == Outcome.UPGRADED
    assert not Change.objects.exists()
    assert set(Provision.objects.in_force().values_list("pk", flat=True)) == before
    assert "400 days" in provision("Retention").current_wording.text  # type: ignore[union-attr]


def test_a_change_of_link_targets_is_cosmetic(see: See) -> None:
    see(
        document(Contact="Write to [our office](https://marrowmint.example/a?session=1) about anything in these terms.")
    )
    see(
        document(Contact="Write to [our office](https://marrowmint.example/a?session=2) about anything in these terms.")
    )
    change = Change.objects.get()
    assert change.significance == Significance.COSMETIC
    assert not Change.objects.announced().exists()


def test_an_error_page_is_held_and_nothing_follows_from_it(terms: Document, see: See) -> None:
    see(A)
    downstream = (Version, Provision, Wording, Placement, Change)
    before = [model.objects.count() for model in downstream]
    capture = see(ERROR_PAGE)
    assert capture.outcome == Outcome.QUARANTINED
    assert capture.version is None and capture.reasons
    assert [model.objects.count() for model in downstream] == before
    assert terms.incidents.get().closed_at is None


def test_an_incident_stays_open_until_a_good_capture_closes_it(terms: Document, see: See) -> None:
    see(A)
    held = see(ERROR_PAGE)
    record_failure(terms, reason="The server did not answer.", captured_at=held.captured_at)
    incident = Incident.objects.get()
    assert (incident.opened_by, incident.closed_by) == (held, None)
    # The terms are as they were: a verification.
    good = see(A)
    incident.refresh_from_db()
    assert good.outcome == Outcome.UNCHANGED
    assert (incident.closed_by, incident.closed_at) == (good, good.captured_at)


def test_a_first_capture_can_be_held_too(see: See) -> None:
    assert see(ERROR_PAGE).outcome == Outcome.QUARANTINED
    assert see(A).outcome == Outcome.FIRST


def test_a_much_shorter_text_is_accepted_once_a_second_capture_agrees(terms: Document, see: See) -> None:
    see(document(**{f"Annex_{number}": f"Annex {number} lists rules. " * 20 for number in range(20)}))
    held, agreeing = see(A), see(A)
    assert (held.outcome, agreeing.outcome) == ("quarantined", "unchanged")
    confirmed = terms.captures.get(outcome=Outcome.CHANGED)
    assert (confirmed.sequence, confirmed.captured_at) == (3, held.captured_at)
    assert (terms.incidents.get().closed_by, terms.incidents.get().closed_at) == (confirmed, agreeing.captured_at)


def test_a_document_that_could_not_be_read_has_a_failed_capture_with_the_reason(terms: Document) -> None:
    capture = record_failure(terms, reason="The server did not answer.", captured_at=NOON)
    assert (capture.outcome, capture.reasons) == ("failed", ["The server did not answer."])
    assert Incident.objects.get().opened_by == capture


def test_the_same_source_is_recorded_once(see: See) -> None:
    assert see(A, source_ref="c0ffee") == see(A, source_ref="c0ffee")
    assert Capture.objects.count() == 1


def test_topics_follow_the_current_wording(see: See) -> None:
    Topic.objects.create(key="retention", name="Retention", definition="…", cues=[r"\bkeep your Content\b"])
    Topic.objects.create(key="law", name="Law", definition="…", cues=[r"\bwhere the law asks\b"])
    see(A)
    assert list(provision("Retention").topics.values_list("key", flat=True)) == ["retention"]
    see(B)
    assert set(provision("Retention").topics.values_list("key", flat=True)) == {"law", "retention"}
    see(A)
    assert list(provision("Retention").topics.values_list("key", flat=True)) == ["retention"]


def test_two_provisions_may_read_the_same(see: See) -> None:
    see(document(Notices="We write to you.", Notices_again="We write to you.", Notices_too="We write to you."))
    see(document(Notices="We write to you.", Notices_again="We write to you."))
    assert Provision.objects.filter(title__startswith="Notices").count() == 3
    assert Provision.objects.in_force().filter(title__startswith="Notices").count() == 2


def test_a_recorder_in_memory_records_what_one_that_reads_anew_records(see: See) -> None:
    history = [A, B, ERROR_PAGE, C, A, document(Governing_law="The law of Malta governs."), B, C]
    for text in history:
        see(text)
    other = make_document(name="Terms of Service")
    recorder = DocumentRecorder(other)
    recorder.lock()
    for day, text in enumerate(history):
        recorder.record(Sighting(text, NOON + timedelta(days=day)))
    first, second = Document.objects.order_by("pk")
    assert facts(first) == facts(second)


def facts(of: Document) -> list[tuple[object, ...]]:
    """What was recorded of a document, without row keys."""
    captures = of.captures.values_list("sequence", "outcome", "version__number")
    changes = of.changes.order_by("capture__sequence", "provision__ordinal", "kind").values_list(
        "capture__sequence", "kind", "significance", "old_wording__number", "new_wording__number", "is_return"
    )
    return [*captures, *changes]


def test_the_number_of_queries_does_not_grow_with_the_document(see: See) -> None:
    counts = []
    for size in (20, 60):  # both so many that all changed is a rewrite
        terms = make_document(name=f"Terms of {size}")
        rule = "Rule {0} of this part says so. Nothing else in part {0} differs from what it said before. "
        sections = {f"Part_{number}": rule.format(number) * 3 for number in range(size)}
        record_capture(terms, text=document(**sections), captured_at=NOON)
        changed = {name: text.replace("says so", "says otherwise") for name, text in [*sections.items()][::3]}
        with CaptureQueriesContext(connection) as queries:
            record_capture(terms, text=document(**sections | changed), captured_at=NOON)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= 30


def test_old_history_is_marked_and_wakes_nobody(terms: Document) -> None:
    record_capture(terms, text=A, captured_at=NOON)
    record_capture(terms, text=B, captured_at=NOON, is_backfill=True)
    assert Change.objects.get().is_backfill
    assert bells() == []


def test_a_change_that_readers_hear_of_wakes_the_drafter(see: See) -> None:
    see(A)
    assert bells() == []
    see(B)
    assert bells() == ["review.tasks.follow_changes"]
    see(A)
    assert len(bells()) == 1


def bells() -> list[str]:
    """The functions that were woken, from django-q2's own queue."""
    return [row.task["func"] for row in OrmQ.objects.order_by("pk")]


def test_times_are_kept_as_the_source_gives_them_and_order_is_the_sequence(terms: Document) -> None:
    later, earlier = NOON, NOON - timedelta(days=9)
    record_capture(terms, text=A, captured_at=later)
    record_capture(terms, text=B, captured_at=earlier, upgrade=True)
    times: list[datetime] = list(terms.captures.values_list("captured_at", flat=True))
    assert times == [later, earlier]
