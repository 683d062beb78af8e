"""The legal catalogue: topics, instruments, obligations, attributes. Descriptions are our own words."""

import datetime
from typing import Any

from pydantic import BaseModel, Field

from atlas.api.records.references import address
from atlas.models import Attribute, Instrument, Obligation, Topic


class TopicRecord(BaseModel):
    """What a provision can be about."""

    key: str = Field(examples=["training-user-content"])
    name: str
    definition: str
    is_retired: bool = Field(description="No longer used; kept because something may name it.")
    url: str


class InstrumentRef(BaseModel):
    key: str = Field(examples=["gdpr"])
    short_name: str = Field(examples=["GDPR"])
    url: str


class ObligationRef(BaseModel):
    """A citable unit of a law or standard."""

    key: str = Field(examples=["gdpr-art-28-3-a"])
    instrument: InstrumentRef
    pinpoint: str = Field(examples=["Art. 28(3)(a)"])
    title: str
    url: str


class ObligationRecord(ObligationRef):
    paraphrase: str = Field(description="What it says, in our own words: not the law's text.")
    note: str
    binds: list[str]
    applies_from: datetime.date | None = Field(description="Only where it is later than its instrument.")
    confidence: str = Field(description="How sure we are of the entry.")
    verified_via: str = Field(description="What the entry was checked against.")
    topics: list[str] = Field(description="Keys of `/topics`.")
    is_retired: bool


class KeyDate(BaseModel):
    date: str
    event: str


class InstrumentRecord(InstrumentRef):
    """A law or standard."""

    full_name: str
    jurisdiction: str = Field(description="Code of where it applies.", examples=["EU"])
    related_jurisdictions: list[str]
    kind: str
    status: str
    in_force_since: datetime.date
    key_dates: list[KeyDate]
    authorities: list[str]
    max_penalty: str
    official_url: str = Field(description="Where the official text stands.")
    scope: str
    notes: str
    confidence: str
    verified_via: str
    is_retired: bool


class InstrumentDetail(InstrumentRecord):
    obligations: list[ObligationRef]


class AttributeRecord(BaseModel):
    """A coded fact that can be compared across platforms."""

    key: str = Field(examples=["training-default"])
    name: str
    topic: str = Field(description="Key of `/topics`.")
    kind: str = Field(description="choice, number or jurisdiction.")
    values: dict[str, str] = Field(description="Of a choice: code → words.")
    unit: str
    is_retired: bool


def topic_record(row: Topic) -> TopicRecord:
    return TopicRecord(
        key=row.pk,
        name=row.name,
        definition=row.definition,
        is_retired=row.is_retired,
        url=address(row.get_absolute_url()),
    )


def _instrument_ref(row: Instrument) -> InstrumentRef:
    return InstrumentRef(key=row.pk, short_name=row.short_name, url=address(row.get_absolute_url()))


def obligation_ref(row: Obligation) -> ObligationRef:
    """Of an obligation with its instrument selected."""
    return ObligationRef(
        key=row.pk,
        instrument=_instrument_ref(row.instrument),
        pinpoint=row.pinpoint,
        title=row.title,
        url=address(row.get_absolute_url()),
    )


def obligation_record(row: Obligation) -> ObligationRecord:
    """Of an obligation with its instrument selected and its topics prefetched."""
    return ObligationRecord(
        **dict(obligation_ref(row)),
        paraphrase=row.paraphrase,
        note=row.note,
        binds=_texts(row.binds),
        applies_from=row.applies_from,
        confidence=row.confidence,
        verified_via=row.verified_via,
        topics=sorted(topic.pk for topic in row.topics.all()),
        is_retired=row.is_retired,
    )


def instrument_record(row: Instrument) -> InstrumentRecord:
    return InstrumentRecord(
        **dict(_instrument_ref(row)),
        full_name=row.full_name,
        jurisdiction=row.jurisdiction_id,
        related_jurisdictions=_texts(row.related_jurisdictions),
        kind=row.kind,
        status=row.status,
        in_force_since=row.in_force_since,
        key_dates=[KeyDate(date=str(entry["date"]), event=str(entry["event"])) for entry in row.key_dates],
        authorities=_texts(row.authorities),
        max_penalty=row.max_penalty,
        official_url=row.url,
        scope=row.scope,
        notes=row.notes,
        confidence=row.confidence,
        verified_via=row.verified_via,
        is_retired=row.is_retired,
    )


def instrument_detail(row: Instrument) -> InstrumentDetail:
    """One query."""
    units = row.obligations.select_related("instrument").order_by("key")
    return InstrumentDetail(**dict(instrument_record(row)), obligations=[obligation_ref(unit) for unit in units])


def attribute_record(row: Attribute) -> AttributeRecord:
    return AttributeRecord(
        key=row.pk,
        name=row.name,
        topic=row.topic_id,
        kind=row.kind,
        values={str(code): str(words) for code, words in row.values.items()},
        unit=row.unit,
        is_retired=row.is_retired,
    )


def _texts(values: list[Any]) -> list[str]:
    return [str(value) for value in values]
