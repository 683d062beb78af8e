"""From an answer to the text of an analysis: sections, abstentions, parts that stay."""

import json
from typing import Any

import pytest

from analysis.composition import Sources, compose
from analysis.prompts import current
from analysis.schema import Analysis, read_answer, read_draft, section_draft
from atlas.abstention import ABSTENTION
from atlas.templatetags.atlas_markup import analysis as rendered

EXAMPLE = next(example for example in current().examples if "abstention" in example.shows)
CLOSED = EXAMPLE.context.closed
SOURCES = Sources(
    "\n\n".join(block.text for block in EXAMPLE.context.blocks),
    "\n\n".join(block.text for block in EXAMPLE.context.previous_blocks),
    "AT-V-000001",
)


def composed() -> Analysis:
    return compose(read_draft(json.dumps(EXAMPLE.answer), CLOSED), SOURCES)


def test_a_section_that_the_model_abstained_from_says_so() -> None:
    analysis = composed()
    assert analysis.why_it_matters == analysis.contract_implications == ABSTENTION
    assert (analysis.governance_exposure, analysis.exposure_level) == (ABSTENTION, "")
    assert analysis.interpretive_note == "", "often empty of its own nature"
    assert "interpretation" not in rendered(ABSTENTION), "readers see it as what it is"


def test_parts_that_were_not_asked_for_stay_letter_for_letter() -> None:
    base = composed().model_copy(update={"why_it_matters": "Old words.", "contract_implications": "Stay."})
    answer: dict[str, Any] = {
        "why_it_matters": [{"quotes": [], "obligations": [], "text": "New words of the drafter"}],
        "abstained": [],
    }
    shape = section_draft(("why_it_matters",))

    redone = compose(read_answer(json.dumps(answer), CLOSED, shape), SOURCES, base, ["why_it_matters"])

    assert redone.why_it_matters == "New words of the drafter."
    assert redone.model_copy(update={"why_it_matters": base.why_it_matters}) == base


@pytest.mark.parametrize("part", ["governance_exposure", "no_material_change", "attributes"])
def test_every_part_of_an_analysis_can_be_asked_for_alone(part: str) -> None:
    assert list(section_draft((part,)).model_fields)[-1] == "abstained"
    assert len(section_draft((part,)).model_fields) == 2
