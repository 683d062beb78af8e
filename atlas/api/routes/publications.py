"""Publications, what was withdrawn, and the coded facts of the analyses that stand."""

from typing import Annotated, Literal

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import Path, Query, Router
from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from atlas.api.lists import Kind, Listing, answered, listing
from atlas.api.parameters import (
    Day,
    Exported,
    Key,
    Place,
    PublicId,
    cited,
    keyed,
    narrowed,
    start_of,
    wanted_topic,
)
from atlas.api.problems import told
from atlas.api.records.publications import (
    AttributeValueRecord,
    PublicationDetail,
    PublicationRecord,
    Tombstone,
    WithdrawalRecord,
    attribute_value_records,
    attribute_value_rows,
    publication_detail,
    publication_records,
    publication_rows,
    tombstone,
    withdrawal_record,
)
from atlas.models import Attribute, AttributeValue, Exposure, Instrument, Obligation, Publication

router = Router(tags=["Publications"])

PUBLICATIONS = Kind[Publication, PublicationRecord](
    "publications",
    ("-published_at", "-pk"),
    publication_records,
    {
        "id": lambda item: item.id,
        "number": lambda item: item.number,
        "title": lambda item: item.title,
        "platform": lambda item: item.document.platform.name,
        "document": lambda item: item.document.name,
        "document_id": lambda item: item.document.id,
        "provision": lambda item: item.provision.id,
        "state": lambda item: item.state.code,
        "stale": lambda item: item.is_stale,
        "exposure": lambda item: item.exposure.code if item.exposure else "",
        "topics": lambda item: item.topics,
        "published_at": lambda item: item.published_at,
        "superseded_at": lambda item: item.superseded_at,
        "content_sha256": lambda item: item.content_sha256,
        "url": lambda item: item.url,
    },
)
WITHDRAWALS = Kind[Publication, WithdrawalRecord](
    "withdrawals", ("-pk",), lambda rows: [withdrawal_record(row) for row in rows]
)
VALUES = Kind[AttributeValue, AttributeValueRecord](
    "attribute-values",
    ("attribute_id", "pk"),
    attribute_value_records,
    {
        "attribute": lambda item: item.attribute,
        "name": lambda item: item.name,
        "platform": lambda item: item.document.platform.name,
        "document": lambda item: item.document.name,
        "document_id": lambda item: item.document.id,
        "provision": lambda item: item.provision.id,
        "value": lambda item: item.value,
        "words": lambda item: item.words,
        "quote": lambda item: item.quote,
        "publication": lambda item: item.publication,
        "published_at": lambda item: item.published_at,
        "stale": lambda item: item.is_stale,
        "url": lambda item: item.provision.url,
    },
)


class PublicationFilters(Exported):
    platform: Key = Field("", description="Slug of a platform, from `/platforms`.")
    document: PublicId = Field("", description="Identifier of a document.")
    topic: Key = Field("", description="Key of a topic, from `/topics`.")
    instrument: Key = Field("", description="Analyses that cite this law: key from `/instruments`.")
    obligation: Key = Field("", description="Analyses that cite this unit of a law: key from `/obligations`.")
    exposure: Literal["", *Exposure.values] = Field("", description="How much the provision can cost.")  # type: ignore[valid-type]
    state: Literal["live", "superseded", "all"] = Field("live", description="`live`: those that stand now.")
    since: Day | SkipJsonSchema[None] = Field(None, description="Published on this day (UTC) or later.")


class ValueFilters(Exported):
    attribute: Key = Field("", description="Key of an attribute, from `/attributes`.")
    value: Key = Field("", description="Only this value, as its code.")
    platform: Key = Field("", description="Slug of a platform, from `/platforms`.")
    document: PublicId = Field("", description="Identifier of a document.")
    topic: Key = Field("", description="Attributes of this topic: key from `/topics`.")


@router.get("/publications", response=Listing[PublicationRecord], summary="Publications")
def publications(
    request: HttpRequest, wanted: Query[PublicationFilters]
) -> Listing[PublicationRecord] | HttpResponseBase:
    """Approved analyses, the newest first. What was withdrawn or retracted is in `/withdrawals` alone."""
    chosen = Publication.objects.readable()
    chosen = chosen.live() if wanted.state == "live" else chosen
    rows: QuerySet[Publication] = chosen
    rows = rows.exclude(superseded_at=None) if wanted.state == "superseded" else rows
    rows = narrowed(rows, wanted.platform, wanted.document, "provision__document")
    rows = rows.filter(topics__contains=[wanted_topic(wanted.topic).pk]) if wanted.topic else rows
    rows = rows.filter(exposure_level=wanted.exposure) if wanted.exposure else rows
    rows = rows.filter(published_at__gte=start_of(wanted.since)) if wanted.since else rows
    if wanted.obligation:
        units = Obligation.objects.filter(**({"instrument": wanted.instrument} if wanted.instrument else {}))
        rows = rows.filter(cited=keyed(units, "obligations", key=wanted.obligation))
    elif wanted.instrument:
        law = keyed(Instrument.objects.all(), "instruments", key=wanted.instrument)
        links = Publication.cited.through.objects.filter(obligation__instrument=law)
        rows = rows.filter(pk__in=links.values("publication"))
    return answered(PUBLICATIONS, publication_rows(rows), wanted)


@router.get("/publications/{public_id}", response={200: PublicationDetail, 410: Tombstone}, summary="One publication")
def publication(
    request: HttpRequest, public_id: Annotated[PublicId, Path(examples=["AT-A-000001"])]
) -> PublicationDetail | HttpResponse:
    """The full approved record, also when a later analysis took its place. 410 once withdrawn or retracted."""
    rows = Publication.objects.select_related(
        "provision__document__platform", "provision__document__collection", "wording", "version"
    )
    row = cited(rows, public_id, "publications")
    if not Publication.objects.readable().filter(pk=row.pk).exists():
        return told(tombstone(row))
    return publication_detail(row)


@router.get("/withdrawals", response=Listing[WithdrawalRecord], summary="Withdrawn and retracted publications")
def withdrawals(request: HttpRequest, wanted: Query[Place]) -> Listing[WithdrawalRecord]:
    """What to drop from a copy: identifiers, dates and notes, the latest identifier first."""
    rows = Publication.objects.exclude(withdrawn_at=None, retracted_at=None)
    return listing(WITHDRAWALS, rows, wanted)


@router.get("/attribute-values", response=Listing[AttributeValueRecord], summary="Coded facts across platforms")
def attribute_values(
    request: HttpRequest, wanted: Query[ValueFilters]
) -> Listing[AttributeValueRecord] | HttpResponseBase:
    """Coded facts of the analyses that stand, each with its quote, by attribute.

    A platform that is not in the list has not been read for the fact: that is no finding about it.
    """
    rows = AttributeValue.objects.filter(publication__in=Publication.objects.live())
    if wanted.attribute:
        rows = rows.filter(attribute=keyed(Attribute.objects.all(), "attributes", key=wanted.attribute))
    rows = rows.filter(value=wanted.value) if wanted.value else rows
    rows = narrowed(rows, wanted.platform, wanted.document, "publication__provision__document")
    rows = rows.filter(attribute__topic=wanted_topic(wanted.topic)) if wanted.topic else rows
    return answered(VALUES, attribute_value_rows(rows), wanted)
