"""What holds jobs back: seen by every worker, said in words, and lifted."""

from datetime import timedelta

import pytest
from django.utils import timezone

from analysis import holds, leases
from analysis.drafting import drain
from analysis.holds import Holds
from analysis.models import DraftJob, DraftRun, Hold, HoldCause, JobState
from analysis.profiles import Profile
from analysis.queue import cancel, pause, resume, retry_cause
from tests.analysis.jobs import queued_job
from tests.factories import make_user
from tests.servers.openai import ModelServer

FIRST, SECOND = Profile("first"), Profile("second")


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("small_catalogue")
class TestPause:
    def test_nothing_is_drafted_until_somebody_lets_it_go_on(self, model_server: ModelServer) -> None:
        ada = make_user("ada")
        queued_job()
        held = holds.hold(HoldCause.PAUSED, "We change the prompt today.", by=ada)

        assert drain().blocked == "We change the prompt today."
        assert not model_server.requests

        holds.lift(held, by=ada)
        assert drain().drafted == 1
        held.refresh_from_db()
        assert (held.set_by, held.lifted_by) == (ada, ada)

    def test_the_outline_drafter_is_paused_too(self) -> None:
        queued_job()
        holds.hold(HoldCause.PAUSED, "A pause.")
        assert drain().blocked == "A pause."
        assert not DraftRun.objects.exists()


@pytest.mark.django_db
class TestChoice:
    def test_a_model_that_is_not_set_up_is_passed_over(self) -> None:
        holds.hold(HoldCause.CONFIG, "No key", profile="first")
        assert Holds.now().choose((FIRST, SECOND)) == (SECOND, None)

    def test_one_at_its_rate_limit_is_waited_for(self) -> None:
        held = holds.hold(HoldCause.RATE, "Patience", profile="first", until=timezone.now() + timedelta(minutes=1))
        assert Holds.now().choose((FIRST, SECOND)) == (None, held)

    def test_a_job_that_gave_a_model_up_does_not_go_back_to_it(self) -> None:
        assert Holds.now().choose((FIRST, SECOND), first=1) == (SECOND, None)

    def test_the_same_cause_is_one_hold_that_only_grows(self) -> None:
        now = timezone.now()
        for minutes in (5, 9, 2):
            holds.hold(HoldCause.RATE, f"{minutes} minutes", profile="first", until=now + timedelta(minutes=minutes))
        assert Hold.objects.get().words == "9 minutes"

    def test_a_hold_ends_by_itself(self) -> None:
        holds.hold(HoldCause.RATE, "Patience", profile="first", until=timezone.now())
        assert Holds.now().choose((FIRST,)) == (FIRST, None)
        leases.sweep()
        assert Hold.objects.get().lifted_at is not None


@pytest.mark.django_db
@pytest.mark.usefixtures("small_catalogue")
class TestJobs:
    def test_a_paused_job_is_not_claimed_until_it_is_resumed(self) -> None:
        job = queued_job()
        jobs = DraftJob.objects.filter(pk=job.pk)
        assert pause(jobs) == 1
        assert not leases.ready().exists()
        assert resume(jobs) == 1
        assert leases.ready().get() == job

    def test_a_paused_job_can_be_cancelled(self) -> None:
        job = queued_job(state=JobState.PAUSED)
        assert cancel(DraftJob.objects.all()) == 1
        job.refresh_from_db()
        assert job.state == JobState.CANCELLED

    def test_all_that_failed_for_one_cause_is_tried_again(self) -> None:
        refused, broken = (queued_job(state=JobState.FAILED, error_kind=kind) for kind in ("refused", "invalid"))
        assert retry_cause("refused") == 1
        refused.refresh_from_db(), broken.refresh_from_db()
        assert (refused.state, broken.state) == (JobState.QUEUED, JobState.FAILED)
