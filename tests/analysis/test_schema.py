"""The wire schema is closed and portable; what providers don't enforce, we do."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from analysis.exposure import level_of
from analysis.prompts import load
from analysis.schema import (
    NOT_PORTABLE,
    BadDraft,
    Closed,
    Draft,
    Factor,
    Repairs,
    read_answer,
    read_draft,
    section_draft,
    wire,
)

EXAMPLE = load("provision_analysis", "v1").examples[0]
CLOSED = EXAMPLE.context.closed
NAMES = ("direction", "sensitivity", "breadth", "permanence", "regulatory_hook")


def nodes(value: Any, *, is_names: bool = False) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if not is_names:
            yield value
        for key, inner in value.items():
            yield from nodes(inner, is_names=key in ("properties", "$defs"))
    elif isinstance(value, list):
        for inner in value:
            yield from nodes(inner)


SHAPES = [Draft, Repairs, section_draft(("change_summary", "no_material_change")), section_draft(("summary", "topics"))]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: "-".join(shape.model_fields)[:40])
def test_the_wire_schema_keeps_to_what_providers_agree_on(shape: type[BaseModel]) -> None:
    for node in nodes(wire(CLOSED, shape)):
        assert not (NOT_PORTABLE | {"uniqueItems", "format", "oneOf", "allOf", "not", "const"}) & node.keys()
        if "anyOf" in node:
            assert len(node["anyOf"]) == 2 and {"type": "null"} in node["anyOf"]
        if node.get("type") == "object":
            assert node["additionalProperties"] is False
            assert node["required"] == list(node["properties"])


def test_evidence_comes_before_prose() -> None:
    statement = wire(CLOSED)["$defs"]["Statement"]["properties"]
    assert list(statement) == ["quotes", "obligations", "text"]


def test_closed_sets_are_enums_of_the_call() -> None:
    schema = wire(CLOSED)
    assert schema["$defs"]["Quote"]["properties"]["block"]["enum"] == ["P1", "P2"]
    assert schema["$defs"]["Statement"]["properties"]["obligations"]["items"]["enum"] == ["gdpr-art-21-1"]
    assert wire(Closed())["$defs"]["Quote"]["properties"]["block"]["enum"] == ["none"]


def altered(**changes: Any) -> str:
    return json.dumps({**EXAMPLE.answer, **changes})


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"topics": ["made-up"]}, "made-up"),
        ({"topics": "training"}, "topics"),
        ({"summary": []}, "summary"),
        ({"more": 1}, "more"),
        ({"abstained": ["why_it_matters"]}, "abstained"),
        ({"contract_implications": []}, "not named in abstained: contract_implications"),
        ({"attributes": [{**EXAMPLE.answer["attributes"][0], "value": "sometimes"}]}, "sometimes"),
    ],
)
def test_what_does_not_fit_is_told_in_a_line_for_the_next_try(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(BadDraft, match=told):
        read_draft(altered(**changes), CLOSED)


def test_some_sections_alone_have_the_rules_of_the_whole() -> None:
    shape = section_draft(("governance_exposure", "title"))
    rated = {"exposure": EXAMPLE.answer["exposure"], "title": "A title", "abstained": []}
    assert list(shape.model_fields) == ["exposure", "title", "abstained"]
    assert read_answer(json.dumps(rated), CLOSED, shape)
    with pytest.raises(BadDraft, match="summary"):
        read_answer(json.dumps({**rated, "summary": EXAMPLE.answer["summary"]}), CLOSED, shape)
    with pytest.raises(BadDraft, match="exactly once"):
        read_answer(
            json.dumps({**rated, "exposure": {"factors": FACTOR, "concerns": [], "rationale": []}}), CLOSED, shape
        )


FACTOR = [{"name": "direction", "quotes": [], "score": 1}]


@pytest.mark.parametrize("ids", [[], ["Q1"], ["Q1", "Q1"], ["Q1", "Q2", "Q3"]], ids=str)
def test_a_repair_answers_each_quote_once(ids: list[str]) -> None:
    closed = Closed(blocks=("P1",), repairs=("Q1", "Q2"))
    answer = json.dumps({"replacements": [{"quote": None, "id": key} for key in ids]})
    with pytest.raises(BadDraft, match="Q1"):
        read_answer(answer, closed, Repairs)


def test_a_code_fence_around_the_answer_is_forgiven() -> None:
    assert read_draft(f"```json\n{altered()}\n```", CLOSED).title == EXAMPLE.answer["title"]


@given(st.text())
def test_any_other_text_is_a_bad_draft(text: str) -> None:
    with pytest.raises(BadDraft):
        read_draft(text, CLOSED)


def rated(*scores: int) -> list[Factor]:
    return [Factor(name=name, quotes=[], score=score) for name, score in zip(NAMES, scores, strict=False)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("scores", "level"),
    [
        ((0, 2, 2, 2, 2), "low"),
        ((1, 2, 2, 2, 2), "medium"),
        ((2, 2, 2, 2, 0), "high"),
        ((2, 1, 1, 1, 1), "medium"),
        ((2, 1, 1, 0, 0), "low"),
        ((2, 2, 2, 2), ""),
        ((), ""),
    ],
)
def test_the_level_is_computed_by_the_published_table(scores: tuple[int, ...], level: str) -> None:
    assert level_of(rated(*scores)) == level
