"""The shapes of an answer: what a drafter hands over (`Analysis`) and what a model answers in (`Draft`).

`Draft` is the closed wire schema: statements with their evidence first, then prose. Closed sets (blocks, obligations,
topics …) differ from call to call; `wire()` writes them into the JSON schema as enums, and `read_draft()` checks them
again with the same `Closed`, since a provider's enforcement is a help and never a proof.

`wire()` keeps to the subset that providers agree on: every field required, nothing extra, no lengths, patterns or
numeric bounds. Those are checked here alone. Descriptions are part of the prompt: they count in its hash.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    create_model,
    model_validator,
)

from atlas.archive.texts.normalising import storable
from atlas.models.publications import content_hash

Level = Literal["", "low", "medium", "high"]
NOT_PORTABLE = frozenset(
    {"title", "default", "minLength", "maxLength", "minItems", "maxItems", "minimum", "maximum", "pattern"}
)


NULL = re.compile(r"\0|(?<!\\)(?:\\\\)*\\u0000")
LONGEST_PROBLEM = 400  # characters of the place, and of the message


class CodedValue(BaseModel):
    """A comparable fact with the quote it rests on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    attribute: str
    value: str
    quote: str


class Analysis(BaseModel):
    """A drafted analysis: the fields of `atlas.models.AnalysisText.content()`, text in the markup of the design."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field(min_length=1, max_length=300)
    summary: str = Field(min_length=1)
    why_it_matters: str = ""
    practical_effect: str = ""
    interpretive_note: str = ""
    change_summary: str = ""
    regulatory_landscape: str = ""
    governance_exposure: str = ""
    jurisdiction_flags: str = ""
    contract_implications: str = ""
    compliance_considerations: str = ""
    exposure_level: Level = ""
    topics: list[str] = Field(default_factory=list)
    attributes: list[CodedValue] = Field(default_factory=list)
    no_material_change: bool = False

    def content(self) -> dict[str, Any]:
        """The analysis as plain values: what is stored, hashed, checked and reviewed."""
        return self.model_dump(mode="json")

    @property
    def sha256(self) -> str:
        return content_hash(self.content())


class BadDraft(ValueError):
    """An answer is not the JSON that was asked for; the message lists what is wrong, a line each, for a re-ask."""


@dataclass(frozen=True)
class Closed:
    """What one call may name. ``attributes``: key → allowed codes, or nothing where the value is a number."""

    blocks: tuple[str, ...] = ()
    previous_blocks: tuple[str, ...] = ()
    obligations: tuple[str, ...] = ()
    jurisdictions: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    repairs: tuple[str, ...] = ()
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

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


# Sections that a reader expects; an empty one has to be meant. Others are often empty of their own nature.
EXPECTED = frozenset(
    {"why_it_matters", "practical_effect", "exposure", "contract_implications", "compliance_considerations"}
)


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

    @model_validator(mode="after")
    def _abstains_where_empty(self) -> "Draft":
        check_abstentions(self)
        return self


def check_abstentions(draft: BaseModel) -> None:
    """``abstained`` names what is empty, and all of it that a reader expects.

    Raises:
        ValueError: naming the sections.
    """
    sections: dict[str, Any] = {name: value for name, value in draft if name != "abstained"}
    abstained = set(getattr(draft, "abstained", ()))
    filled = {name for name in abstained if _has_content(sections.get(name))}
    if filled:
        raise ValueError(f"abstained names sections that have content: {', '.join(sorted(filled))}")
    silent = {name for name in EXPECTED if name in sections and not _has_content(sections[name])} - abstained
    if silent:
        raise ValueError(f"sections are empty and not named in abstained: {', '.join(sorted(silent))}")


def _has_content(section: Any) -> bool:
    return bool(section.factors) if isinstance(section, Rating) else bool(section)


class Replacement(_Wire):
    """What a quote that was not found should have been; null where the provision has no such words."""

    quote: Quote | None
    id: _one_of("repairs")  # type: ignore[valid-type]


class Repairs(_Wire):
    """A replacement for each quote that was not found."""

    replacements: list[Replacement]

    @model_validator(mode="after")
    def _each_once(self, info: ValidationInfo) -> "Repairs":
        given = [replacement.id for replacement in self.replacements]
        wanted = info.context.repairs if isinstance(info.context, Closed) else ()
        if sorted(given) != sorted(wanted):
            raise ValueError(f"answer each of these exactly once: {', '.join(wanted)}")
        return self


SECTION_OF = {"governance_exposure": "exposure"}  # a part of an analysis → the section of an answer, where names differ


@cache
def section_draft(parts: tuple[str, ...]) -> type[BaseModel]:
    """A shape with those sections of `Draft` alone that become ``parts`` of an analysis, in the order of `Draft`."""
    wanted = {SECTION_OF.get(part, part) for part in parts} | {"abstained"}
    fields: dict[str, Any] = {
        name: (field.annotation, field) for name, field in Draft.model_fields.items() if name in wanted
    }
    words = "Some sections of an analysis. Evidence comes before prose; an empty list is a good answer."
    return create_model("Sections", __base__=_Sections, __doc__=words, **fields)


class _Sections(_Wire):
    @model_validator(mode="after")
    def _abstains_where_empty(self) -> "_Sections":
        check_abstentions(self)
        return self


def wire(closed: Closed, shape: type[BaseModel] = Draft) -> dict[str, Any]:
    """The JSON schema of an answer for one call: closed sets as enums, the portable subset only."""
    portable: dict[str, Any] = _portable(_full_schema(shape), closed)
    return portable


@cache
def _full_schema(shape: type[BaseModel]) -> dict[str, Any]:
    """Not to be altered; `_portable` copies."""
    return shape.model_json_schema()


def _portable(node: Any, closed: Closed | None, *, is_names: bool = False) -> Any:
    """``node`` without what providers differ on. ``is_names``: its keys are property names, not keywords."""
    if isinstance(node, list):
        return [_portable(item, closed) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {
        key: _portable(value, closed, is_names=key in ("properties", "$defs"))
        for key, value in node.items()
        if is_names or key not in NOT_PORTABLE
    }
    if is_names:
        return kept
    if "closed" in kept and closed is not None:
        kept["enum"] = list(closed.members(kept.pop("closed"))) or ["none"]
    if kept.get("type") == "object":
        kept["additionalProperties"] = False
        kept["required"] = list(kept["properties"])
    return kept


def canonical_sha256(value: Any) -> str:
    """sha256 of ``value`` as JSON with sorted keys."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def wire_text(shape: type[BaseModel]) -> str:
    """The wire schema without a call's closed sets, in its order: counts in the hash of the prompt that uses it."""
    return json.dumps(_portable(_full_schema(shape), None))


Shape = TypeVar("Shape", bound=BaseModel)


def read_answer(answer: str, closed: Closed, shape: type[Shape]) -> Shape:
    """``answer`` as a value of ``shape``.

    Raises:
        BadDraft: if it is not JSON, or not JSON of this shape; lists at most 12 problems.
    """
    if NULL.search(answer):
        raise BadDraft("answer: has a null character (\\u0000), which no text has")
    try:
        return shape.model_validate_json(_without_fence(answer), context=closed)
    except ValidationError as error:
        lines = [
            f"{_clipped('.'.join(map(str, p['loc']))) or 'answer'}: {_clipped(p['msg'])}" for p in error.errors()[:12]
        ]
        raise BadDraft("\n".join(lines)) from None
    except UnicodeEncodeError:
        raise BadDraft("answer: has half a surrogate pair, which is no character") from None


def read_draft(answer: str, closed: Closed) -> Draft:
    """``answer`` as a whole `Draft`; raises what `read_answer` does."""
    return read_answer(answer, closed, Draft)


def _clipped(text: str) -> str:
    """What is said of an answer quotes it, and an answer may be huge."""
    return storable(text if len(text) <= LONGEST_PROBLEM else f"{text[:LONGEST_PROBLEM]}…")


def _without_fence(answer: str) -> str:
    """``answer`` without the Markdown code fence that some models put around JSON."""
    text = answer.strip()
    if text.startswith("```") and text.endswith("```"):
        text = text.removeprefix("```json").removeprefix("```").removesuffix("```")
    return text
