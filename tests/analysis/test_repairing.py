"""Quotes that are not found: asked about once, mended or taken out, and never silently."""

import json
from typing import Any

import pytest

from analysis.checks import run_checks
from analysis.composition import Sources
from analysis.context import number_blocks
from analysis.drafting import drain
from analysis.models import DraftRun
from analysis.prompts import current
from analysis.repairing import apply_repairs, find_failures
from analysis.schema import Draft, Replacement, read_draft
from tests.analysis.jobs import queued_job
from tests.servers import answers, faults
from tests.servers.openai import ModelServer

EXAMPLE = current().examples[0]
CLOSED = EXAMPLE.context.closed
WORDING = "\n\n".join(block.text for block in EXAMPLE.context.blocks)
SOURCES = Sources(WORDING)
GOOD = {"block": "P2", "text": "up to 90 days"}


def draft_with(**sections: Any) -> Draft:
    answer = {**EXAMPLE.answer, **sections}
    return read_draft(json.dumps(answer), CLOSED)


def statement(*quotes: str, obligations: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "quotes": [{"block": "P1", "text": quote} for quote in quotes],
        "obligations": list(obligations),
        "text": "The provision is about this and that",
    }


def mended(draft: Draft, *quotes: dict[str, str] | None) -> tuple[dict[str, Any], list[str]]:
    failures = find_failures(draft, SOURCES, EXAMPLE.context.blocks)
    assert len(failures) == len(quotes)
    replacements = [
        Replacement.model_validate({"id": failure.id, "quote": quote}, context=_closed_with(failure.id))
        for failure, quote in zip(failures, quotes, strict=True)
    ]
    result, repairs = apply_repairs(draft, failures, replacements, SOURCES, CLOSED)
    return result.model_dump(), [repair.outcome for repair in repairs]


def _closed_with(key: str) -> Any:
    from dataclasses import replace

    return replace(CLOSED, repairs=(key,))


def test_an_answer_whose_quotes_all_stand_there_has_no_failures() -> None:
    assert find_failures(draft_with(), SOURCES, EXAMPLE.context.blocks) == []


def test_a_failure_says_what_rests_on_it_and_what_is_most_like_it() -> None:
    draft = draft_with(why_it_matters=[statement("unless you switch that off under Settings")])
    [failure] = find_failures(draft, SOURCES, EXAMPLE.context.blocks)
    assert (failure.id, failure.part, failure.block) == ("Q1", "why_it_matters", "P1")
    assert failure.text == "The provision is about this and that"
    assert "unless you switch this off" in failure.nearest


def test_the_right_words_take_the_place_of_the_wrong_ones() -> None:
    after, outcomes = mended(draft_with(why_it_matters=[statement("for 900 days")]), GOOD)
    assert outcomes == ["replaced"]
    assert after["why_it_matters"][0]["quotes"] == [GOOD]


def test_a_statement_goes_with_its_only_quote() -> None:
    after, outcomes = mended(draft_with(why_it_matters=[statement("we sell everything")]), None)
    assert (after["why_it_matters"], outcomes) == ([], ["dropped"])
    assert "why_it_matters" in after["abstained"]


def test_a_statement_with_other_evidence_stays() -> None:
    both = statement("Inputs and Outputs", "we sell everything", obligations=CLOSED.obligations[:1])
    after, outcomes = mended(draft_with(why_it_matters=[both]), None)
    assert outcomes == ["dropped"]
    assert [quote["text"] for quote in after["why_it_matters"][0]["quotes"]] == ["Inputs and Outputs"]


def test_two_failures_of_one_statement_take_it_out_once() -> None:
    wrong = statement("we sell everything", "we sell it twice")
    after, outcomes = mended(draft_with(why_it_matters=[wrong, statement("Inputs and Outputs")]), None, None)
    assert outcomes == ["dropped", "dropped"]
    assert len(after["why_it_matters"]) == 1


def test_the_only_line_of_the_summary_stays_and_is_blocked() -> None:
    after, outcomes = mended(draft_with(summary=[statement("we sell everything")]), None)
    assert outcomes == ["kept"]
    assert after["summary"][0]["quotes"][0]["text"] == "we sell everything"


def test_a_replacement_that_is_not_there_either_changes_nothing() -> None:
    after, outcomes = mended(
        draft_with(why_it_matters=[statement("we sell everything")]), {"block": "P1", "text": "we sell all of it"}
    )
    assert outcomes == ["kept"]
    assert after["why_it_matters"][0]["quotes"][0]["text"] == "we sell everything"


def test_a_coded_fact_goes_with_its_quote_and_a_rated_factor_stays() -> None:
    fact = {**EXAMPLE.answer["attributes"][0], "quote": {"block": "P1", "text": "always and for ever"}}
    factors = [dict(factor) for factor in EXAMPLE.answer["exposure"]["factors"]]
    factors[0] = {**factors[0], "quotes": [{"block": "P1", "text": "we sell everything"}]}
    draft = draft_with(attributes=[fact], exposure={**EXAMPLE.answer["exposure"], "factors": factors})

    after, outcomes = mended(draft, None, None)

    assert outcomes == ["dropped", "dropped"]
    assert after["attributes"] == []
    assert after["exposure"]["factors"][0]["quotes"] == [] and len(after["exposure"]["factors"]) == 5


def test_a_flag_goes_with_its_statement() -> None:
    flag = {"jurisdiction": "EU", "statement": statement("we sell everything")}
    after, _ = mended(draft_with(jurisdiction_flags=[flag]), None)
    assert after["jurisdiction_flags"] == []


def test_blocks_of_one_provision_are_what_a_failure_shows() -> None:
    blocks = number_blocks("We keep it.\n\nWe sell nothing.", "P")
    draft = read_draft(json.dumps(EXAMPLE.answer), CLOSED)
    assert all(failure.block_text in {block.text for block in blocks}
               for failure in find_failures(draft, Sources("We keep it."), blocks))  # fmt: skip


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("small_catalogue")
class TestWholeWay:
    def test_an_invented_quote_is_asked_about_once_and_mended(self, model_server: ModelServer) -> None:
        job = queued_job()
        model_server.script.append(answers.invented_quote)

        assert drain().drafted == 1

        run = DraftRun.objects.get()
        assert [call["purpose"] for call in run.calls] == ["draft", "repair"]
        assert [repair["outcome"] for repair in run.repairs] == ["replaced"]
        assert (run.input_tokens, run.prompt_name) == (2000, "provision_analysis")
        assert json.loads(run.raw_answer)["summary"], "the draft itself, not its repair"
        assert not [result for result in run_checks(run.analysis, job.wording) if result.severity == "blocker"]
        assert all(span["level"] for span in run.quote_spans)

    def test_a_repair_that_fails_leaves_the_draft_as_it_came(self, model_server: ModelServer) -> None:
        job = queued_job()
        model_server.script.extend([answers.invented_quote, faults.status(503)])

        assert drain().drafted == 1

        run = DraftRun.objects.get()
        assert "transient" in run.calls[1]["error"]
        blockers = {result.code for result in run_checks(run.analysis, job.wording) if result.severity == "blocker"}
        assert "quote-not-found" in blockers
        assert "" in {span["level"] for span in run.quote_spans}
