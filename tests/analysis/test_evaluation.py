"""The evaluation over a real model service: what it prints, counts and ends with. It uses no database."""

import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from analysis.evaluation.cases import load_cases
from tests.servers import openai
from tests.servers.openai import ModelServer

FEW = "cosmetic-*"
# Where the double goes wrong: it cites a law to come as if it applied, and quotes across characters nobody sees.
NO_LAWYER = {"law-to-come", "hidden-characters"}


def evaluated(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[dict[str, Any], str]:
    """The JSON that the command prints, and the sentence with which it ends."""
    said = ""
    try:
        call_command("evaluate_prompt", *arguments, "--json")
    except CommandError as error:
        assert error.returncode == 1
        said = str(error)
    out = capsys.readouterr().out
    return json.loads(out), said


def test_a_grounded_model_passes_what_code_can_hold_it_to(
    model_server: ModelServer, capsys: pytest.CaptureFixture[str]
) -> None:
    runs, said = evaluated(capsys)
    [(label, found)] = runs.items()
    totals = found["totals"]
    cases = load_cases()
    assert label == "provision_analysis v2"
    assert totals["cases"] == totals["valid"] == len(cases) == len(model_server.requests)
    failed = {name for name, case in found["cases"].items() if {"quotes", "blockers"} & case["failed"].keys()}
    assert failed <= NO_LAWYER
    assert totals["quotes"] - 8 <= totals["located"] and totals["quotes"] > len(cases)
    assert (totals["input_tokens"], totals["output_tokens"]) == (1000 * len(cases), 200 * len(cases))
    assert totals["unpriced"] == len(cases)
    assert 0 < totals["held"] < totals["assertions"], "the double is no lawyer"
    assert said.startswith("provision_analysis v2: ") and f"of {len(cases)} cases" in said


def test_two_versions_stand_side_by_side(model_server: ModelServer, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CommandError, match="provision_analysis v2: 3 assertions do not hold in 3 of 3 cases"):
        call_command("evaluate_prompt", "--against", "v1", "--case", FEW)
    out = capsys.readouterr().out
    assert "provision_analysis v2" in out and "provision_analysis v1" in out
    assert "cosmetic-renumbered" in out and "no_material_change is False" in out
    for measure in ("valid answers", "quotes located", "blockers", "assertions that hold", "tokens in, out", "cost"):
        assert measure in out
    assert "3 of 3 (100.0%)" in out and "sections left empty" in out and "3 of unknown price" in out
    systems = {request["messages"][0]["content"] for request in model_server.requests}
    assert len(model_server.requests) == 6 and len(systems) == 2


def test_a_model_that_invents_a_quote_is_found_out(
    model_server: ModelServer, capsys: pytest.CaptureFixture[str]
) -> None:
    model_server.script.extend([openai.invented_quote] * 9)
    runs, _ = evaluated(capsys, "--case", FEW)
    [found] = runs.values()
    assert found["totals"]["valid"] == 3 and found["totals"]["located"] < found["totals"]["quotes"]
    for case in found["cases"].values():
        assert {"quotes", "blockers"} <= case["failed"].keys()


def test_a_model_that_refuses_gives_no_analysis(model_server: ModelServer, capsys: pytest.CaptureFixture[str]) -> None:
    model_server.script.extend([openai.refusal] * 6)
    with pytest.raises(CommandError, match="in 3 of 3 cases"):
        call_command("evaluate_prompt", "--case", FEW)
    out = capsys.readouterr().out
    assert "no analysis: refused: The model declined" in out and "0 of 3 (0.0%)" in out


def test_all_well_is_exit_code_zero(model_server: ModelServer, capsys: pytest.CaptureFixture[str]) -> None:
    def lawyer(prompt: str) -> openai.Reply:
        answer = {**openai.grounded_answer(prompt), "no_material_change": True}
        return 200, {}, openai.completion(json.dumps(answer))

    model_server.script.append(lawyer)
    runs, said = evaluated(capsys, "--case", "cosmetic-renamed-product")
    assert said == "" and next(iter(runs.values()))["cases"]["cosmetic-renamed-product"]["passed"]


def test_a_small_model_gets_the_shorter_prompt(model_server: ModelServer, capsys: pytest.CaptureFixture[str]) -> None:
    evaluated(capsys, "--case", "a-heading-alone", "--length-scale", "0.5")
    evaluated(capsys, "--case", "a-heading-alone")
    small, large = (len(request["messages"]) for request in model_server.requests)
    assert small < large
    with pytest.raises(CommandError, match="above 0 and up to 1"):
        call_command("evaluate_prompt", "--length-scale", "2")


def test_no_more_calls_at_once_than_configured(
    model_server: ModelServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from atlas.config import load_config

    monkeypatch.setenv("ATLAS_LLM_CONCURRENCY", "2")
    load_config.cache_clear()
    model_server.delay_seconds = 0.05
    evaluated(capsys, "--case", "*training*")
    assert model_server.most_at_once == 2


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--case", "nothing-like-it"], "No case"),
        (["--version", "v99"], "not a usable prompt"),
        (["--against", "v2"], "compared with itself"),
        (["repair"], "draft a whole analysis"),
        (["--model", "outline", "--against", "v1"], "need a model"),
    ],
)
def test_bad_usage_is_told_before_anything_is_drafted(
    model_server: ModelServer, arguments: list[str], told: str
) -> None:
    with pytest.raises(CommandError, match=told) as error:
        call_command("evaluate_prompt", *arguments)
    assert error.value.returncode == 2 and not model_server.requests


@pytest.mark.django_db
def test_the_outline_is_the_baseline_where_no_model_is_configured(capsys: pytest.CaptureFixture[str]) -> None:
    runs, said = evaluated(capsys)
    [(label, found)] = runs.items()
    totals = found["totals"]
    assert label == "outline" and said
    assert totals["valid"] == totals["cases"] and totals["located"] == totals["quotes"] and totals["blockers"] == 0
    assert 0 < totals["passed"] < totals["cases"]
    assert (totals["input_tokens"], totals["cost_usd"], totals["unpriced"]) == (0, "0", 0)
