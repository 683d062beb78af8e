"""The shapes of an answer: what a drafter hands over (`Analysis`) and what a model answers in.

A model answers in `Draft` (a whole analysis), in `section_draft()` (some parts of one) or in `Repairs` (other words
for quotes that were not found). All are closed: statements with their evidence first, then prose. Closed sets (blocks,
obligations, topics …) differ from call to call; `wire()` writes them into the JSON schema as enums, and `read_answer()`
checks them again with the same `Closed`, since a provider's enforcement is a help and never a proof.

`wire()` keeps to the subset that providers agree on: every field required, null rather than absent, nothing extra, no
lengths, patterns or numeric bounds. Those are checked here alone. Descriptions are part of the prompt: they count in
its hash.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any, Literal, TypeVar, get_args

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
    {"title", "default", "examples", "format", "pattern", "multipleOf"}
    | {f"{bound}{what}" for bound in ("min", "max") for what in ("Length", "Items", "Properties", "imum")}
    | {"uniqueItems", "exclusiveMinimum", "exclusiveMaximum"}
)
NULL = re.compile(r"\0|(?<!\\)(?:\\\\)*\\u0000")
LONGEST_PROBLEM = 400  # characters of the place, and of the message


Shape = TypeVar("Shape", bound=BaseModel)


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


def wire(closed: Closed, shape: type[BaseModel] = Draft) -> dict[str, Any]:
    """The JSON schema of ``shape`` for one call: closed sets as enums, the portable subset only."""
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
    if "const" in kept:
        kept["enum"] = [kept.pop("const")]
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
def wire_shape(shape: type[BaseModel] = Draft) -> str:
    """The wire schema without a call's closed sets, in its order: counts in the hash of the prompt that uses it."""
    return json.dumps(_portable(_full_schema(shape), None))


def read_draft(answer: str, closed: Closed) -> Draft:
    """``answer`` as a whole analysis; see `read_answer`."""
    return read_answer(answer, closed)


def read_answer(answer: str, closed: Closed, shape: type[Shape] = Draft, *, strict: bool = True) -> Shape:  # type: ignore[assignment]
    """``answer`` as a ``shape``.

    Not ``strict``: an incomplete list of abstentions, a formality, is not held against the answer. For the last try.

    Raises:
        BadDraft: if it is not JSON, or not JSON of this shape; lists at most 12 problems.
    """
    if NULL.search(answer):
        raise BadDraft("answer: has a null character (\\u0000), which no text has")
    try:
        read = shape.model_validate_json(_without_fence(answer), context=closed)
    except ValidationError as error:
        lines = [
            f"{_clipped('.'.join(map(str, p['loc']))) or 'answer'}: {_clipped(p['msg'])}" for p in error.errors()[:12]
        ]
        raise BadDraft("\n".join(lines)) from None
    except UnicodeEncodeError:
        raise BadDraft("answer: has half a surrogate pair, which is no character") from None
    if strict and (problems := _abstention_problems(read, closed)):
        raise BadDraft("\n".join(problems))
    return read


def _abstention_problems(answer: BaseModel, closed: Closed) -> list[str]:
    """Where ``abstained`` is not exactly the sections left empty: then nobody knows what was weighed."""
    named = set(getattr(answer, "abstained", ())) - {"none"}
    sections = [name for name in get_args(Section) if name in type(answer).model_fields]
    empty = {name for name in sections if not _content(answer, name)}
    filled, silent = named - empty, empty - named - _may_be_silent(closed)
    said = ((filled, "names sections that have content"), (silent, "must name each section left empty, also"))
    return [f"abstained: {words}: {', '.join(sorted(names))}" for names, words in said if names]


def _content(answer: BaseModel, section: str) -> Any:
    value = getattr(answer, section)
    return value.factors if isinstance(value, Rating) else value


def _may_be_silent(closed: Closed) -> set[str]:
    """Sections whose emptiness says nothing: there was nothing to put there, or (a note) nothing to note.

    Asking again for their names would cost a whole call and tell nobody anything.
    """
    without = {
        "change_summary": closed.previous_blocks,
        "regulatory_landscape": closed.obligations,
        "jurisdiction_flags": closed.obligations,
        "attributes": closed.attributes,
    }
    return {"interpretive_note"} | {name for name, given in without.items() if not given}


def _clipped(text: str) -> str:
    """What is said of an answer quotes it, and an answer may be huge."""
    return storable(text if len(text) <= LONGEST_PROBLEM else f"{text[:LONGEST_PROBLEM]}…")


def _without_fence(answer: str) -> str:
    """``answer`` without the Markdown code fence that some models put around JSON."""
    text = answer.strip()
    if text.startswith("```") and text.endswith("```"):
        text = text.removeprefix("```json").removeprefix("```").removesuffix("```")
    return text
