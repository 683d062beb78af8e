"""What a citation says, whatever its format, and how it is made of the rows. Makes no query of its own."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.formats import date_format

from atlas.controls import one_line
from atlas.models import Approval, Change, Document, Provision, Publication, Version, Wording


@dataclass(frozen=True)
class Approver:
    name: str
    role: str

    def __str__(self) -> str:
        return f"{self.name} ({self.role})" if self.role else self.name


@dataclass(frozen=True)
class Checksum:
    """A SHA-256 and what it is of, in words."""

    of: str
    sha256: str

    def __str__(self) -> str:
        return f"SHA-256 of {self.of}: {self.sha256}"


@dataclass(frozen=True)
class Cited:
    """One thing to cite. Every text is on one line, with control characters shown.

    ``key`` serves as the key of an entry and as the name of a file. A thing that was ``ended`` (withdrawn or
    retracted) has neither the title nor the approvers nor the checksums that it had.
    """

    key: str
    identifier: str
    title: str
    described: str  # what it is, and of which document
    address: str
    published: datetime | None = None  # by us
    archived: datetime | None = None  # the first capture of the version that the text stands in
    platform: str = ""  # whose text it is; empty for what is ours
    number: str = ""
    approvers: tuple[Approver, ...] = ()
    checksums: tuple[Checksum, ...] = ()
    notes: tuple[str, ...] = ()
    ended: str = ""

    @property
    def remarks(self) -> list[str]:
        """What every format says in words, a sentence each and without its full stop."""
        archived = [f"Version first captured {in_words(self.archived)}"] if self.archived else []
        return [*([self.ended] if self.ended else []), *archived, *map(str, self.checksums), *self.notes]


def in_words(at: datetime) -> str:
    return date_format(at, "j F Y")


def provision_text(provision: Provision, wording: Wording, version: Version) -> Cited:
    """The archived ``wording`` of ``provision`` as it stands in ``version``; the address is that of the version."""
    document = provision.document
    return Cited(
        key=f"{provision.public_id}-{version.public_id.removeprefix('AT-')}",
        identifier=f"{provision.public_id} in {version.public_id}",
        title=one_line(provision.title),
        described=f"{one_line(document.name)}, text as archived",
        address=f"{settings.BASE_URL}{version.get_absolute_url()}#{provision.public_id}",
        archived=version.first_captured_at,
        platform=one_line(document.platform.name),
        checksums=(Checksum("the text", wording.text_sha256),),
        notes=_notes(document),
    )


def document_version(version: Version) -> Cited:
    """A whole archived text."""
    document = version.document
    return Cited(
        key=version.public_id,
        identifier=version.public_id,
        title=one_line(document.name),
        described="text as archived",
        address=f"{settings.BASE_URL}{version.get_absolute_url()}",
        archived=version.first_captured_at,
        platform=one_line(document.platform.name),
        number=str(version.number),
        checksums=(Checksum("the text", version.snapshot.sha256),),
        notes=_notes(document),
    )


def change(row: Change) -> Cited:
    """What happened to a provision between two captures. Has both wordings selected."""
    texts = (("the text before", row.old_wording), ("the text after", row.new_wording))
    kind = f"{row.get_kind_display().lower()} ({row.get_significance_display().lower()} change)"
    return Cited(
        key=row.public_id,
        identifier=row.public_id,
        title=one_line(row.provision.title),
        described=f"{kind} in {_place(row.document)}, {row.provision.public_id}",
        address=f"{settings.BASE_URL}{row.get_absolute_url()}",
        published=row.capture.captured_at,
        checksums=tuple(Checksum(name, wording.text_sha256) for name, wording in texts if wording),
        notes=_notes(row.document),
    )


def analysis(publication: Publication, approvals: Iterable[Approval]) -> Cited:
    """An approved analysis. One that was withdrawn or retracted is cited as that, and nothing of it is repeated."""
    if ended := ending(publication):
        return ended_analysis(publication, ended)
    return Cited(
        key=publication.public_id,
        identifier=publication.public_id,
        title=one_line(publication.title),
        described=f"analysis of {_analysed(publication)} in {publication.version.public_id}",
        address=f"{settings.BASE_URL}{publication.permalink}",
        published=publication.published_at,
        archived=publication.version.first_captured_at,
        number=publication.number,
        approvers=tuple(Approver(one_line(row.name), one_line(row.role)) for row in approvals),
        checksums=(Checksum("the analysis", publication.content_sha256),),
        notes=_superseded(publication) + _notes(publication.provision.document),
    )


def ended_analysis(publication: Publication, ended: str) -> Cited:
    """One whose text may not be repeated; ``ended`` says how that came, in the words of :func:`ended_in_words`."""
    return Cited(
        key=publication.public_id,
        identifier=publication.public_id,
        title=f"{ended.partition(' ')[0]} analysis",
        described=f"analysis of {_analysed(publication)}",
        address=f"{settings.BASE_URL}{publication.permalink}",
        published=publication.published_at,
        number=publication.number,
        notes=_fiction(publication.provision.document),
        ended=ended,
    )


def ending(publication: Publication) -> str:
    """How and when a publication ended, with the note for readers; empty for one that did not."""
    if publication.retracted_at:
        return ended_in_words("Retracted", publication.retracted_at, publication.retraction_note)
    if publication.withdrawn_at:
        return ended_in_words("Withdrawn", publication.withdrawn_at, publication.withdrawal_note)
    return ""


def ended_in_words(how: str, at: datetime, note: str) -> str:
    told = one_line(note).rstrip(".")
    return f"{how} on {in_words(at)}{f': {told}' if told else ''}"


def _analysed(publication: Publication) -> str:
    return f"{_place(publication.provision.document)}, {publication.provision.public_id}"


def _place(document: Document) -> str:
    return f"{one_line(document.platform.name)}, {one_line(document.name)}"


def _superseded(publication: Publication) -> tuple[str, ...]:
    return (f"Superseded on {in_words(publication.superseded_at)}",) if publication.superseded_at else ()


def _notes(document: Document) -> tuple[str, ...]:
    """The licence of the archived text, where it came from another archive, and what is made up."""
    collection = document.collection
    if collection is None:
        return _fiction(document)
    licence = f" ({one_line(collection.licence)})" if collection.licence else ""
    return (f"Text: {one_line(collection.attribution or collection.name).rstrip('.')}{licence}", *_fiction(document))


def _fiction(document: Document) -> tuple[str, ...]:
    return ("Sample data: the platform is fictional",) if document.platform.is_sample else ()
