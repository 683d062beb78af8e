"""The same input is drafted once: a stored draft serves again, and any difference is a new call."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from analysis.drafting import drain
from analysis.models import DraftRun, RunStatus
from analysis.queue import DraftInProgress, repeat, request_draft
from atlas.config import load_config
from atlas.models import Wording
from tests.analysis.jobs import queued_job
from tests.servers.openai import ModelServer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("small_catalogue")]


@pytest.fixture
def drafted(model_server: ModelServer) -> Wording:
    """A wording that has a draft, which took one request."""
    wording = queued_job().wording
    drain()
    model_server.requests.clear()
    return wording


def test_a_stored_draft_serves_again_and_costs_nothing(model_server: ModelServer, drafted: Wording) -> None:
    first = DraftRun.objects.get()
    request_draft(drafted, by=None)

    summary = drain()

    assert (summary.drafted, summary.reused, summary.calls, len(model_server.requests)) == (1, 1, 0, 0)
    second = DraftRun.objects.latest("pk")
    assert (second.reused, second.analysis, second.cost_usd) == (first, first.analysis, Decimal(0))
    assert second.input_sha256 == first.input_sha256


DIFFERENCES: dict[str, Callable[[pytest.MonkeyPatch, Wording], dict[str, str]]] = {
    "instructions": lambda monkeypatch, wording: {"instructions": "Look at the period."},
    "model": lambda monkeypatch, wording: monkeypatch.setenv("ATLAS_LLM_MODEL", "openai/another") or {},
    "parameters": lambda monkeypatch, wording: monkeypatch.setenv("ATLAS_LLM_MAX_TOKENS", "3000") or {},
    "context": lambda monkeypatch, wording: wording.provision.topics.clear() or {},
}


@pytest.mark.parametrize("difference", DIFFERENCES)
def test_any_difference_is_a_new_call(
    model_server: ModelServer, drafted: Wording, monkeypatch: pytest.MonkeyPatch, difference: str
) -> None:
    more = DIFFERENCES[difference](monkeypatch, drafted)
    load_config.cache_clear()
    request_draft(drafted, by=None, **more)
    assert drain().reused == 0
    assert len(model_server.requests) == 1


def test_another_wording_is_a_new_call(model_server: ModelServer, drafted: Wording) -> None:
    queued_job()
    assert drain().reused == 0


def test_a_run_that_somebody_repeats_is_asked_anew(model_server: ModelServer, drafted: Wording) -> None:
    run = DraftRun.objects.get()
    job = repeat(run, by=None)
    assert job.repeats == run
    drain()
    again = DraftRun.objects.latest("pk")
    assert len(model_server.requests) == 1
    assert again.reused is None and again.messages == run.messages, "the very same question"


def test_a_repetition_does_not_take_the_place_of_a_draft_that_an_editor_waits_for(drafted: Wording) -> None:
    waiting = request_draft(drafted, by=None, instructions="Look at the period.", edition_ref=7)
    with pytest.raises(DraftInProgress, match="waits to be drafted"):
        repeat(DraftRun.objects.get(), by=None)
    waiting.refresh_from_db()
    assert (waiting.instructions, waiting.edition_ref) == ("Look at the period.", 7)


def test_a_failed_run_never_serves_again(model_server: ModelServer, drafted: Wording) -> None:
    run = DraftRun.objects.get()
    failed = {"status": RunStatus.FAILED, "error_kind": "invalid"}
    DraftRun.objects.create(
        job=queued_job(state="failed"), attempt=1, drafter="model", input_sha256=run.input_sha256, **failed
    )
    request_draft(drafted, by=None)
    drain()
    assert DraftRun.objects.filter(reused__isnull=False).get().reused == run
