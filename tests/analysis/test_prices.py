"""What calls cost: by our own rows and their days; what is not known is unknown, never free."""

from datetime import date
from decimal import Decimal

import pytest

from analysis.drafting import drain
from analysis.models import DraftRun
from analysis.prices import Price, _rows, price_of
from atlas.config import ConfigError, load_config
from tests.analysis.jobs import queued_job
from tests.servers import answers
from tests.servers.openai import ModelServer

DAY = date(2026, 6, 1)


def test_a_model_is_known_with_and_without_its_provider() -> None:
    assert price_of("openai/gpt-4o", DAY) == price_of("gpt-4o", DAY) != None  # noqa: E711


@pytest.mark.parametrize("name", ["gpt-9", "openai/gpt-4o-invented", "azure/gpt-4o", "ollama_chat/llama3.1", ""])
def test_a_name_that_only_looks_like_one_we_know_has_no_price(name: str) -> None:
    assert price_of(name, DAY) is None


def test_a_price_holds_from_its_first_day_on() -> None:
    assert price_of("openai/gpt-4o", date(2025, 12, 31)) is None


@pytest.mark.parametrize("row", _rows(), ids=lambda row: row["model"])
def test_every_row_has_figures_that_make_sense(row: dict[str, str]) -> None:
    assert 0 < Decimal(row["cached_input"]) <= Decimal(row["input"]) < Decimal(row["output"])


def test_cached_tokens_cost_what_cached_tokens_cost() -> None:
    price = Price.parse("2/8/0.5")
    assert price.cost(1_000_000, 0, 400_000) == Decimal("1.4")
    assert price.cost(0, 1_000_000) == Decimal(8)


def priced(monkeypatch: pytest.MonkeyPatch, price: str, model: str = "openai/test-double") -> None:
    monkeypatch.setenv("ATLAS_LLM_PRICE", price)
    monkeypatch.setenv("ATLAS_LLM_MODEL", model)
    load_config.cache_clear()


@pytest.mark.parametrize("price", ["2", "a/b", "1/2/3/4", "-1/2"])
def test_a_price_that_is_none_names_its_variable(monkeypatch: pytest.MonkeyPatch, price: str) -> None:
    with pytest.raises(ConfigError, match="ATLAS_LLM_PRICE"):
        try:
            priced(monkeypatch, price)
            load_config()
        finally:
            monkeypatch.undo()
            load_config.cache_clear()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("small_catalogue")
class TestRuns:
    """1000 tokens in, 200 out."""

    @pytest.mark.parametrize(("price", "cost"), [("2/10", Decimal("0.004")), ("0/0", Decimal(0)), ("", None)])
    def test_a_run_holds_what_it_cost(
        self, model_server: ModelServer, monkeypatch: pytest.MonkeyPatch, price: str, cost: Decimal | None
    ) -> None:
        priced(monkeypatch, price)
        queued_job()
        summary = drain()
        run = DraftRun.objects.get()
        assert run.cost_usd == cost
        assert summary.unpriced == (cost is None)
        assert bool(run.price) == bool(price)

    def test_without_a_usage_the_cost_is_unknown(
        self, model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        priced(monkeypatch, "2/10")
        queued_job()
        model_server.script.append(answers.with_usage({"prompt_tokens": -1, "completion_tokens": -1}))
        drain()
        assert DraftRun.objects.get().cost_usd is None

    def test_the_librarys_figure_is_kept_beside_ours(
        self, model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        priced(monkeypatch, "", model="openai/gpt-4o")
        queued_job()
        model_server.script.append(answers.with_envelope(model="gpt-4o"))
        drain()
        run = DraftRun.objects.get()
        assert run.cost_usd == run.library_cost_usd == Decimal("0.0045")
        assert "prices.toml" in run.price["source"]
