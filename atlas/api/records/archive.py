"""Platforms, documents, accepted captures, versions, incidents. Text of held and failed captures is in none of them."""

import datetime
from collections.abc import Iterable, Sequence

from django.db.models import Prefetch, QuerySet
from pydantic import BaseModel, Field

from atlas.api.records.references import (
    Coded,
    DocumentRef,
    PlatformRef,
    Source,
    VersionRef,
    document_ref,
    platform_ref,
    source_of,
    version_ref,
)
from atlas.archive.telling.counting import totals
from atlas.models import Capture, Document, Incident, Outcome, Platform, Version
from atlas.site.coverage import good_captures, open_incidents, with_captures
from atlas.site.dates import Stated, dates_of
from atlas.site.stability import looks_at


class PlatformRecord(PlatformRef):
    """A service whose documents are watched."""

    description: str
    website: str


class Counts(BaseModel):
    """How much Atlas holds; each number equals the length of the list of that name."""

    documents: int
    provisions: int = Field(description="In force.")
    publications: int = Field(description="Standing now.")
    changes: int = Field(description="Announced.")
    incidents: int = Field(description="Open.")


class PlatformDetail(PlatformRecord):
    counts: Counts


class IncidentRecord(BaseModel):
    """A time over which a document could not be captured. Its last good text stays shown."""

    document: DocumentRef
    cause: str = Field(description="What looked wrong, in words.")
    opened_at: datetime.datetime
    closed_at: datetime.datetime | None = Field(description="When a good capture closed it; null while it is open.")


class Health(BaseModel):
    """Whether the document is being captured."""

    state: Coded = Field(description="captured, not_captured (an incident is open) or never_captured.")
    looked_at: datetime.datetime | None = Field(description="The latest look, whether or not it showed the document.")
    outcome: Coded | None = Field(description="What the latest look brought.")
    verified_at: datetime.datetime | None = Field(description="The latest look that showed the document.")
    cause: str = Field(description="What is wrong, in words; empty if nothing is.")
    since: datetime.datetime | None = Field(description="Since when that is wrong.")


class DocumentRecord(DocumentRef):
    """One governance document of a platform."""

    terms_type: str = Field(examples=["Privacy Policy"])
    standing: Coded = Field(description="Whether it binds: agreement, incorporated by reference, policy, commitment …")
    region: str = Field(description="Empty where the text is the same everywhere, or nobody has said.")
    language: str
    source_urls: list[str] = Field(description="Where it is captured.")
    variant_of: str | None = Field(description="The document of which this is another region or language.")
    source: Source | None = Field(description="The archive it was imported from; null if captured by this Atlas.")
    health: Health


class StatedDateRecord(BaseModel):
    """A date that the text states of itself."""

    value: str = Field(description="ISO 8601, without a day where the text names none.", examples=["2026-03-14"])
    quote: str = Field(description="The words that state it. Text of the platform.")


class VersionRecord(VersionRef):
    """One distinct text of a document."""

    document: DocumentRef
    first_captured_at: datetime.datetime
    sha256: str = Field(description="SHA-256 of the text in UTF-8.", pattern="^[0-9a-f]{64}$")


class VersionDetail(VersionRecord):
    """A version with its text, exactly as archived. The text is the platform's, and quoted as evidence."""

    recorded_at: datetime.datetime | None = Field(description="When this Atlas wrote the first capture down.")
    stated_effective: StatedDateRecord | None
    stated_updated: StatedDateRecord | None
    source: Source | None
    text: str


class VersionAtDay(BaseModel):
    """The text that the latest good capture up to the end of a day showed."""

    day: datetime.date
    captured_at: datetime.datetime = Field(description="When that capture was made: what came later is not known.")
    version: VersionDetail


class DocumentDetail(DocumentRecord):
    is_unstable: bool = Field(description="It went back and forth between texts more than four times in 14 days.")
    version: VersionRef | None = Field(description="The text that stands; null if none was ever captured.")


class CaptureRecord(BaseModel):
    """One look at a document that showed it. Held and failed looks are told as incidents."""

    number: int = Field(description="Its place among all looks at the document.")
    captured_at: datetime.datetime = Field(description="When the platform was looked at.")
    recorded_at: datetime.datetime = Field(description="When this Atlas wrote it down.")
    outcome: Coded
    version: VersionRef
    source: Source | None
    source_ref: str = Field(description="Imported: the commit it was read from.")


def platform_record(row: Platform) -> PlatformRecord:
    return PlatformRecord(**dict(platform_ref(row)), description=row.description, website=row.website)


def platform_detail(row: Platform) -> PlatformDetail:
    """Six queries."""
    held = totals([row.pk])
    counts = Counts(**{name: held[name] for name in Counts.model_fields})
    return PlatformDetail(**dict(platform_record(row)), counts=counts)


def with_health(rows: QuerySet[Document]) -> QuerySet[Document]:
    """``rows`` with all that a :class:`DocumentRecord` tells. Two queries."""
    opened = Prefetch("incidents", queryset=open_incidents(), to_attr="open_incidents")
    return with_captures(rows.select_related("platform", "collection")).prefetch_related(opened)


def document_record(row: Document) -> DocumentRecord:
    """Of a row ``with_health``."""
    return DocumentRecord(
        **dict(document_ref(row)),
        terms_type=row.terms_type,
        standing=Coded(code=row.standing, words=row.get_standing_display()),
        region=row.region,
        language=row.language,
        source_urls=[str(url) for url in row.source_urls],
        variant_of=Document(pk=row.variant_of_id).public_id if row.variant_of_id else None,
        source=source_of(row.collection),
        health=_health(row),
    )


def _health(row: Document) -> Health:
    looked_at, outcome = getattr(row, "looked_at", None), getattr(row, "outcome", None)
    incidents: Sequence[Incident] = getattr(row, "open_incidents", ())
    state = Coded(code="captured", words="Captured")
    if incidents:
        state = Coded(code="not_captured", words="Not captured at present")
    elif looked_at is None:
        state = Coded(code="never_captured", words="Not captured yet")
    return Health(
        state=state,
        looked_at=looked_at,
        outcome=Coded(code=outcome, words=Outcome(outcome).label) if outcome else None,
        verified_at=getattr(row, "verified_at", None),
        cause=incidents[0].cause if incidents else "",
        since=incidents[0].opened_at if incidents else None,
    )


def document_detail(row: Document) -> DocumentDetail:
    """Of a row ``with_health``. Two queries."""
    standing = latest_good(row)
    return DocumentDetail(
        **dict(document_record(row)),
        is_unstable=looks_at(row).is_unstable,
        version=version_ref(standing.version) if standing and standing.version else None,
    )


def latest_good(document: Document, *, before: datetime.datetime | None = None) -> Capture | None:
    """The latest capture that showed the document, of those made before a time if one is given. One query."""
    rows = (
        good_captures()
        .filter(document=document)
        .select_related("version__snapshot", "version__document__platform", "version__document__collection")
    )
    return (rows.filter(captured_at__lt=before) if before else rows).order_by("-sequence").first()


def capture_records(rows: Iterable[Capture]) -> list[CaptureRecord]:
    """Of good captures with version and collection selected."""
    return [
        CaptureRecord(
            number=row.sequence,
            captured_at=row.captured_at,
            recorded_at=row.recorded_at,
            outcome=Coded(code=row.outcome, words=row.get_outcome_display()),
            version=version_ref(row.version),
            source=source_of(row.collection),
            source_ref=row.source_ref,
        )
        for row in rows
        if row.version
    ]


def version_record(row: Version) -> VersionRecord:
    """Of a version with document, platform and snapshot selected."""
    return VersionRecord(
        **dict(version_ref(row)),
        document=document_ref(row.document),
        first_captured_at=row.first_captured_at,
        sha256=row.snapshot.sha256,
    )


def version_detail(row: Version) -> VersionDetail:
    """Of a version with document, platform, collection and snapshot selected. Two queries."""
    first = Capture.objects.filter(version=row).order_by("sequence").first()
    dates = dates_of(row, first)
    return VersionDetail(
        **dict(version_record(row)),
        recorded_at=first.recorded_at if first else None,
        stated_effective=_stated(dates.effective),
        stated_updated=_stated(dates.updated),
        source=source_of(row.document.collection),
        text=row.text,
    )


def _stated(date: Stated | None) -> StatedDateRecord | None:
    return StatedDateRecord(value=date.value, quote=date.quote) if date else None


def incident_record(row: Incident) -> IncidentRecord:
    """Of an incident with its document and platform selected."""
    return IncidentRecord(
        document=document_ref(row.document), cause=row.cause, opened_at=row.opened_at, closed_at=row.closed_at
    )
