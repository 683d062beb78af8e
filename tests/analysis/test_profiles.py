"""Which model drafts: the first that is available; another one for no other reason."""

import json

import pytest

from analysis.drafting import drain
from analysis.models import DraftJob, DraftRun, JobState, RunStatus
from analysis.profiles import configured_profiles
from atlas.config import ConfigError, load_config
from tests.analysis.jobs import queued_job
from tests.servers import answers, faults
from tests.servers.openai import ModelServer
from tests.servers.replies import Behaviour

SPARE = "openai/spare"


def fallbacks(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("ATLAS_LLM_FALLBACKS", value)
    load_config.cache_clear()


def test_fallbacks_are_a_list_of_names(model_server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    fallbacks(monkeypatch, "openai/a, anthropic/b ,")
    assert [profile.name for profile in configured_profiles()] == ["openai/test-double", "openai/a", "anthropic/b"]


def test_fallbacks_are_a_list_of_models_with_settings(
    model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    fallbacks(monkeypatch, json.dumps(["openai/a", {"model": "openai/b", "price": "0/0", "requests_per_minute": 3}]))
    _, a, b = configured_profiles()
    assert (a.name, a.price, b.name, b.requests_per_minute) == ("openai/a", None, "openai/b", 3)
    assert b.price is not None and b.price.cost(1_000, 1_000) == 0


@pytest.mark.parametrize(
    "broken",
    [
        '[{"model": "openai/a", "api_key": "sk-secret-key"',
        '[{"model": "openai/a", "api_key": "sk-secret-key", "timeout": 0}]',
        '[{"model": "openai/a", "api_key": "sk-secret-key", "colour": "blue"}]',
        '[{"api_key": "sk-secret-key"}]',
        "[3]",
    ],
)
def test_broken_fallbacks_name_their_variable_and_never_the_key(
    model_server: ModelServer, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    fallbacks(monkeypatch, broken)
    with pytest.raises(ConfigError, match="ATLAS_LLM_FALLBACKS") as error:
        load_config()
    assert "sk-secret-key" not in str(error.value)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("small_catalogue")
class TestDrains:
    @pytest.fixture(autouse=True)
    def _spare(self, model_server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
        fallbacks(monkeypatch, json.dumps([{"model": SPARE, "api_base": model_server.url, "api_key": "k"}]))

    @pytest.mark.parametrize(
        ("behaviour", "attempts"),
        [(faults.status(503), 6), (faults.dropped, 6), (faults.status(504), 3), (answers.refusal, 1)],
        ids=["unavailable", "dropped", "timed out", "declined"],
    )
    def test_the_next_model_is_asked_where_the_first_is_not_available_or_declines(
        self, model_server: ModelServer, behaviour: Behaviour, attempts: int
    ) -> None:
        queued_job(attempts=attempts - 1)
        model_server.script.append(behaviour)
        assert drain().drafted == 1
        failed, drafted = DraftRun.objects.order_by("id")
        assert (failed.model_requested, failed.status) == ("openai/test-double", RunStatus.FAILED)
        assert (drafted.model_requested, drafted.status) == (SPARE, RunStatus.DRAFTED)
        assert [request["model"] for request in model_server.requests] == ["test-double", "spare"]

    @pytest.mark.parametrize("behaviour", [answers.broken_json, answers.invented_citation])
    def test_the_next_model_is_not_asked_because_an_answer_was_bad(
        self, model_server: ModelServer, behaviour: Behaviour
    ) -> None:
        queued_job()
        model_server.script.extend([behaviour] * 2)
        drain()
        assert DraftJob.objects.get().state == JobState.FAILED
        assert {request["model"] for request in model_server.requests} == {"test-double"}

    def test_jobs_go_to_the_next_model_while_the_first_is_not_set_up(self, model_server: ModelServer) -> None:
        queued_job()
        model_server.script.append(faults.wrong_key)
        drain()
        drain()
        assert DraftRun.objects.get(status=RunStatus.DRAFTED).model_requested == SPARE
        assert DraftJob.objects.get().profile_index == 0, "the first is asked again when it is set right"
