"""The mending of quotes that are not found: what it may change, and that it never costs the draft."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import attempt
from analysis.composition import Sources
from analysis.context import number_blocks
from analysis.drafting import drain
from analysis.models import DraftJob, DraftRun, JobState
from analysis.repairing import apply_repairs, closed_for, find_failures
from analysis.schema import Closed, Replacement, read_answer
from tests.analysis.jobs import queued_job
from tests.factories import TRAINING_TEXT
from tests.servers import answers
from tests.servers.openai import ModelServer

BLOCKS = number_blocks(TRAINING_TEXT, "P")
SOURCES = Sources(TRAINING_TEXT)
CLOSED = Closed(blocks=("P1",), obligations=("gdpr-art-6-1",), jurisdictions=("EU",))
THERE, ELSEWHERE = "You can opt out of this at any time", "We sell all of your data to everyone"
EMPTY = [
    "why_it_matters",
    "practical_effect",
    "interpretive_note",
    "change_summary",
    "regulatory_landscape",
    "jurisdiction_flags",
    "contract_implications",
    "compliance_considerations",
    "attributes",
    "topics",
    "abstained",
]


def statement(*quotes: str, cites: bool = False) -> dict[str, Any]:
    return {
        "quotes": [{"block": "P1", "text": quote} for quote in quotes],
        "obligations": ["gdpr-art-6-1"] if cites else [],
        "text": "The text states what it does in these words",
    }


def draft_of(**sections: Any) -> Any:
    exposure = {"factors": [], "concerns": [], "rationale": []}
    plain: dict[str, Any] = {part: [] for part in EMPTY}
    answer = plain | {
        "summary": [statement(THERE)],
        "no_material_change": False,
        "exposure": exposure,
        "title": "Title",
    }
    return read_answer(json.dumps(answer | sections), CLOSED)


def mended(draft: Any, *quotes: str | None) -> tuple[dict[str, Any], list[str]]:
    """What is left of ``draft`` when the failures get ``quotes`` in their place, and what became of each."""
    failures = find_failures(draft, SOURCES, BLOCKS)
    given = [
        Replacement.model_validate(
            {"id": failure.id, "quote": quote and {"block": "P1", "text": quote}},
            context=closed_for(failures, CLOSED),
        )
        for failure, quote in zip(failures, quotes, strict=True)
    ]
    draft, repairs = apply_repairs(draft, failures, given, SOURCES, CLOSED)
    return draft.model_dump(), [repair.outcome for repair in repairs]


def test_a_quote_that_is_there_is_no_failure() -> None:
    assert not find_failures(draft_of(), SOURCES, BLOCKS)


def test_words_that_are_there_replace_words_that_are_not() -> None:
    left, outcomes = mended(draft_of(summary=[statement(ELSEWHERE)]), THERE)
    assert (left["summary"][0]["quotes"][0]["text"], outcomes) == (THERE, ["replaced"])


def test_words_that_are_not_there_either_change_nothing() -> None:
    left, outcomes = mended(draft_of(summary=[statement(ELSEWHERE)]), "We give it all away")
    assert (left["summary"][0]["quotes"][0]["text"], outcomes) == (ELSEWHERE, ["kept"])


def test_a_statement_without_other_evidence_goes_with_its_quote_and_its_section_abstains() -> None:
    left, outcomes = mended(draft_of(practical_effect=[statement(ELSEWHERE)]), None)
    assert (left["practical_effect"], outcomes) == ([], ["dropped"])
    assert "practical_effect" in left["abstained"]


@pytest.mark.parametrize("other", [statement(ELSEWHERE, THERE), statement(ELSEWHERE, cites=True)])
def test_a_statement_with_other_evidence_stays(other: dict[str, Any]) -> None:
    left, _ = mended(draft_of(practical_effect=[other]), None)
    [kept] = left["practical_effect"]
    assert ELSEWHERE not in str(kept)


def test_a_draft_without_a_summary_would_be_none_so_its_last_statement_stays_to_be_flagged() -> None:
    left, outcomes = mended(draft_of(summary=[statement(ELSEWHERE)]), None)
    assert (len(left["summary"]), outcomes) == (1, ["kept"])


STATEMENTS = st.lists(
    st.builds(
        lambda quotes, cites: statement(*quotes, cites=cites),
        st.lists(st.sampled_from([THERE, ELSEWHERE]), max_size=3),
        st.booleans(),
    ),
    max_size=3,
)


@given(summary=STATEMENTS.filter(bool), effect=STATEMENTS, landscape=STATEMENTS, data=st.data())
def test_whatever_a_model_gives_the_result_is_a_draft_and_nothing_is_said_anew(
    summary: list[Any], effect: list[Any], landscape: list[Any], data: st.DataObject
) -> None:
    draft = draft_of(summary=summary, practical_effect=effect, regulatory_landscape=landscape)
    before = json.dumps(draft.model_dump())
    failures = find_failures(draft, SOURCES, BLOCKS)
    choices = st.sampled_from([None, THERE, "We give it all away"])
    left, outcomes = mended(draft, *[data.draw(choices) for _ in failures])
    assert len(outcomes) == len(failures)
    assert len(left["summary"]) >= 1
    assert "give it all away" not in json.dumps(left)
    assert len(json.dumps(left)) <= len(before) + 200 + len(failures) * len(THERE)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("small_catalogue")
def test_a_mended_quote_is_written_down_beside_what_it_replaced(model_server: ModelServer) -> None:
    queued_job()
    model_server.script.append(answers.invented_quote)

    assert drain().drafted == 1

    run = DraftRun.objects.get()
    [repair] = run.repairs
    assert (repair["outcome"], repair["quote"]) == ("replaced", "We sell all of your data to everyone")
    assert repair["replacement"] in TRAINING_TEXT
    assert [call["purpose"] for call in run.calls] == ["draft", "repair"]
    assert "We sell all" in run.raw_answer, "the first answer is kept as it came"


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("small_catalogue")
def test_a_draft_is_not_lost_where_its_mending_goes_wrong_on_our_side(
    model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempt, "REPAIR", "a prompt that nobody released")
    queued_job()
    model_server.script.append(answers.invented_quote)

    assert drain().drafted == 1

    assert DraftJob.objects.get().state == JobState.DONE
    assert DraftRun.objects.get().analysis
