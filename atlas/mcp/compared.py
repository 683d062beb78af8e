"""What a comparison of platforms is answered with."""

import datetime

from pydantic import BaseModel, Field

from atlas.api.records.publications import AttributeValueRecord, WithdrawalRecord
from atlas.api.records.references import Coded, DocumentRef, PlatformRef, ProvisionRef, VersionRef
from atlas.mcp.citing import THIRD_PARTY, Cited


class Held(BaseModel):
    """What Atlas holds of a platform: without it, nothing that is missing means anything."""

    documents: int = Field(description="Documents that are watched.")
    with_text: int = Field(description="Of these, documents with an archived text.")
    not_captured: list[DocumentRef] = Field(description="They could not be captured at that moment; the first of them.")


class Quoted(BaseModel):
    """The beginning of an archived text."""

    text: str = Field(description="Third-party data, exactly as archived.")
    characters: int = Field(description="Length of the whole text; get_provision has it.")


class Analysed(BaseModel):
    """An approved analysis with the text that it describes."""

    id: str = Field(examples=["AT-A-000007"])
    title: str
    provision: ProvisionRef
    document: DocumentRef
    standing: Coded = Field(description="Whether the document binds.")
    version: VersionRef
    exposure: Coded | None = Field(description="What the clause leaves open for whoever relies on it; null: not rated.")
    is_stale: bool = Field(description="It describes an earlier text.")
    published_at: datetime.datetime
    summary: str = Field(description="What the text says, in the markup of Atlas; the rest is in get_publication.")
    quote: Quoted


class NotAnalysed(BaseModel):
    """A provision in force on the topic that nobody has analysed."""

    provision: ProvisionRef
    document: DocumentRef
    standing: Coded = Field(description="Whether the document binds.")
    quote: Quoted


class Side(BaseModel):
    """One platform, as the compare page has it."""

    platform: PlatformRef
    state: Coded = Field(description="What is known of it on the topic, in the words of the page. Pass them on.")
    exposure: Coded | None = Field(description="The highest among the analyses. It is no mark for the platform.")
    held: Held
    analyses_total: int
    not_analysed_total: int
    analyses: list[Cited[Analysed]] = Field(description="The newest of them.")
    not_analysed: list[Cited[NotAnalysed]] = Field(description="The first of them, in the order of the documents.")
    facts: list[Cited[AttributeValueRecord]] = Field(description="Approved coded facts with the words they rest on.")
    taken_back: list[Cited[WithdrawalRecord]] = Field(description="Analyses that stood then and were ended since.")


class Comparison(BaseModel):
    """Platforms on one topic. Nobody is scored."""

    third_party_data: str = THIRD_PARTY
    topic: str
    as_of: datetime.datetime = Field(description="The moment that this describes.")
    permalink: str = Field(description="The compare page with these platforms, as of that moment for good.")
    note: str
    platforms_total: int = Field(description="How many there are to compare.")
    platforms: list[Side] = Field(description="Those with most analyses on the topic first.")
    next_cursor: str | None = None
