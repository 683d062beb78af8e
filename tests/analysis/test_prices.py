"""What a call costs: our own rows, by day; unknown is not zero."""

from datetime import date
from decimal import Decimal

import pytest

from analysis import prices
from analysis.drafting import drain
from analysis.models import DraftRun
from analysis.prices import Price, price_of
from atlas.config import load_config
from tests.analysis.jobs import queued_job
from tests.servers.openai import ModelServer

DAY = date(2026, 11, 26)


def test_cached_input_is_charged_at_its_own_price() -> None:
    price = Price(Decimal(2), Decimal(10), Decimal("0.5"))
    assert price.cost(1_000_000, 100_000, cached_tokens=400_000) == Decimal("2.4")


@pytest.mark.parametrize("model", ["gpt-4o", "openai/gpt-4o"])
def test_a_model_has_its_price_with_and_without_its_provider(model: str) -> None:
    price = price_of(model, DAY)
    assert price is not None and "gpt-4o" in price.source


@pytest.mark.parametrize("model", ["openai/gpt-9", "azure/gpt-4o", "gpt-4o-2031", ""])
def test_what_is_not_listed_is_not_known(model: str) -> None:
    assert price_of(model, DAY) is None


def test_the_row_of_the_day_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    row = {"provider": "p", "model": "m", "output": "1", "cached_input": "1"}
    rows = [
        {**row, "since": date(2026, 1, 1), "input": "4"},
        {**row, "since": date(2026, 6, 1), "input": "3"},
    ]
    monkeypatch.setattr(prices, "_rows", lambda: rows)
    found = [price_of("p/m", day) for day in (date(2025, 12, 31), date(2026, 5, 31), date(2026, 6, 1))]
    assert [price and price.input for price in found] == [None, 4, 3]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("small_catalogue")
def test_a_run_stores_its_cost_and_the_price_it_was_reckoned_with(
    model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATLAS_LLM_PRICE", "2/10")
    load_config.cache_clear()
    queued_job()

    assert drain().cost_usd == Decimal("0.004")  # 1,000 tokens in, 200 out

    run = DraftRun.objects.get()
    assert (run.cost_usd, run.price["source"]) == (Decimal("0.004"), "ATLAS_LLM_PRICE")
    assert run.library_cost_usd is None, "litellm knows no price of this model"


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("small_catalogue")
def test_the_librarys_price_stands_beside_ours(model_server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATLAS_LLM_MODEL", "openai/gpt-4o")
    load_config.cache_clear()
    queued_job()
    drain()
    run = DraftRun.objects.get()
    assert run.cost_usd == run.library_cost_usd == Decimal("0.0045")
