"""The wire schema is closed and portable; what providers don't enforce, we do."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from analysis.exposure import level_of
from analysis.prompts import ALL_PARTS, CHANGE_PARTS, load
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


# Keywords that every provider of a schema-bound answer takes, and "closed", which `wire` turns into an enum.
PORTABLE = {"type", "properties", "required", "additionalProperties", "items", "enum", "anyOf", "$ref", "$defs"}
SHAPES: dict[str, type[BaseModel]] = {
    "draft": Draft,
    "repairs": Repairs,
    "section": section_draft(ALL_PARTS),
    "change": section_draft(CHANGE_PARTS),
    "title": section_draft(("title",)),
    "exposure": section_draft(("governance_exposure",)),
}


@pytest.mark.parametrize("closed", [CLOSED, Closed()], ids=["closed sets", "empty sets"])
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_the_wire_schema_keeps_to_what_providers_agree_on(shape: type[BaseModel], closed: Closed) -> None:
    schema = wire(closed, shape)
    assert schema["type"] == "object", "the root is an object, never a reference or a choice"
    for node in nodes(schema):
        assert node.keys() <= PORTABLE | {"description"}, node
        assert not NOT_PORTABLE & node.keys()
        if node.get("type") == "object":
            assert node["additionalProperties"] is False
            assert node["required"] == list(node["properties"])
        if "anyOf" in node:
            assert [choice == {"type": "null"} for choice in node["anyOf"]] == [False, True]
        if "$ref" in node:
            assert node.keys() == {"$ref"}, "words beside a reference are refused by some"
            assert node["$ref"].removeprefix("#/$defs/") in schema["$defs"]
        if "enum" in node:
            assert node["enum"] and len({type(value) for value in node["enum"]}) == 1 and "type" in node


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
        ({"attributes": [{**EXAMPLE.answer["attributes"][0], "value": "sometimes"}]}, "sometimes"),
    ],
)
def test_what_does_not_fit_is_told_in_a_line_for_the_next_try(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(BadDraft, match=told):
        read_draft(altered(**changes), CLOSED)


SECTIONS = ("why_it_matters", "practical_effect", "contract_implications", "regulatory_landscape", "attributes")


class TestAbstaining:
    """``abstained`` is exactly the sections left empty."""

    @pytest.mark.parametrize("section", SECTIONS)
    def test_an_empty_section_must_be_named(self, section: str) -> None:
        with pytest.raises(BadDraft, match=f"must name each section left empty, also: {section}"):
            read_draft(altered(**{section: []}), CLOSED)

    def test_a_named_one_must_be_empty(self) -> None:
        with pytest.raises(BadDraft, match="have content: practical_effect"):
            read_draft(altered(abstained=["practical_effect"]), CLOSED)

    def test_of_the_exposure_the_factors_count(self) -> None:
        nothing = {"factors": [], "concerns": ["consumers"], "rationale": []}
        with pytest.raises(BadDraft, match="also: exposure"):
            read_draft(altered(exposure=nothing), CLOSED)
        assert read_draft(altered(exposure=nothing, abstained=["exposure"]), CLOSED)
        with pytest.raises(BadDraft, match="have content: exposure"):
            read_draft(altered(abstained=["exposure"]), CLOSED)

    def test_where_nothing_could_stand_nothing_need_be_said(self) -> None:
        nothing_given = Closed(blocks=CLOSED.blocks, topics=CLOSED.topics)
        bare = {**EXAMPLE.answer, "regulatory_landscape": [], "jurisdiction_flags": [], "attributes": []}
        for abstained in ([], ["change_summary", "attributes"]):
            assert read_draft(json.dumps({**bare, "abstained": abstained}), nothing_given)

    def test_a_note_that_says_nothing_need_not_be_named(self) -> None:
        assert read_draft(altered(interpretive_note=[]), CLOSED)

    def test_at_the_last_try_a_name_that_is_missing_is_forgiven(self) -> None:
        assert read_answer(altered(practical_effect=[]), CLOSED, strict=False).practical_effect == []


class TestSections:
    """Some parts alone."""

    def test_it_has_the_parts_in_the_order_of_a_draft(self) -> None:
        shape = section_draft(("title", "governance_exposure", "exposure_level", "summary"))
        assert list(shape.model_fields) == ["summary", "exposure", "title", "abstained"]
        assert shape is section_draft(("title", "governance_exposure", "exposure_level", "summary"))

    @pytest.mark.parametrize("parts", [(), ("abstained",), ("poem",)])
    def test_other_parts_cannot_be_drafted(self, parts: tuple[str, ...]) -> None:
        with pytest.raises(ValueError, match="not parts that can be drafted"):
            section_draft(parts)

    def test_the_rules_of_a_draft_hold(self) -> None:
        shape = section_draft(("practical_effect", "interpretive_note"))
        answer = {"practical_effect": EXAMPLE.answer["practical_effect"], "interpretive_note": [], "abstained": []}
        assert read_answer(json.dumps(answer), CLOSED, shape)
        with pytest.raises(BadDraft, match="practical_effect"):
            read_answer(json.dumps({**answer, "practical_effect": []}), CLOSED, shape)
        with pytest.raises(BadDraft, match="title"):
            read_answer(json.dumps({**answer, "title": "Anything"}), CLOSED, shape)

    def test_a_title_alone_has_nothing_to_abstain_from(self) -> None:
        shape = section_draft(("title",))
        assert read_answer('{"title": "Notices by e-mail", "abstained": []}', CLOSED, shape)
        assert wire(CLOSED, shape)["properties"]["abstained"]["items"]["enum"] == ["none"]


class TestRepairs:
    """Each quote to find anew is answered once."""

    CLOSED = Closed(blocks=("P1", "B1"), repairs=("R1", "R2"))

    def answer(self, *ids: str) -> str:
        quote = {"block": "P1", "text": "We may use Inputs"}
        return json.dumps({"replacements": [{"id": id, "quote": quote if id == "R1" else None} for id in ids]})

    def test_each_has_words_or_none(self) -> None:
        first, second = read_answer(self.answer("R1", "R2"), self.CLOSED, Repairs).replacements
        assert first.quote is not None and first.quote.text == "We may use Inputs" and second.quote is None

    @pytest.mark.parametrize("ids", [("R1",), ("R1", "R1", "R2"), ("R1", "R3"), ()])
    def test_none_is_left_out_or_answered_twice_or_made_up(self, ids: tuple[str, ...]) -> None:
        with pytest.raises(BadDraft, match=r"exactly once|not one of the repairs"):
            read_answer(self.answer(*ids), self.CLOSED, Repairs)

    def test_the_ids_are_an_enum_of_the_call(self) -> None:
        schema = wire(self.CLOSED, Repairs)
        assert schema["$defs"]["Replacement"]["properties"]["id"]["enum"] == ["R1", "R2"]


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
