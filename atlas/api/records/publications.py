"""Publications: the full approved record, and the tombstone that stands where one was withdrawn or retracted."""

import datetime
from collections.abc import Iterable, Sequence

from django.db.models import QuerySet
from pydantic import BaseModel, Field

from atlas import markup
from atlas.api.problems import Problem
from atlas.api.records.law import ObligationRef, obligation_ref
from atlas.api.records.provisions import WordingRef, publication_state, wording_ref
from atlas.api.records.references import (
    Coded,
    DocumentRef,
    ProvisionRef,
    Source,
    VersionRef,
    address,
    document_ref,
    provision_ref,
    source_of,
    version_ref,
)
from atlas.models import PARTS, AttributeValue, Exposure, Publication


class PublicationRecord(BaseModel):
    """An approved analysis of one wording of a provision."""

    id: str = Field(examples=["AT-A-000007"])
    number: str = Field(description="Major and minor number within its provision.", examples=["2.0"])
    title: str
    url: str = Field(description="Its permalink, which stays with this very publication.")
    provision: ProvisionRef
    document: DocumentRef
    state: Coded = Field(description="live or superseded.")
    is_stale: bool = Field(description="It describes a text that is not, or no longer, in force.")
    published_at: datetime.datetime
    superseded_at: datetime.datetime | None
    exposure: Coded | None = Field(description="low, medium or high; null where none was given.")
    topics: list[str] = Field(description="Keys of `/topics`.")
    content_sha256: str = Field(description="SHA-256 of the analysis as canonical JSON.", pattern="^[0-9a-f]{64}$")


class PartRecord(BaseModel):
    """A part of the analysis, in the markup of Atlas: “quotes”, `[@citations]`, `- items`, `EU: flags`."""

    field: str = Field(examples=["summary"])
    label: str = Field(examples=["What the text says"])
    text: str


class QuoteRecord(BaseModel):
    """A verbatim quote that the analysis rests on."""

    part: str = Field(description="The field it stands in.")
    text: str
    version: str | None = Field(description="The version it is taken from; null: from the wording that is described.")


class FactRecord(BaseModel):
    """A coded fact with the quote that it rests on."""

    attribute: str = Field(description="Key of `/attributes`.")
    name: str
    value: str
    words: str = Field(description="The value in words.")
    quote: str


class ApprovalRecord(BaseModel):
    """Who stands behind the analysis: the public name and role at that time."""

    name: str
    role: str
    approved_at: datetime.datetime


class PublicationDetail(PublicationRecord):
    parts: list[PartRecord] = Field(description="Parts that say something; empty ones are left out.")
    quotes: list[QuoteRecord]
    obligations: list[ObligationRef] = Field(description="The entries of the legal catalogue that it cites.")
    attributes: list[FactRecord]
    approvals: list[ApprovalRecord]
    drafter: str = Field(description="Who or what drafted it, in words.")
    is_solo_review: bool = Field(description="It was approved by a single editor, who may have written it.")
    no_material_change: bool = Field(description="Editors found that the change it follows has no material effect.")
    correction_note: str = Field(description="What a correction corrects; empty for all others.")
    evidence_pack: str = Field(description="Address of the evidence pack (ZIP).")
    wording: WordingRef = Field(description="The text that it describes.")
    version: VersionRef
    source: Source | None


class Tombstone(Problem):
    """What stays of a withdrawn or retracted publication. Its text is gone."""

    id: str = Field(examples=["AT-A-000007"])
    published_at: datetime.datetime
    withdrawn_at: datetime.datetime | None
    retracted_at: datetime.datetime | None
    note: str = Field(description="Why, for readers.")


class WithdrawalRecord(BaseModel):
    """That a publication was withdrawn or retracted. Drop your copy of it."""

    id: str = Field(examples=["AT-A-000007"])
    published_at: datetime.datetime
    withdrawn_at: datetime.datetime | None
    retracted_at: datetime.datetime | None
    note: str = Field(description="Why, for readers.")


class AttributeValueRecord(FactRecord):
    """A coded fact of a provision, from the analysis of it that stands."""

    publication: str = Field(examples=["AT-A-000007"])
    provision: ProvisionRef
    document: DocumentRef
    published_at: datetime.datetime
    is_stale: bool = Field(description="The analysis describes a text that is not, or no longer, in force.")


def publication_rows(rows: QuerySet[Publication]) -> QuerySet[Publication]:
    """``rows`` with what a :class:`PublicationRecord` tells."""
    return rows.select_related("provision__document__platform")


def publication_records(rows: Sequence[Publication]) -> list[PublicationRecord]:
    """Of readable ``publication_rows``. One query."""
    stale = stale_among(row.pk for row in rows)
    return [_record(row, is_stale=row.pk in stale) for row in rows]


def stale_among(keys: Iterable[int]) -> set[int]:
    """Which of these publications describe a text that is not in force. One query."""
    return set(Publication.objects.filter(pk__in=list(keys)).describing_another_text().values_list("pk", flat=True))


def _record(row: Publication, *, is_stale: bool) -> PublicationRecord:
    level = row.exposure_level
    return PublicationRecord(
        id=row.public_id,
        number=row.number,
        title=row.title,
        url=address(row.permalink),
        provision=provision_ref(row.provision),
        document=document_ref(row.provision.document),
        state=publication_state(row),
        is_stale=is_stale,
        published_at=row.published_at,
        superseded_at=row.superseded_at,
        exposure=Coded(code=level, words=Exposure(level).label) if level else None,
        topics=row.topics,
        content_sha256=row.content_sha256,
    )


def publication_detail(row: Publication) -> PublicationDetail:
    """Of a readable one of ``publication_rows`` with wording, version and collection selected. Four queries."""
    parts = [(part, getattr(row, part.field)) for part in PARTS]
    return PublicationDetail(
        **dict(publication_records([row])[0]),
        parts=[PartRecord(field=part.field, label=part.label, text=text) for part, text in parts if text],
        quotes=[
            QuoteRecord(part=part.field, text=quote.text, version=quote.version or None)
            for part, text in parts
            for quote in markup.quotes(text)
        ],
        obligations=[obligation_ref(cited) for cited in row.cited.select_related("instrument").order_by("key")],
        attributes=[_fact(value) for value in row.attribute_values.select_related("attribute").order_by("attribute")],
        approvals=[
            ApprovalRecord(name=approval.name, role=approval.role, approved_at=approval.approved_at)
            for approval in row.approvals.all()
        ],
        drafter=row.drafter,
        is_solo_review=row.solo_review,
        no_material_change=row.no_material_change,
        correction_note=row.public_note,
        evidence_pack=address(f"{row.permalink}evidence.zip"),
        wording=wording_ref(row.wording),
        version=version_ref(row.version),
        source=source_of(row.provision.document.collection),
    )


def _fact(value: AttributeValue) -> FactRecord:
    return FactRecord(
        attribute=value.attribute_id,
        name=value.attribute.name,
        value=value.value,
        words=value.words,
        quote=value.quote,
    )


def withdrawal_record(row: Publication) -> WithdrawalRecord:
    """Of one that has ended."""
    return WithdrawalRecord(
        id=row.public_id,
        published_at=row.published_at,
        withdrawn_at=row.withdrawn_at,
        retracted_at=row.retracted_at,
        note=row.retraction_note or row.withdrawal_note,
    )


def tombstone(row: Publication) -> Tombstone:
    """For a publication that is not readable. As many queries as :func:`ended_by`."""
    told = ended_by(row)
    words = "retracted" if told.retracted_at else "withdrawn"
    return Tombstone(
        type="about:blank",
        title="Gone",
        status=410,
        detail=f"This publication was {words} and must not be relied on. Drop your copy of it.",
        **dict(told),
    )


def ended_by(row: Publication) -> WithdrawalRecord:
    """What ended a publication that is not readable. One query if not itself has ended, but its very text later."""
    if row.withdrawn_at or row.retracted_at:
        return withdrawal_record(row)
    same = Publication.objects.filter(provision=row.provision_id, revision_id=row.revision_id)
    told = withdrawal_record(same.exclude(withdrawn_at=None, retracted_at=None).order_by("-pk")[0])
    return told.model_copy(update={"id": row.public_id, "published_at": row.published_at})


def attribute_value_rows(rows: QuerySet[AttributeValue]) -> QuerySet[AttributeValue]:
    """``rows`` with what an :class:`AttributeValueRecord` tells."""
    return rows.select_related("attribute", "publication__provision__document__platform")


def attribute_value_records(rows: Sequence[AttributeValue]) -> list[AttributeValueRecord]:
    """Of ``attribute_value_rows``. One query."""
    stale = stale_among(row.publication_id for row in rows)
    return [
        AttributeValueRecord(
            **dict(_fact(row)),
            publication=row.publication.public_id,
            provision=provision_ref(row.publication.provision),
            document=document_ref(row.publication.provision.document),
            published_at=row.publication.published_at,
            is_stale=row.publication_id in stale,
        )
        for row in rows
    ]
