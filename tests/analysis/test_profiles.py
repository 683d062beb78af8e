"""Which models drafts are made with: the order of the settings, and when a later one is asked."""

import json

import pytest

from analysis.drafting import drain
from analysis.models import DraftRun, JobState, RunStatus
from analysis.profiles import configured_profiles
from atlas.config import ConfigError, load_config
from tests.analysis.jobs import queued_job
from tests.servers import answers, faults
from tests.servers.openai import ModelServer


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    def configure(**variables: str) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(f"ATLAS_LLM_{name}", value)
        load_config.cache_clear()

    yield configure
    monkeypatch.undo()
    load_config.cache_clear()


def test_fallbacks_are_names_with_commas_between(configured) -> None:  # type: ignore[no-untyped-def]
    configured(MODEL="openai/one", API_KEY="first", FALLBACKS="anthropic/two, ollama/three")
    assert [(p.name, p.api_key) for p in configured_profiles()] == [
        ("openai/one", "first"),
        ("anthropic/two", ""),
        ("ollama/three", ""),
    ]


def test_fallbacks_may_have_settings_of_their_own(configured) -> None:  # type: ignore[no-untyped-def]
    entry = {"model": "hosted_vllm/two", "api_base": "http://here/v1", "price": "0/0", "length_scale": 0.5}
    configured(MODEL="openai/one", FALLBACKS=json.dumps([entry, "openai/three"]))
    _, second, third = configured_profiles()
    assert (second.api_base, second.length_scale, third.name) == ("http://here/v1", 0.5, "openai/three")
    assert second.price is not None and second.price.output == 0


@pytest.mark.parametrize(
    "wrong",
    [
        '[{"model": "a", "api_key": "sk-secret", "timeout": -1}]',
        '[{"api_key": "sk-secret"}]',
        '[{"model": "a", "key": "sk-secret"}]',
        '[{"model": "a", "api_key": "sk-secret"',
    ],
)
def test_a_wrong_fallback_names_the_setting_and_never_shows_a_key(configured, wrong: str) -> None:  # type: ignore[no-untyped-def]
    configured(MODEL="openai/one", FALLBACKS=wrong)
    with pytest.raises(ConfigError, match="ATLAS_LLM_FALLBACKS") as failure:
        load_config()
    assert "sk-secret" not in str(failure.value)


@pytest.mark.parametrize("price", ["cheap", "1", "1/2/3/4", "-1/2"])
def test_a_price_that_is_none_says_what_it_should_be(configured, price: str) -> None:  # type: ignore[no-untyped-def]
    configured(PRICE=price)
    with pytest.raises(ConfigError, match=r"ATLAS_LLM_PRICE.*input/output"):
        load_config()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("small_catalogue")
class TestFallback:
    @pytest.fixture
    def two_models(self, model_server: ModelServer, configured) -> ModelServer:  # type: ignore[no-untyped-def]
        entry = {"model": "openai/second", "api_base": model_server.url}
        configured(FALLBACKS=json.dumps([entry]))
        return model_server

    def models_asked(self) -> list[str]:
        return list(DraftRun.objects.order_by("pk").values_list("model_requested", flat=True))

    def test_a_refusal_goes_to_the_next_model_at_once(self, two_models: ModelServer) -> None:
        queued_job()
        two_models.script.append(answers.refusal)
        assert drain().outcomes == {"retrying": 1, "drafted": 1}
        assert self.models_asked() == ["openai/test-double", "openai/second"]
        assert DraftRun.objects.get(status=RunStatus.DRAFTED).model_requested == "openai/second"

    def test_a_model_that_fails_is_given_up_after_its_retries_only(self, two_models: ModelServer) -> None:
        job = queued_job(attempts=4)
        two_models.script.append(faults.status(503))
        drain()
        job.refresh_from_db()
        assert (job.profile_index, job.state) == (0, JobState.QUEUED), "the fifth retry is still its own"

        tired = queued_job(attempts=5)
        two_models.script.append(faults.status(503))
        assert drain().drafted == 1
        tired.refresh_from_db()
        assert tired.profile_index == 1

    def test_an_answer_that_is_not_usable_is_never_hidden_by_another_model(self, two_models: ModelServer) -> None:
        queued_job()
        two_models.script.extend([answers.broken_json, answers.broken_json])
        assert drain().outcomes == {"failed": 1}
        assert self.models_asked() == ["openai/test-double"]

    def test_while_a_model_is_not_set_up_the_next_one_drafts(self, two_models: ModelServer) -> None:
        jobs = [queued_job() for _ in range(3)]
        two_models.script.append(faults.status(401))
        drain()
        assert DraftRun.objects.filter(status=RunStatus.DRAFTED).count() == len(jobs)
        assert DraftRun.objects.filter(status=RunStatus.DRAFTED, model_requested="openai/second").exists()
