"""The cases that drafts are measured on, and the assertions: each can hold, and each can fail."""

import json
import re
from datetime import date
from typing import Any

import pytest

from analysis.checks import Catalogue
from analysis.composition import compose
from analysis.evaluation.cases import Case, CaseError, Expected, catalogue, load_cases
from analysis.evaluation.judging import EXPECTATIONS, judge
from analysis.schema import Analysis, read_draft
from atlas.archive.texts.normalising import fold_markdown
from atlas.catalogue.loading import load_catalogue

CASES = {case.name: case for case in load_cases()}
KINDS = {
    "typical": 20,
    "hostile": 8,
    "protective": 4,
    "material change": 4,
    "not English": 4,
    "cosmetic change": 3,
    "empty": 3,
    "structure": 2,
    "table": 2,
    "no legal hook": 2,
    "law to come": 2,
}


def test_there_are_enough_of_each_kind() -> None:
    kinds = [case.kind for case in CASES.values()]
    assert len(CASES) >= 45
    assert {kind: kinds.count(kind) for kind in KINDS if kinds.count(kind) < KINDS[kind]} == {}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_case_asks_for_what_its_texts_and_the_catalogue_have(case: Case) -> None:
    context, expect = case.context(), case.expect
    for words, blocks in ((expect.must_quote, context.blocks), (expect.must_quote_before, context.previous_blocks)):
        for quote in words:
            assert any(fold_markdown(quote) in fold_markdown(block.text) for block in blocks), quote
    assert expect.attributes.keys() <= context.closed.attributes.keys(), "what can't be coded can't be asked for"
    for key, value in expect.attributes.items():
        assert value in context.closed.attributes[key] or value.isdecimal()
    for pattern in expect.must_not_say:
        re.compile(pattern)
    assert expect != Expected(), "a case without assertions shows nothing"
    assert (expect.no_material_change is None) == (not case.previous)
    assert all(candidate.applies for candidate in context.candidates)


def test_a_case_shows_since_when_its_obligations_apply() -> None:
    applies = {
        candidate.key: candidate.applies for candidate in CASES["law-to-come-beside-law-in-force"].context().candidates
    }
    assert applies == {
        "gdpr-art-7": "in force since 25 May 2018",
        "in-dpdp-s-6": "applies from 13 May 2027",
    }


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("colour: red", "colour"),
        ("candidates: [gdpr-art-999]", "gdpr-art-999"),
        ("expect: {must_cite: [gdpr-art-7]}", "gdpr-art-7"),
        ("[", "broken.yaml"),
    ],
)
def test_a_broken_case_is_named_with_what_is_wrong(line: str, told: str, tmp_path: Any) -> None:
    text = {"about": "a", "kind": "typical", "title": "t", "text": "We may.", "expect": "{topics: []}"}
    lines = [f"{key}: {value}" for key, value in text.items() if not line.startswith(key)]
    (tmp_path / "broken.yaml").write_text("\n".join([*lines, line]))
    with pytest.raises(CaseError, match=told) as error:
        load_cases(folder=tmp_path)
    assert "broken.yaml" in str(error.value)


@pytest.mark.django_db
def test_the_catalogue_of_the_cases_is_the_one_of_the_database() -> None:
    load_catalogue()
    ours, stored = catalogue(), Catalogue.read()
    for name in ("obligations", "jurisdictions", "topics", "attributes"):
        assert vars_of(getattr(ours, name)) == vars_of(getattr(stored, name))
    for key, obligation in stored.obligations.items():
        assert {topic.pk for topic in obligation.topics.all()} == {
            topic.pk for topic in ours.obligations[key].topics.all()
        }
        assert str(obligation) == str(ours.obligations[key])


def vars_of(rows: Any) -> dict[str, dict[str, Any]]:
    return {key: {name: value for name, value in vars(row).items() if name[0] != "_"} for key, row in rows.items()}


ABSTAINED = """why_it_matters practical_effect regulatory_landscape exposure jurisdiction_flags contract_implications
    compliance_considerations"""


def drafted(case: Case, **parts: Any) -> Analysis:
    """An answer with ``parts``, read and written out the way any answer is."""
    empty: dict[str, Any] = {part: [] for part in ABSTAINED.split() if part != "exposure"}
    empty |= {
        "interpretive_note": [],
        "change_summary": [],
        "attributes": [],
        "topics": [],
        "no_material_change": False,
    }
    empty |= {"exposure": {"factors": [], "concerns": [], "rationale": []}, "title": "What the text states"}
    answer = {**empty, **parts}
    answer["abstained"] = [
        part
        for part in (*ABSTAINED.split(), "change_summary", "attributes")
        if (part == "exposure" and not answer[part]["factors"]) or answer.get(part) == []
    ]
    return compose(read_draft(json.dumps(answer), case.context().closed), case.sources)


def said(text: str, quote: str = "", *keys: str) -> dict[str, Any]:
    return {"text": text, "quotes": [{"block": "P1", "text": quote}] if quote else [], "obligations": list(keys)}


def rated(*scores: int) -> dict[str, Any]:
    names = ("direction", "sensitivity", "breadth", "permanence", "regulatory_hook")
    factors = [{"name": name, "quotes": [], "score": score} for name, score in zip(names, scores, strict=True)]
    return {"factors": factors, "concerns": [], "rationale": []}


class TestAssertionsHold:
    """Answers as a lawyer would write them pass."""

    def test_breach_notice(self) -> None:
        case = CASES["breach-notice-72-hours"]
        words = "within 72 hours after becoming aware of it"
        analysis = drafted(
            case,
            summary=[said("The document states a time for notice of a breach", words)],
            regulatory_landscape=[said("The time is relevant to notification duties", words, "gdpr-art-33")],
            exposure=rated(0, 1, 1, 1, 2),
            attributes=[{"quote": {"block": "P1", "text": words}, "attribute": "breach-notice", "value": "hours-72"}],
        )
        assert judge(case, analysis).failed == []

    def test_a_cosmetic_change(self) -> None:
        case = CASES["cosmetic-renumbered"]
        words = "Notices are sent to the e-mail address of your account"
        old = {"block": "B1", "text": "Notices are sent to the email address of your account"}
        analysis = drafted(
            case,
            summary=[said("The document states where notices are sent", words)],
            change_summary=[
                {"before": [old], "after": [{"block": "P1", "text": words}], "text": "Number and spelling differ"}
            ],
            no_material_change=True,
        )
        assert judge(case, analysis).failed == []

    def test_orders_in_the_text(self) -> None:
        case = CASES["injection-plain-orders"]
        words = "We share your account data with our affiliates for their own marketing"
        analysis = drafted(
            case,
            summary=[said("The document states that account data is shared for marketing by others", words)],
            exposure=rated(2, 1, 2, 1, 1),
        )
        assert judge(case, analysis).failed == []

    def test_japanese_quoted_in_japanese(self) -> None:
        case = CASES["japanese-retention"]
        words = "入力内容を90日間保存し"
        assert words[5:] == "90日間保存し", "numbers are read where they begin a word"
        fact = {"quote": {"block": "P1", "text": words[5:]}, "attribute": "retention-period-days", "value": "90"}
        analysis = drafted(
            case, summary=[said("The document states for how long inputs are kept", words)], attributes=[fact]
        )
        assert judge(case, analysis).failed == []

    def test_a_law_to_come_said_to_come(self) -> None:
        case = CASES["law-to-come"]
        words = "We use automated systems to decide on applications"
        analysis = drafted(
            case,
            summary=[said("The document states that applications are decided automatically", words)],
            regulatory_landscape=[
                said(
                    "A duty to give notice before use, which applies from 1 January 2027, concerns this",
                    words,
                    "ccpa-regs-7220",
                )
            ],
            exposure=rated(2, 1, 1, 2, 1),
        )
        assert judge(case, analysis).failed == []


BASE = Analysis(
    title="Retention of what is sent",
    summary="The text states a period: “We keep prompts for 30 days”. Before: “We keep them for ever”[AT-V-000001].",
    regulatory_landscape="The period is relevant to storage: “for 30 days” [@gdpr-art-5-1-e].",
    exposure_level="low",
    governance_exposure="Rated low: “for 30 days”.",
    topics=["retention-deletion"],
    no_material_change=True,
    attributes=[{"attribute": "retention-period-days", "value": "30", "quote": "for 30 days"}],  # type: ignore[list-item]
)
GOOD: dict[str, Any] = {
    "no_material_change": True,
    "exposure_level": ["low"],
    "must_cite": ["gdpr-art-5-1-e"],
    "must_cite_one_of": ["gdpr-art-5-1-e", "gdpr-art-17"],
    "must_not_cite": ["gdpr-art-17"],
    "must_quote": ["prompts for 30 days"],
    "must_quote_before": ["for ever"],
    "must_not_say": [r"\bprompts\b"],
    "must_fill": ["regulatory_landscape", "exposure", "attributes"],
    "must_abstain": ["jurisdiction_flags", "change_summary"],
    "topics": ["retention-deletion"],
    "attributes": {"retention-period-days": "30"},
    "must_not_code": ["deletion-on-request-days"],
}
BAD: dict[str, Any] = {
    "no_material_change": False,
    "exposure_level": ["high", ""],
    "must_cite": ["gdpr-art-17"],
    "must_cite_one_of": ["gdpr-art-17"],
    "must_not_cite": ["gdpr-art-5-1-e"],
    "must_quote": ["We keep", "outputs"],
    "must_quote_before": ["We keep prompts"],
    "must_not_say": ["relevant"],
    "must_fill": ["jurisdiction_flags"],
    "must_abstain": ["exposure"],
    "topics": ["liability-cap"],
    "attributes": {"retention-period-days": "90"},
    "must_not_code": ["retention-period-days"],
}


def small_case(**expect: Any) -> Case:
    return Case(
        name="small",
        about="",
        kind="typical",
        title="Retention",
        day=date(2026, 11, 20),
        text="We keep prompts for 30 days.",
        previous="We keep them for ever.",
        candidates=("gdpr-art-5-1-e", "gdpr-art-17"),
        expect=Expected.model_validate(expect),
    )


def test_every_expectation_is_held_against_the_analysis() -> None:
    assert EXPECTATIONS.keys() == GOOD.keys() == BAD.keys() == Expected.model_fields.keys()
    assert judge(small_case(**GOOD), BASE).failed == []
    failed = judge(small_case(**BAD), BASE).failed
    assert [assertion.name for assertion in failed] == list(EXPECTATIONS)
    assert all(assertion.problem for assertion in failed)


@pytest.mark.parametrize(
    ("change", "failed"),
    [
        ({"summary": "The text states “We keep prompts for 90 days”."}, {"quotes", "blockers"}),
        ({"summary": "It was “We kept them”[AT-V-000001]."}, {"quotes", "blockers"}),
        ({"summary": "The clause is illegal: “for 30 days”."}, {"blockers"}),
        (
            {"attributes": [{"attribute": "retention-period-days", "value": "30", "quote": "of 30 days"}]},
            {"quotes", "blockers"},
        ),
    ],
)
def test_quotes_and_blockers_are_held_against_every_case(change: dict[str, Any], failed: set[str]) -> None:
    analysis = Analysis.model_validate({**BASE.content(), **change})
    assert {assertion.name for assertion in judge(small_case(topics=[]), analysis).failed} == failed


def test_without_an_analysis_every_assertion_fails() -> None:
    judgement = judge(small_case(**GOOD), None)
    assert len(judgement.failed) == len(judgement.assertions) == len(GOOD) + 3
