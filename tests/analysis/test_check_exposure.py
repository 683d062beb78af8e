"""The exposure level against the line of rated factors that drafts carry, and against what is quoted."""

from itertools import product

import pytest

from analysis.checks.exposure import RATED, limits_platform, rated_factors
from analysis.composition import Sources, compose
from analysis.exposure import level_of
from analysis.schema import Closed, read_draft
from atlas.models import Wording
from tests.analysis.catalogue_rows import make_small_catalogue
from tests.analysis.checking import found
from tests.analysis.test_attacks import answer
from tests.factories import make_provision

NAMES = ("direction", "sensitivity", "breadth", "permanence", "regulatory_hook")
MEDIUM = (
    "Rated medium by the published table: shift towards the platform high, sensitivity medium, breadth medium, "
    "permanence low, regulatory relevance medium."
)


@pytest.fixture
def wording() -> Wording:
    make_small_catalogue()
    wording = make_provision("We will never sell your Content. We may use your Content to train.").current_wording
    assert wording is not None
    return wording


def composed(scores: tuple[int, ...]) -> tuple[str, str]:
    factors = [{"name": name, "quotes": [], "score": score} for name, score in zip(NAMES, scores, strict=True)]
    draft = read_draft(answer(exposure={"factors": factors, "concerns": [], "rationale": []}), Closed())
    analysis = compose(draft, Sources("A text."))
    return analysis.governance_exposure, analysis.exposure_level


def test_the_line_that_composition_writes_is_read_back_for_every_rating() -> None:
    for scores in list(product((0, 1, 2), repeat=5))[::7]:
        text, level = composed(scores)
        (line,) = RATED.finditer(text)
        factors = rated_factors(line["factors"])
        assert [factor.score for factor in factors] == list(scores)
        assert level_of(factors) == line["level"] == level


@pytest.mark.django_db
class TestFactors:
    def test_the_level_of_the_table_passes(self, wording: Wording) -> None:
        assert found("exposure-factors", wording, governance_exposure=MEDIUM, exposure_level="medium") == []

    def test_another_level_is_warned_of_at_the_line_and_may_be_explained(self, wording: Wording) -> None:
        text = f"Concerns consumers. {MEDIUM}"
        (result,) = found("exposure-factors", wording, governance_exposure=text, exposure_level="high")
        assert result.severity == "warning" and text[result.start : result.end] == MEDIUM
        assert "The level is high, the rated factors make medium" in result.message and "say why" in result.message

    @pytest.mark.parametrize(
        ("old", "new"),
        [("Rated medium", "Rated high"), ("permanence low", "permanence high"), ("platform high", "platform low")],
    )
    def test_a_line_whose_factors_and_level_part_is_warned_of(self, wording: Wording, old: str, new: str) -> None:
        text = MEDIUM.replace(old, new).replace("sensitivity medium", "sensitivity high")
        (result,) = found("exposure-factors", wording, governance_exposure=text, exposure_level="medium")
        assert "by the published table, and the line says" in result.message

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            (", permanence low", ""),
            ("permanence low", "permanence tiny"),
            ("permanence low", "patience low"),
            ("permanence low", "breadth low"),
        ],
    )
    def test_an_incomplete_line_is_warned_of(self, wording: Wording, old: str, new: str) -> None:
        text = MEDIUM.replace(old, new)
        (result,) = found("exposure-factors", wording, governance_exposure=text, exposure_level="medium")
        assert "not complete" in result.message

    def test_a_part_in_an_editor_s_own_words_has_no_line(self, wording: Wording) -> None:
        text = "High for consumers: “We may use your Content to train”."
        assert found("exposure-factors", wording, governance_exposure=text, exposure_level="high") == []


@pytest.mark.django_db
def test_a_clause_that_only_limits_the_platform_and_is_rated_high_is_warned_of(wording: Wording) -> None:
    summary, exposure = "It states “We will never sell your Content”.", "It is broad."
    (result,) = found(
        "exposure-protective", wording, summary=summary, governance_exposure=exposure, exposure_level="high"
    )
    assert result.severity == "warning" and "We will never sell" in result.message
    for level, text in (("low", summary), ("high", f"{summary} And “We may use your Content to train”.")):
        fields = {"summary": text, "governance_exposure": exposure, "exposure_level": level}
        assert found("exposure-protective", wording, **fields) == []


@pytest.mark.parametrize(
    ("quote", "protects"),
    [
        ("We will not use your Content to train our models", True),
        ("Quarrowgate does not train its models on data that you send", True),
        ("Conversations in temporary mode are never used for training", True),
        ("We don't share it without your consent", True),
        ("You may not use Output to train other models", False),
        ("Customer will not remove any notice", False),
        ("We may share your data", False),
        ("We are not liable for any loss", False),
    ],
)
def test_what_limits_the_platform(quote: str, protects: bool) -> None:
    assert limits_platform(quote) == protects
