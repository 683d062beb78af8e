"""The shapes of a model's answer: `Draft`, parts of one (`section_draft`), `Repairs`. All closed, evidence first.

Closed sets (blocks, obligations, topics …) differ from call to call: a field names its set, `analysis.schema.wire`
writes the members into the schema that is sent, and validation checks them again with the same `Closed`. Names,
order and descriptions are part of every prompt and count in its hash: change them with a new version alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, create_model, model_validator


@dataclass(frozen=True)
class Closed:
    """What one call may name. ``attributes``: key → allowed codes, or nothing where the value is a number.

    ``repairs`` are the quotes to find anew, each answered exactly once; ``blocks`` are then those shown, of either
    wording.
    """

    blocks: tuple[str, ...] = ()
    previous_blocks: tuple[str, ...] = ()
    obligations: tuple[str, ...] = ()
    jurisdictions: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    repairs: tuple[str, ...] = ()

    def members(self, name: str) -> tuple[str, ...]:
        return tuple(getattr(self, name))


def _one_of(name: str) -> Any:
    """An annotated string that must be in the closed set ``name`` of the call."""

    def check(value: str, info: ValidationInfo) -> str:
        allowed = info.context.members(name) if isinstance(info.context, Closed) else ()
        if value not in allowed:
            raise ValueError(f"{value!r} is not one of the {name.replace('_', ' ')} given: {', '.join(allowed)}")
        return value

    return Annotated[str, AfterValidator(check), Field(json_schema_extra={"closed": name})]


class _Wire(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Quote(_Wire):
    """Words copied character by character from one block of the provision."""

    block: _one_of("blocks")  # type: ignore[valid-type]
    text: str = Field(min_length=3, max_length=1500, description="Copied exactly, without added quotation marks.")


class PreviousQuote(_Wire):
    """Words copied character by character from one block of the previous wording."""

    block: _one_of("previous_blocks")  # type: ignore[valid-type]
    text: str = Field(min_length=3, max_length=1500, description="Copied exactly, without added quotation marks.")


class Statement(_Wire):
    """One sentence with what it rests on. Without quotes and obligations, readers see it marked as interpretation."""

    quotes: list[Quote] = Field(max_length=4, description="Shortest words that carry the sentence; may be empty.")
    obligations: list[_one_of("obligations")] = Field(max_length=5)  # type: ignore[valid-type]
    text: str = Field(min_length=10, max_length=1200, description="One sentence, without the quotes and the ids.")


class ChangeStatement(_Wire):
    """One change in effect: the old words, the new words, then one sentence."""

    before: list[PreviousQuote] = Field(max_length=3)
    after: list[Quote] = Field(max_length=3)
    text: str = Field(min_length=10, max_length=1200)


FactorName = Literal["direction", "sensitivity", "breadth", "permanence", "regulatory_hook"]
Audience = Literal["consumers", "business_customers", "developers", "workers", "children", "third_parties"]
Section = Literal[
    "why_it_matters",
    "practical_effect",
    "interpretive_note",
    "change_summary",
    "regulatory_landscape",
    "exposure",
    "jurisdiction_flags",
    "contract_implications",
    "compliance_considerations",
    "attributes",
]


class Factor(_Wire):
    """One rated factor; the exposure level is computed from all five by a published table."""

    name: FactorName
    quotes: list[Quote] = Field(max_length=2)
    score: Literal[0, 1, 2]


class Rating(_Wire):
    """What the exposure rests on. Both lists empty where there is no basis for a rating."""

    factors: list[Factor] = Field(max_length=5)
    concerns: list[Audience] = Field(max_length=6)
    rationale: list[Statement] = Field(max_length=4)

    @model_validator(mode="after")
    def _each_factor_once(self) -> "Rating":
        names = [factor.name for factor in self.factors]
        if len(set(names)) != len(names) or len(names) not in (0, 5):
            raise ValueError("rate each of the five factors exactly once, or none of them")
        return self


class Flag(_Wire):
    """A jurisdiction in which the provision needs a closer look."""

    jurisdiction: _one_of("jurisdictions")  # type: ignore[valid-type]
    statement: Statement


class Action(_Wire):
    """Something a compliance team can do, beginning with a verb."""

    quotes: list[Quote] = Field(max_length=2)
    obligations: list[_one_of("obligations")] = Field(max_length=3)  # type: ignore[valid-type]
    text: str = Field(min_length=10, max_length=600, description="One action that begins with a verb.")


class Value(_Wire):
    """A coded fact that the provision states. Facts that it does not state are left out."""

    quote: Quote
    attribute: _one_of("attributes")  # type: ignore[valid-type]
    value: str = Field(min_length=1, max_length=80, description="One of the attribute's codes, or digits alone.")

    @model_validator(mode="after")
    def _value_is_coded(self, info: ValidationInfo) -> "Value":
        codes = info.context.attributes.get(self.attribute, ()) if isinstance(info.context, Closed) else ()
        if codes and self.value not in codes:
            raise ValueError(f"{self.value!r} is not a value of {self.attribute}: {', '.join(codes)}")
        if not codes and not self.value.isdecimal():
            raise ValueError(f"{self.attribute} is a number: digits alone, not {self.value!r}")
        return self


class Draft(_Wire):
    """An analysis of one provision. Evidence comes before prose; an empty list is a good answer."""

    summary: list[Statement] = Field(min_length=1, max_length=4)
    why_it_matters: list[Statement] = Field(max_length=3)
    practical_effect: list[Statement] = Field(max_length=3)
    interpretive_note: list[Statement] = Field(max_length=3)
    change_summary: list[ChangeStatement] = Field(max_length=4)
    no_material_change: bool
    regulatory_landscape: list[Statement] = Field(max_length=8)
    exposure: Rating
    jurisdiction_flags: list[Flag] = Field(max_length=8)
    contract_implications: list[Statement] = Field(max_length=6)
    compliance_considerations: list[Action] = Field(max_length=8)
    attributes: list[Value] = Field(max_length=8)
    topics: list[_one_of("topics")] = Field(max_length=6)  # type: ignore[valid-type]
    title: str = Field(min_length=3, max_length=120, description="What the provision does, in 3 to 10 words.")
    abstained: list[Section] = Field(description="Each section left empty for want of support in the blocks.")


class Replacement(_Wire):
    """Words that carry the statement, copied from a block; null where the blocks shown don't support it."""

    id: _one_of("repairs")  # type: ignore[valid-type]
    quote: Quote | None


class Repairs(_Wire):
    """For each quote that was not found, the words that stand there, or null."""

    replacements: list[Replacement]

    @model_validator(mode="after")
    def _each_once(self, info: ValidationInfo) -> "Repairs":
        wanted = info.context.repairs if isinstance(info.context, Closed) else ()
        if sorted(replacement.id for replacement in self.replacements) != sorted(wanted):
            raise ValueError(f"answer each of these ids exactly once: {', '.join(wanted)}")
        return self


# Parts of an analysis that have another name in an answer: there the level is not chosen but rated.
FIELDS = {"governance_exposure": "exposure", "exposure_level": "exposure"}


@cache
def section_draft(parts: tuple[str, ...]) -> type[BaseModel]:
    """The fields of `Draft` for ``parts`` alone, in its order, and ``abstained`` for the sections among them.

    Raises:
        ValueError: if a part is none, or there is none.
    """
    wanted = {FIELDS.get(part, part) for part in parts}
    if not wanted or not wanted <= Draft.model_fields.keys() - {"abstained"}:
        raise ValueError(f"{', '.join(parts) or 'nothing'}: not parts that can be drafted")
    fields: dict[str, Any] = {
        name: (info.annotation, info) for name, info in Draft.model_fields.items() if name in wanted
    }
    sections = tuple(name for name in get_args(Section) if name in wanted) or ("none",)
    about = Draft.model_fields["abstained"].description
    fields["abstained"] = (list[Literal[sections]], Field(description=about))  # type: ignore[valid-type]
    doc = "Some parts of an analysis. Evidence comes before prose; an empty list is a good answer."
    return create_model("SectionDraft", __base__=_Wire, __doc__=doc, **fields)
