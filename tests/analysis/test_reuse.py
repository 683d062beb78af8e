"""A stored draft serves again where nothing that goes in is different; any difference is a new call."""

from collections.abc import Callable

import pytest

from analysis.drafting import drain
from analysis.models import DraftRun
from analysis.queue import repeat, request_draft
from atlas.config import load_config
from atlas.models import Platform
from tests.analysis.jobs import queued_job
from tests.servers import answers
from tests.servers.openai import ModelServer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("small_catalogue")]


@pytest.fixture
def first(model_server: ModelServer) -> DraftRun:
    queued_job()
    drain()
    return DraftRun.objects.get()


def ask_again(first: DraftRun, instructions: str = "") -> DraftRun:
    request_draft(first.job.wording, by=None, instructions=instructions)
    drain()
    return DraftRun.objects.latest("id")


def test_the_same_input_costs_no_request(first: DraftRun, model_server: ModelServer) -> None:
    again = ask_again(first)
    assert (again.reused, again.analysis, again.cost_usd) == (first, first.analysis, 0)
    assert len(model_server.requests) == 1


def rename_the_platform(first: DraftRun, monkeypatch: pytest.MonkeyPatch) -> None:
    Platform.objects.update(name="Another name")


def set_variable(name: str, value: str) -> Callable[[DraftRun, pytest.MonkeyPatch], None]:
    def change(first: DraftRun, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(name, value)
        load_config.cache_clear()

    return change


DIFFERENCES = {
    "context": rename_the_platform,
    "model": set_variable("ATLAS_LLM_MODEL", "openai/other"),
    "longest answer": set_variable("ATLAS_LLM_MAX_TOKENS", "3000"),
    "length": set_variable("ATLAS_LLM_LENGTH_SCALE", "0.5"),
}


@pytest.mark.parametrize("change", DIFFERENCES.values(), ids=DIFFERENCES)
def test_a_difference_is_a_new_call(
    first: DraftRun,
    model_server: ModelServer,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[DraftRun, pytest.MonkeyPatch], None],
) -> None:
    change(first, monkeypatch)
    assert ask_again(first).reused is None
    assert len(model_server.requests) == 2


def test_instructions_are_a_difference(first: DraftRun, model_server: ModelServer) -> None:
    assert ask_again(first, "Look at retention.").reused is None
    assert len(model_server.requests) == 2


def test_another_wording_is_a_difference(first: DraftRun, model_server: ModelServer) -> None:
    queued_job("We may use your Content to train our models, unless you opt out of that.")
    drain()
    assert DraftRun.objects.latest("id").reused is None


def test_a_repetition_is_a_new_call(first: DraftRun, model_server: ModelServer) -> None:
    repeat(first, by=None)
    drain()
    assert DraftRun.objects.latest("id").reused is None
    assert len(model_server.requests) == 2


def test_what_failed_does_not_serve_again(model_server: ModelServer) -> None:
    job = queued_job()
    model_server.script.append(answers.refusal)
    drain()
    request_draft(job.wording, by=None)
    assert drain().drafted == 1
