"""How records name each other: an identifier to ask with, the words to show, the page to send a reader to."""

from django.conf import settings
from pydantic import BaseModel, Field

from atlas.models import Collection, Document, Platform, Provision, Version


class Coded(BaseModel):
    """An entry of a closed list."""

    code: str = Field(description="The code, which never changes its meaning.", examples=["modified"])
    words: str = Field(description="What readers see.", examples=["Modified"])


class PlatformRef(BaseModel):
    slug: str = Field(examples=["streamly"])
    name: str
    is_fictional: bool = Field(description="Sample data, made for trying Atlas out: it describes nobody's terms.")
    url: str = Field(description="Its page.")


class DocumentRef(BaseModel):
    id: str = Field(examples=["AT-D-000001"])
    name: str
    platform: PlatformRef
    url: str = Field(description="Its page.")


class ProvisionRef(BaseModel):
    id: str = Field(examples=["AT-P-000123"])
    title: str = Field(description="The heading it stands under, or its first words. Text of the platform.")
    url: str = Field(description="Its page.")


class VersionRef(BaseModel):
    id: str = Field(examples=["AT-V-000012"])
    number: int = Field(description="1 is the first text that was seen of the document.")
    url: str = Field(description="Its page.")


class Source(BaseModel):
    """The archive that the text comes from. Keep its attribution when you pass the text on."""

    collection: str
    licence: str
    attribution: str


def address(path: str) -> str:
    """The full address of a page of ours."""
    return f"{settings.BASE_URL}{path}"


def platform_ref(row: Platform) -> PlatformRef:
    return PlatformRef(slug=row.slug, name=row.name, is_fictional=row.is_sample, url=address(row.get_absolute_url()))


def document_ref(row: Document) -> DocumentRef:
    """Of a document with its platform selected."""
    return DocumentRef(
        id=row.public_id, name=row.name, platform=platform_ref(row.platform), url=address(row.get_absolute_url())
    )


def provision_ref(row: Provision) -> ProvisionRef:
    return ProvisionRef(id=row.public_id, title=row.title, url=address(row.get_absolute_url()))


def version_ref(row: Version) -> VersionRef:
    return VersionRef(id=row.public_id, number=row.number, url=address(row.get_absolute_url()))


def source_of(collection: Collection | None) -> Source | None:
    """None where we captured the text ourselves."""
    if collection is None:
        return None
    return Source(collection=collection.name, licence=collection.licence, attribution=collection.attribution)
