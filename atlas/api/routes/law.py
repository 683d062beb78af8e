"""The legal catalogue."""

from typing import Annotated

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from ninja import Path, Query, Router
from pydantic import Field

from atlas.api.lists import Kind, Listing, answered, listing
from atlas.api.parameters import Exported, Key, Place, keyed, wanted_topic
from atlas.api.records import law
from atlas.api.records.law import (
    AttributeRecord,
    InstrumentDetail,
    InstrumentRecord,
    ObligationRecord,
    TopicRecord,
)
from atlas.models import Attribute, Instrument, Obligation, Topic

router = Router(tags=["Legal catalogue"])
BY_KEY = ("key",)
TOPICS = Kind[Topic, TopicRecord]("topics", BY_KEY, lambda rows: [law.topic_record(row) for row in rows])
INSTRUMENTS = Kind[Instrument, InstrumentRecord](
    "instruments", BY_KEY, lambda rows: [law.instrument_record(row) for row in rows]
)
OBLIGATIONS = Kind[Obligation, ObligationRecord](
    "obligations", BY_KEY, lambda rows: [law.obligation_record(row) for row in rows]
)
ATTRIBUTES = Kind[Attribute, AttributeRecord](
    "attributes",
    BY_KEY,
    lambda rows: [law.attribute_record(row) for row in rows],
    {
        "key": lambda item: item.key,
        "name": lambda item: item.name,
        "topic": lambda item: item.topic,
        "kind": lambda item: item.kind,
        "values": lambda item: [f"{code}: {words}" for code, words in item.values.items()],
        "unit": lambda item: item.unit,
        "retired": lambda item: item.is_retired,
    },
)


class ObligationFilters(Place):
    instrument: Key = Field("", description="Key of an instrument, from `/instruments`.")
    topic: Key = Field("", description="Key of a topic, from `/topics`.")


class AttributeFilters(Exported):
    topic: Key = Field("", description="Key of a topic, from `/topics`.")


@router.get("/topics", response=Listing[TopicRecord], summary="Topics")
def topics(request: HttpRequest, wanted: Query[Place]) -> Listing[TopicRecord]:
    """What provisions can be about, by key."""
    return listing(TOPICS, Topic.objects.all(), wanted)


@router.get("/topics/{key}", response=TopicRecord, summary="One topic")
def topic(request: HttpRequest, key: Annotated[Key, Path(examples=["training-user-content"])]) -> TopicRecord:
    """A topic with its definition."""
    return law.topic_record(wanted_topic(key))


@router.get("/instruments", response=Listing[InstrumentRecord], summary="Laws and standards")
def instruments(request: HttpRequest, wanted: Query[Place]) -> Listing[InstrumentRecord]:
    """The laws and standards that analyses may cite, by key."""
    return listing(INSTRUMENTS, Instrument.objects.all(), wanted)


@router.get("/instruments/{key}", response=InstrumentDetail, summary="One law or standard")
def instrument(request: HttpRequest, key: Annotated[Key, Path(examples=["gdpr"])]) -> InstrumentDetail:
    """A law or standard with its citable units."""
    return law.instrument_detail(keyed(Instrument.objects.all(), "instruments", key=key))


@router.get("/obligations", response=Listing[ObligationRecord], summary="Citable units of laws")
def obligations(request: HttpRequest, wanted: Query[ObligationFilters]) -> Listing[ObligationRecord]:
    """The units of laws and standards that analyses may cite, by key."""
    rows = Obligation.objects.select_related("instrument").prefetch_related("topics")
    if wanted.instrument:
        rows = rows.filter(instrument=keyed(Instrument.objects.all(), "instruments", key=wanted.instrument))
    rows = rows.filter(topics=wanted_topic(wanted.topic)) if wanted.topic else rows
    return listing(OBLIGATIONS, rows, wanted)


@router.get("/obligations/{key}", response=ObligationRecord, summary="One citable unit")
def obligation(request: HttpRequest, key: Annotated[Key, Path(examples=["gdpr-art-28-3-a"])]) -> ObligationRecord:
    """A unit of a law, paraphrased."""
    rows = Obligation.objects.select_related("instrument").prefetch_related("topics")
    return law.obligation_record(keyed(rows, "obligations", key=key))


@router.get("/attributes", response=Listing[AttributeRecord], summary="Attributes")
def attributes(request: HttpRequest, wanted: Query[AttributeFilters]) -> Listing[AttributeRecord] | HttpResponseBase:
    """Coded facts that are compared across platforms, by key. What platforms say: `/attribute-values`."""
    rows = Attribute.objects.all()
    rows = rows.filter(topic=wanted_topic(wanted.topic)) if wanted.topic else rows
    return answered(ATTRIBUTES, rows, wanted)


@router.get("/attributes/{key}", response=AttributeRecord, summary="One attribute")
def attribute(request: HttpRequest, key: Annotated[Key, Path(examples=["training-default"])]) -> AttributeRecord:
    """A coded fact with its closed list of values."""
    return law.attribute_record(keyed(Attribute.objects.all(), "attributes", key=key))
