"""Platforms, documents, captures, versions, incidents."""

from typing import Annotated, Literal

from django.db.models import Q
from django.http import HttpRequest
from ninja import Path, Query, Router
from pydantic import Field

from atlas.api.lists import Kind, Listing, listing
from atlas.api.parameters import Day, Key, Place, PublicId, cited, end_of, keyed, narrowed
from atlas.api.problems import not_found
from atlas.api.records import archive
from atlas.api.records.archive import (
    CaptureRecord,
    DocumentDetail,
    DocumentRecord,
    IncidentRecord,
    PlatformDetail,
    PlatformRecord,
    VersionAtDay,
    VersionDetail,
    VersionRecord,
)
from atlas.models import Document, Incident, Platform, Standing, Version
from atlas.site.coverage import good_captures, open_incidents

router = Router(tags=["Archive"])
DocumentId = Annotated[PublicId, Path(description="Identifier of a document.", examples=["AT-D-000001"])]

PLATFORMS = Kind[Platform, PlatformRecord](
    "platforms", ("name", "pk"), lambda rows: [archive.platform_record(row) for row in rows]
)
DOCUMENTS = Kind[Document, DocumentRecord](
    "documents", ("platform__name", "name", "pk"), lambda rows: [archive.document_record(row) for row in rows]
)
VERSIONS = Kind[Version, VersionRecord](
    "versions", ("-number",), lambda rows: [archive.version_record(row) for row in rows]
)
CAPTURES = Kind("captures", ("-sequence",), archive.capture_records)
INCIDENTS = Kind[Incident, IncidentRecord](
    "incidents", ("-opened_at", "-pk"), lambda rows: [archive.incident_record(row) for row in rows]
)


class DocumentFilters(Place):
    platform: Key = Field("", description="Slug of a platform, from `/platforms`.")
    standing: Literal["", *Standing.values] = Field("", description="Whether the document binds.")  # type: ignore[valid-type]


class IncidentFilters(Place):
    platform: Key = Field("", description="Slug of a platform, from `/platforms`.")
    document: PublicId = Field("", description="Identifier of a document.")
    state: Literal["open", "closed", "all"] = Field("open", description="`open`: not captured at present.")


@router.get("/platforms", response=Listing[PlatformRecord], summary="Platforms")
def platforms(request: HttpRequest, wanted: Query[Place]) -> Listing[PlatformRecord]:
    """The services whose documents are watched, by name."""
    return listing(PLATFORMS, Platform.objects.all(), wanted)


@router.get("/platforms/{slug}", response=PlatformDetail, summary="One platform")
def platform(request: HttpRequest, slug: Annotated[Key, Path(examples=["streamly"])]) -> PlatformDetail:
    """A platform, and how much Atlas holds of it."""
    return archive.platform_detail(keyed(Platform.objects.all(), "platforms", slug=slug))


@router.get("/documents", response=Listing[DocumentRecord], summary="Documents")
def documents(request: HttpRequest, wanted: Query[DocumentFilters]) -> Listing[DocumentRecord]:
    """Governance documents with their standing and whether they are being captured, by platform and name."""
    rows = Document.objects.all()
    if wanted.platform:
        rows = rows.filter(platform=keyed(Platform.objects.all(), "platforms", slug=wanted.platform))
    rows = rows.filter(standing=wanted.standing) if wanted.standing else rows
    return listing(DOCUMENTS, archive.with_health(rows), wanted)


@router.get("/documents/{public_id}", response=DocumentDetail, summary="One document")
def document(request: HttpRequest, public_id: DocumentId) -> DocumentDetail:
    """A document, its health, and the version that stands."""
    return archive.document_detail(cited(archive.with_health(Document.objects.all()), public_id, "documents"))


@router.get("/documents/{public_id}/captures", response=Listing[CaptureRecord], summary="Captures of a document")
def captures(request: HttpRequest, public_id: DocumentId, wanted: Query[Place]) -> Listing[CaptureRecord]:
    """Looks that showed the document, the latest first. Looks that did not are told by `/incidents`."""
    row = cited(Document.objects.all(), public_id, "documents")
    rows = good_captures().filter(document=row).select_related("version", "collection")
    return listing(CAPTURES, rows, wanted)


@router.get("/documents/{public_id}/versions", response=Listing[VersionRecord], summary="Versions of a document")
def versions(request: HttpRequest, public_id: DocumentId, wanted: Query[Place]) -> Listing[VersionRecord]:
    """Its distinct texts, the latest found first. The texts themselves: `/versions/{id}`."""
    row = cited(Document.objects.all(), public_id, "documents")
    rows = row.versions.select_related("document__platform", "snapshot").defer("snapshot__text")
    return listing(VERSIONS, rows, wanted)


@router.get(
    "/documents/{public_id}/versions/at/{day}", response=VersionAtDay, summary="A document as it stood on a day"
)
def version_at(
    request: HttpRequest, public_id: DocumentId, day: Annotated[Day, Path(examples=["2026-05-01"])]
) -> VersionAtDay:
    """The text that the latest good capture up to the end of that day (UTC) showed."""
    row = cited(Document.objects.all(), public_id, "documents")
    capture = archive.latest_good(row, before=end_of(day))
    if capture is None or capture.version is None:
        raise not_found(f"{row.public_id} had not been captured by {day}. Its versions: /documents/…/versions.")
    return VersionAtDay(
        day=day,
        captured_at=capture.captured_at,
        version=archive.version_detail(capture.version),
    )


@router.get("/versions/{public_id}", response=VersionDetail, summary="One version with its text")
def version(request: HttpRequest, public_id: Annotated[PublicId, Path(examples=["AT-V-000001"])]) -> VersionDetail:
    """One text of a document, exactly as archived, with its hash and the dates that it states of itself."""
    rows = Version.objects.select_related("document__platform", "document__collection", "snapshot")
    return archive.version_detail(cited(rows, public_id, "versions"))


@router.get("/incidents", response=Listing[IncidentRecord], summary="Incidents")
def incidents(request: HttpRequest, wanted: Query[IncidentFilters]) -> Listing[IncidentRecord]:
    """What could not be captured, the latest first."""
    rows = open_incidents() if wanted.state == "open" else Incident.objects.all()
    rows = rows.filter(~Q(closed_at=None)) if wanted.state == "closed" else rows
    rows = narrowed(rows, wanted.platform, wanted.document, "document")
    return listing(INCIDENTS, rows.select_related("document__platform"), wanted)
