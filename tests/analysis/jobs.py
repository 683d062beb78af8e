"""Draft jobs for tests, and the address of the test's database for other processes."""

from django.utils import timezone

from analysis.models import DraftJob, Reason
from tests.factories import TRAINING_TEXT, make_provision


def queued_job(
    text: str = TRAINING_TEXT, *, topics: tuple[str, ...] = ("training-user-content",), **fields: object
) -> DraftJob:
    provision = make_provision(text, topics=topics)
    assert provision.current_wording is not None
    defaults = {"reason": Reason.REQUESTED, "run_after": timezone.now()}
    return DraftJob.objects.create(wording=provision.current_wording, **{**defaults, **fields})
