"""The day's budget: beyond it jobs wait, visibly, and go on the next day."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone

from analysis import budget, holds, leases
from analysis.drafting import drain
from analysis.models import DraftJob, DraftRun, Hold, HoldCause, JobState, RunStatus
from atlas.config import load_config
from tests.analysis.jobs import queued_job
from tests.servers.openai import ModelServer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("small_catalogue")]

MORNING = datetime(2026, 11, 26, 9, tzinfo=UTC)


@pytest.fixture
def priced(model_server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> ModelServer:
    """A draft costs 0.12 USD (1,000 tokens in, 200 out) and may cost 1.9 at most; a day has 2."""
    monkeypatch.setenv("ATLAS_LLM_PRICE", "20/500")
    monkeypatch.setenv("ATLAS_LLM_MAX_TOKENS", "1000")
    monkeypatch.setenv("ATLAS_LLM_CONTEXT_TOKENS", "24000")
    monkeypatch.setenv("ATLAS_LLM_DAILY_BUDGET", "2")
    load_config.cache_clear()
    return model_server


def test_with_the_budget_used_up_jobs_wait_and_go_on_the_next_day(priced: ModelServer) -> None:
    with time_machine.travel(MORNING, tick=True):
        for _ in range(4):
            queued_job()

        summary = drain()

        assert summary.drafted == 1, "another draft might go beyond the budget"
        assert "budget of 2 USD is used up (0.12 USD spent)" in summary.blocked
        waiting = DraftJob.objects.filter(state=JobState.QUEUED, attempts=0)
        assert waiting.count() == 3, "nothing failed, nothing was charged"
        [hold] = Hold.objects.standing(timezone.now())
        assert (hold.cause, hold.until) == (HoldCause.BUDGET, datetime(2026, 11, 27, tzinfo=UTC))
        assert drain().outcomes == {} and len(priced.requests) == 1

    with time_machine.travel(MORNING + timedelta(days=1), tick=True):
        leases.sweep()
        assert drain().drafted == 1
        assert budget.spent(timezone.now()) == Decimal("0.12"), "a new day"
    assert DraftRun.objects.filter(status=RunStatus.DRAFTED).count() == 2


def test_a_raised_budget_counts_when_the_hold_is_lifted(priced: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        queued_job()
    drain()
    monkeypatch.setenv("ATLAS_LLM_DAILY_BUDGET", "100")
    load_config.cache_clear()
    assert drain().drafted == 0
    holds.lift(Hold.objects.get(lifted_at=None))
    assert drain().drafted == 2


def test_a_budget_needs_a_price(priced: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ATLAS_LLM_PRICE")
    load_config.cache_clear()
    queued_job()
    assert "set ATLAS_LLM_PRICE" in drain().blocked
    assert not priced.requests
    assert DraftJob.objects.get().state == JobState.QUEUED


def test_a_model_that_costs_nothing_has_no_end(priced: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATLAS_LLM_PRICE", "0/0")
    load_config.cache_clear()
    for _ in range(3):
        queued_job()
    assert drain().drafted == 3


def test_a_first_draft_of_a_day_is_made_whatever_it_may_cost(
    priced: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATLAS_LLM_DAILY_BUDGET", "0.01")
    load_config.cache_clear()
    queued_job()
    queued_job()
    assert drain().drafted == 1
