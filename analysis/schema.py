"""The analysis that a drafter hands over, and how a model's answer is asked for and read.

`wire()` makes the JSON schema of an answer's shape (`analysis.answers`) for one call. It keeps to the subset that
providers agree on: every field required, null rather than absent, nothing extra, no lengths, patterns or numeric
bounds. `read_answer()` checks all of it again: a provider's enforcement is a help and never a proof.
"""

import hashlib
import json
import re
from functools import cache
from typing import Any, Literal, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from analysis.answers import (
    FIELDS,
    Action,
    Audience,
    ChangeStatement,
    Closed,
    Draft,
    Factor,
    FactorName,
    Flag,
    PreviousQuote,
    Quote,
    Rating,
    Repairs,
    Replacement,
    Section,
    Statement,
    Value,
    section_draft,
)
from atlas.archive.texts.normalising import storable
from atlas.models.publications import content_hash

__all__ = [
    "FIELDS",
    "Action",
    "Analysis",
    "Audience",
    "BadDraft",
    "ChangeStatement",
    "Closed",
    "CodedValue",
    "Draft",
    "Factor",
    "FactorName",
    "Flag",
    "Level",
    "PreviousQuote",
    "Quote",
    "Rating",
    "Repairs",
    "Replacement",
    "Section",
    "Statement",
    "Value",
    "canonical_sha256",
    "read_answer",
    "read_draft",
    "section_draft",
    "wire",
    "wire_shape",
]

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


def read_draft(answer: str, closed: Closed, *, strict: bool = True) -> Draft:
    """``answer`` as a whole analysis; see `read_answer`."""
    return read_answer(answer, closed, strict=strict)


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
