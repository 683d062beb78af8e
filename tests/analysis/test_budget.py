"""The day's budget: jobs beyond it wait, where everybody can see why, and go on the next day."""

from datetime import UTC, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from analysis import leases
from analysis.budget import spent
from analysis.drafting import drain
from analysis.models import DraftJob, DraftRun, Hold, HoldCause, JobState, RunStatus
from atlas.config import load_config
from tests.analysis.jobs import queued_job
from tests.servers.openai import ModelServer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("small_catalogue")]


@pytest.fixture
def budget(model_server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """One USD a day, and a price by which a draft costs 0.60 and may cost far more."""
    monkeypatch.setenv("ATLAS_LLM_DAILY_BUDGET", "1")
    monkeypatch.setenv("ATLAS_LLM_PRICE", "500/500")
    load_config.cache_clear()


def a_day_passes() -> None:
    """Runs and holds become a day older. Runs are insert-only, so they are put there as of yesterday."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE analysis_draftrun DISABLE TRIGGER USER")
        cursor.execute("UPDATE analysis_draftrun SET created_at = created_at - interval '1 day'")
        cursor.execute("ALTER TABLE analysis_draftrun ENABLE TRIGGER USER")
    for hold in Hold.objects.all():
        Hold.objects.filter(pk=hold.pk).update(until=hold.until and hold.until - timedelta(days=1))


def test_jobs_beyond_the_budget_wait_visibly_and_uncharged_and_go_on_the_next_day(
    budget: None, model_server: ModelServer
) -> None:
    for _ in range(3):
        queued_job()

    summary = drain()

    assert summary.drafted == 1
    assert summary.blocked.startswith("The day's budget of 1 USD is used up (0.60 USD spent)")
    assert DraftJob.objects.filter(state=JobState.QUEUED, attempts=0, error_kind="").count() == 2
    [hold] = Hold.objects.standing(timezone.now())
    assert (hold.cause, hold.profile, hold.words) == (HoldCause.BUDGET, "", summary.blocked)
    assert hold.until is not None and hold.until.astimezone(UTC).time().isoformat() == "00:00:00"
    assert drain().drafted == 0 and len(model_server.requests) == 1, "nothing is asked under a hold"

    a_day_passes()

    assert drain().drafted == 1, "as much as a day's budget allows"
    leases.sweep()
    assert DraftRun.objects.filter(status=RunStatus.DRAFTED).count() == 2


def test_what_was_spent_yesterday_does_not_count_today(budget: None) -> None:
    queued_job()
    drain()
    assert spent(timezone.now()) == Decimal("0.6")
    a_day_passes()
    assert spent(timezone.now()) == 0


def test_a_budget_for_a_model_of_unknown_price_is_held_with_what_to_do(
    model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATLAS_LLM_DAILY_BUDGET", "1")
    load_config.cache_clear()
    job = queued_job()

    assert "ATLAS_LLM_PRICE" in drain().blocked

    job.refresh_from_db()
    assert (job.state, job.attempts, len(model_server.requests)) == (JobState.QUEUED, 0, 0)
    assert Hold.objects.get().cause == HoldCause.CONFIG


def test_a_model_that_costs_nothing_has_no_budget_to_use_up(budget: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATLAS_LLM_PRICE", "0/0")
    load_config.cache_clear()
    for _ in range(3):
        queued_job()
    assert drain().drafted == 3
