"""Provisions: in force or removed, with every wording that was archived of them."""

import datetime
from collections.abc import Sequence

from django.db.models import QuerySet
from pydantic import BaseModel, Field

from atlas.api.records.references import (
    Coded,
    DocumentRef,
    ProvisionRef,
    Source,
    VersionRef,
    document_ref,
    provision_ref,
    source_of,
    version_ref,
)
from atlas.models import Change, Provision, Publication, Wording
from atlas.site.reading import Reading, read, read_all


class AnalysisState(BaseModel):
    """Whether readers see an approved analysis, and of which text."""

    words: str = Field(examples=["Approved", "Describes an earlier text", "Not yet analysed"])
    publication: str | None = Field(description="The publication that is shown.", examples=["AT-A-000007"])
    is_stale: bool = Field(description="It describes a text that is not, or no longer, in force.")


class WordingRef(BaseModel):
    """One text of a provision, exactly as archived. The text is the platform's."""

    number: int = Field(description="1 is the first wording of the provision.")
    heading_path: list[str] = Field(description="The headings it stands under, the outermost first.")
    text: str
    sha256: str = Field(description="SHA-256 of the text in UTF-8.", pattern="^[0-9a-f]{64}$")


class WordingRecord(WordingRef):
    is_in_force: bool
    first_captured_at: datetime.datetime
    version: VersionRef | None = Field(description="The version in which it was first seen.")


class ProvisionRecord(ProvisionRef):
    """What a lawyer would cite; the identifier lasts across versions of the document."""

    document: DocumentRef
    is_in_force: bool
    removed_at: datetime.datetime | None
    topics: list[str] = Field(description="Keys of `/topics`.")
    wording: WordingRef | None = Field(description="The text in force; null for one that was removed.")
    analysis: AnalysisState


class PublicationInHistory(BaseModel):
    """A publication of the provision. Of one that was withdrawn or retracted, only that it was."""

    id: str = Field(examples=["AT-A-000007"])
    state: Coded
    published_at: datetime.datetime


class ProvisionDetail(ProvisionRecord):
    source: Source | None
    wordings: list[WordingRecord] = Field(description="The newest first.")
    changes: list[str] = Field(description="Identifiers of its changes, the newest first.")
    publications: list[PublicationInHistory] = Field(description="The newest first.")


def provision_rows(rows: QuerySet[Provision]) -> QuerySet[Provision]:
    """``rows`` with what a :class:`ProvisionRecord` tells. Two queries."""
    return rows.select_related("document__platform", "current_wording").prefetch_related("topics")


def provision_records(rows: Sequence[Provision]) -> list[ProvisionRecord]:
    """Of ``provision_rows``. One query."""
    return [_record(reading) for reading in read_all(rows)]


def _record(reading: Reading) -> ProvisionRecord:
    row = reading.provision
    wording = row.current_wording if row.removed_at is None else None
    return ProvisionRecord(
        **dict(provision_ref(row)),
        document=document_ref(row.document),
        is_in_force=row.removed_at is None,
        removed_at=row.removed_at,
        topics=sorted(topic.pk for topic in row.topics.all()),
        wording=wording_ref(wording) if wording else None,
        analysis=AnalysisState(
            words=reading.state,
            publication=reading.shown.public_id if reading.shown else None,
            is_stale=reading.is_stale,
        ),
    )


def provision_detail(row: Provision) -> ProvisionDetail:
    """Of one of ``provision_rows`` with the document's collection. Four queries."""
    publications = list(row.publications.with_cuts().select_related("wording").order_by("-pk"))
    wordings = row.wordings.select_related("first_capture__version").order_by("-number")
    return ProvisionDetail(
        **dict(_record(read(row, publications))),
        source=source_of(row.document.collection),
        wordings=[_wording(wording, row) for wording in wordings],
        changes=[change.public_id for change in Change.objects.filter(provision=row).only("pk").latest_first()],
        publications=[_in_history(publication) for publication in publications],
    )


def wording_ref(row: Wording) -> WordingRef:
    return WordingRef(number=row.number, heading_path=row.heading_path, text=row.text, sha256=row.text_sha256)


def _wording(row: Wording, provision: Provision) -> WordingRecord:
    seen = row.first_capture
    return WordingRecord(
        **dict(wording_ref(row)),
        is_in_force=provision.removed_at is None and row.pk == provision.current_wording_id,
        first_captured_at=seen.captured_at,
        version=version_ref(seen.version) if seen.version else None,
    )


def _in_history(row: Publication) -> PublicationInHistory:
    return PublicationInHistory(id=row.public_id, state=publication_state(row), published_at=row.published_at)


def publication_state(row: Publication) -> Coded:
    """Live, superseded, withdrawn or retracted."""
    if row.retracted_at:
        return Coded(code="retracted", words="Retracted")
    if row.withdrawn_at:
        return Coded(code="withdrawn", words="Withdrawn")
    if row.superseded_at:
        return Coded(code="superseded", words="Superseded by a later analysis")
    return Coded(code="live", words="Stands")
