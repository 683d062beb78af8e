"""The shapes of an answer: what a drafter hands over (`Analysis`) and what a model answers in (`Draft`).

`Draft` is the closed wire schema: statements with their evidence first, then prose. Closed sets (blocks, obligations,
topics …) differ from call to call; `wire()` writes them into the JSON schema as enums, and validation checks them again
with a `Closed` as pydantic's context, since a provider's enforcement is a help and never a proof.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from atlas.models.publications import content_hash

Level = Literal["", "low", "medium", "high"]


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
