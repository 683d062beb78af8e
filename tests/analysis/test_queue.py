"""What gets queued: each change once, nothing that is analysed already, and what a person asks for."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from django_q.models import OrmQ

from analysis import queue
from analysis.models import DraftJob, DraftRun, JobState, Reason, RunStatus
from atlas.archive.record.recording import record_capture
from atlas.models import Change, ChangeKind, Significance
from tests.atlas.texts import document
from tests.factories import NOON, TRAINING_TEXT, add_wording, make_document, make_provision, make_user, make_version

pytestmark = pytest.mark.django_db

NEW_TEXT = TRAINING_TEXT.replace("30 days", "90 days")


def changed_provision(new_text: str = NEW_TEXT, **fields: object) -> Change:
    """A provision whose wording in force is a substantive change."""
    document = make_document()
    provision = make_provision(document=document)
    old = provision.current_wording
    version, capture = make_version(document, new_text, captured_at=NOON + timedelta(days=1))
    new = add_wording(provision, version, capture)
    defaults = {"kind": ChangeKind.MODIFIED, "significance": Significance.SUBSTANTIVE}
    return Change.objects.create(
        document=document,
        provision=provision,
        capture=capture,
        old_wording=old,
        new_wording=new,
        **{**defaults, **fields},
    )


def test_a_substantive_change_is_queued_once_and_the_drafter_is_woken() -> None:
    change = changed_provision()

    assert queue.queue_changes() == 1
    assert queue.queue_changes() == 0

    job = DraftJob.objects.get()
    assert (job.wording, job.change, job.reason) == (change.new_wording, change, Reason.CHANGED)
    assert OrmQ.objects.count() == 1


@pytest.mark.parametrize(
    "fields", [{"significance": Significance.COSMETIC}, {"is_return": True}, {"is_backfill": True}], ids=str
)
def test_what_is_not_announced_is_not_queued(fields: dict[str, object]) -> None:
    changed_provision(**fields)
    assert queue.queue_changes() == 0


def test_a_text_that_was_drafted_before_is_not_queued_again_whatever_its_typography() -> None:
    change = changed_provision()
    queue.queue_changes()
    job = DraftJob.objects.get()
    DraftJob.objects.update(state=JobState.DONE)
    DraftRun.objects.create(job=job, attempt=1, status=RunStatus.DRAFTED, drafter="outline", analysis={})

    spaced = NEW_TEXT.replace(". ", ".  ")
    version, capture = make_version(change.document, spaced, captured_at=NOON + timedelta(days=2))
    again = add_wording(change.provision, version, capture)
    Change.objects.create(
        document=change.document,
        provision=change.provision,
        capture=capture,
        kind=ChangeKind.MODIFIED,
        significance=Significance.SUBSTANTIVE,
        old_wording=change.new_wording,
        new_wording=again,
    )
    assert queue.queue_changes() == 0


def test_a_clause_that_is_reinstated_with_its_whole_page_after_a_year_is_queued() -> None:
    terms = make_document(name="Terms of Service")
    strict = document(Retention="We keep your Content for 400 days after you delete it, whatever you ask us to do.")
    for text, day in ((document(), 0), (strict, 10), (document(), 400)):
        record_capture(terms, text=text, captured_at=NOON + timedelta(days=day))
    assert queue.queue_changes() == 1
    assert "30 days" in DraftJob.objects.get().wording.text


@pytest.mark.django_db(transaction=True)
def test_jobs_and_the_bell_come_and_go_together() -> None:
    changed_provision()
    with pytest.raises(RuntimeError), transaction.atomic():
        queue.queue_changes()
        raise RuntimeError
    assert not DraftJob.objects.exists()
    assert not OrmQ.objects.exists()


def test_a_person_who_asks_twice_gets_one_job_with_the_latest_instructions() -> None:
    wording = make_provision().current_wording
    assert wording is not None
    first = queue.request_draft(wording, by=make_user())
    second = queue.request_draft(wording, by=make_user(), instructions="Look at retention.")
    assert first.pk == second.pk
    assert second.reason == Reason.REDRAFT and second.priority > 0


def test_who_asks_while_it_is_being_drafted_is_told_so() -> None:
    wording = make_provision().current_wording
    assert wording is not None
    job = queue.request_draft(wording, by=None)
    DraftJob.objects.filter(pk=job.pk).update(
        state=JobState.RUNNING, lease_token="0" * 32, lease_until=timezone.now() + timedelta(minutes=1)
    )
    with pytest.raises(queue.DraftInProgress, match="ask again"):
        queue.request_draft(wording, by=None, instructions="Shorter.")


def test_a_failed_job_can_be_tried_again_with_all_its_attempts() -> None:
    wording = make_provision().current_wording
    assert wording is not None
    job = queue.request_draft(wording, by=None)
    DraftJob.objects.filter(pk=job.pk).update(state=JobState.FAILED, attempts=5)
    assert queue.retry(DraftJob.objects.all()) == 1
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.QUEUED, 0)
    assert queue.cancel(DraftJob.objects.all()) == 1
