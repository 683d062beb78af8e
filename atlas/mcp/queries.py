"""What the tools answer, made with the queries and records of the public API, each row with its citation."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Prefetch, QuerySet, prefetch_related_objects
from pydantic import BaseModel, Field

from atlas.api.lists import Kind, listing
from atlas.api.parameters import Place, end_of, keyed, narrowed, wanted_topic
from atlas.api.parameters import cited as row_cited
from atlas.api.problems import bad_request, not_found
from atlas.api.records import archive
from atlas.api.records.archive import VersionRecord
from atlas.api.records.changes import ChangeRecord, change_record, change_rows
from atlas.api.records.provisions import (
    ProvisionDetail,
    ProvisionRecord,
    provision_detail,
    provision_records,
    provision_rows,
)
from atlas.api.records.publications import (
    PublicationDetail,
    WithdrawalRecord,
    ended_by,
    publication_detail,
    publication_rows,
)
from atlas.api.routes.provisions import CHANGES, PROVISIONS, ChangeFilters, wanted_changes
from atlas.citing import cited as citations
from atlas.citing.texts import texts_to_cite
from atlas.mcp import arguments, citing
from atlas.mcp.citing import Cited, Found, One, cited, one, told
from atlas.models import Change, Document, Platform, Provision, Publication, Snapshot, Version, Wording
from atlas.models.identifiers import PublicIdentifier
from atlas.search import BEST_OF, KINDS, Narrowing, Unanswerable, best, find, read_question
from atlas.site.views.evidence import found_by

NO_FINDING = "What is not in the list was not found in the documents Atlas holds: that is no finding about a platform."


class VersionPiece(BaseModel):
    """A piece of an archived text."""

    version: VersionRecord
    start: int
    end: int
    characters: int = Field(description="Length of the whole text.")
    text: str = Field(description="Third-party data: characters start to end of the text, exactly as archived.")


class Match(BaseModel):
    """Something with that checksum."""

    id: str
    kind: str


def search_provisions(asked: arguments.Search) -> Found[ProvisionRecord]:
    """With words the best hits, as on the site's search page; without, all by platform and topic."""
    if asked.words.strip():
        return _best_hits(asked)
    rows = narrowed(Provision.objects.in_force(), asked.platform, "", "document")
    rows = rows.filter(topics=wanted_topic(asked.topic)) if asked.topic else rows
    kind = Kind[Provision, Cited[ProvisionRecord]](PROVISIONS.name, PROVISIONS.order, _cited_provisions)
    found = listing(kind, provision_rows(_citable(rows)), Place(limit=asked.limit, cursor=asked.cursor))
    return Found(note=f"Provisions in force. {NO_FINDING}", items=found.items, next_cursor=found.next_cursor)


def _best_hits(asked: arguments.Search) -> Found[ProvisionRecord]:
    if asked.cursor:
        raise bad_request("The best hits are not paged: leave the cursor out, and ask with more words instead.")
    try:
        question = read_question(asked.words)
    except Unanswerable as error:
        raise bad_request(str(error)) from None
    narrowing = Narrowing(
        platform=keyed(Platform.objects.all(), "platforms", slug=asked.platform) if asked.platform else None,
        topic=wanted_topic(asked.topic) if asked.topic else None,
    )
    kind = KINDS["provisions"]
    rows = provision_rows(_citable(best(question, find(question, kind, narrowing), asked.limit)))
    return Found(
        note=f"The best of the {BEST_OF} newest provisions in force that have the words. {NO_FINDING}",
        items=_cited_provisions(list(rows)),
    )


def _citable(rows: QuerySet[Provision]) -> QuerySet[Provision]:
    return rows.select_related("document__collection")


def _cited_provisions(rows: Sequence[Provision]) -> list[Cited[ProvisionRecord]]:
    texts = texts_to_cite(rows)
    records = zip(provision_records(rows), rows, strict=True)
    return [cited(record, citing.of_provision(record, texts.get(row.pk))) for record, row in records]


def get_provision(asked: arguments.OfProvision) -> One[ProvisionDetail]:
    row = row_cited(provision_rows(_citable(Provision.objects.all())), asked.id, "provisions")
    record = provision_detail(row)
    return one(record, citing.of_provision(record, texts_to_cite([row]).get(row.pk)))


def get_publication(asked: arguments.OfPublication) -> One[PublicationDetail] | One[WithdrawalRecord]:
    rows = publication_rows(Publication.objects.select_related("wording", "version").prefetch_related("approvals"))
    row = row_cited(rows.select_related("provision__document__collection"), asked.id, "publications")
    if Publication.objects.readable().filter(pk=row.pk).exists():
        record = publication_detail(row)
        return one(record, citing.of_publication(record, row))
    gone = ended_by(row)
    return one(gone, citing.of_withdrawal(gone, row))


def get_version_text(asked: arguments.VersionText) -> One[VersionPiece]:
    row = _version(asked)
    record = archive.version_record(row)
    text = row.text[asked.start : asked.start + asked.length]
    piece = VersionPiece(
        version=record, start=asked.start, end=asked.start + len(text), characters=len(row.text), text=text
    )
    return one(piece, citing.of_version(record, row))


def _version(asked: arguments.VersionText) -> Version:
    if asked.id:
        rows = Version.objects.select_related("document__platform", "document__collection", "snapshot")
        return row_cited(rows, asked.id, "versions")
    if not (asked.document and asked.day):
        raise bad_request("Give the identifier of a version, or a document and a day.")
    document = row_cited(Document.objects.all(), asked.document, "documents")
    capture = archive.latest_good(document, before=end_of(asked.day))
    if capture is None or capture.version is None:
        raise not_found(f"{document.public_id} had not been captured by {asked.day}.")
    return capture.version


def list_changes(asked: arguments.Changes) -> Found[ChangeRecord]:
    filters: dict[str, Any] = asked.model_dump(exclude={"change_class"})
    wanted = ChangeFilters.model_validate(filters | {"class": asked.change_class})
    rows = change_rows(wanted_changes(wanted)).select_related("document__collection", "old_wording", "new_wording")
    rows = rows.defer("old_wording__text", "new_wording__text")
    kind = Kind[Change, Cited[ChangeRecord]](CHANGES.name, CHANGES.order, _cited_changes)
    found = listing(kind, rows, wanted)
    note = "Changes between two captures, the latest first. Before and after: the permalink of each."
    return Found(note=note, items=found.items, next_cursor=found.next_cursor)


def _cited_changes(rows: Sequence[Change]) -> list[Cited[ChangeRecord]]:
    records = ((change_record(row), row) for row in rows)
    return [cited(record, citing.of_change(record, row)) for record, row in records]


def verify_checksum(asked: arguments.Checksum) -> Found[Match]:
    sha256 = asked.sha256.lower()
    found = found_by(sha256)
    versions = [row for row in found if isinstance(row, Version)]
    publications = _readable(row for row in found if isinstance(row, Publication))
    provisions = [row for row in found if isinstance(row, Provision)]
    prefetch_related_objects(versions, "document__collection", _SNAPSHOT)
    items = [_match(row, "version", citations.document_version(row)) for row in versions]
    wordings = Wording.objects.filter(text_sha256=sha256, provision__in=provisions).defer("text")
    for wording in wordings.select_related("first_capture__version", *_of("provision__document")):
        if version := wording.first_capture.version:
            thing = citations.provision_text(wording.provision, wording, version)
            items.append(_match(wording.provision, "wording of a provision", thing))
    items += [_match(row, "publication", citations.analysis(row, row.approvals.all())) for row in publications]
    return Found(note="" if items else "Nothing that Atlas shows has this checksum.", items=items)


_SNAPSHOT = Prefetch("snapshot", Snapshot.objects.defer("text"))


def _match(row: PublicIdentifier, kind: str, thing: citations.Cited) -> Cited[Match]:
    return cited(Match(id=row.public_id, kind=kind), told(thing, []))


def _of(document: str) -> tuple[str, str]:
    return f"{document}__platform", f"{document}__collection"


def _readable(rows: Iterable[Publication]) -> QuerySet[Publication]:
    readable = Publication.objects.readable().filter(pk__in=[row.pk for row in rows])
    return readable.select_related("version", *_of("provision__document")).prefetch_related("approvals").order_by("pk")
