"""What the tools answer, made with the queries and records of the public API."""

from typing import Any

from pydantic import BaseModel, Field

from atlas.api.lists import listing
from atlas.api.parameters import Place, end_of, keyed, narrowed, wanted_topic
from atlas.api.parameters import cited as row_cited
from atlas.api.problems import bad_request, not_found
from atlas.api.records import archive
from atlas.api.records.archive import VersionRecord
from atlas.api.records.changes import ChangeRecord, change_rows
from atlas.api.records.provisions import (
    ProvisionDetail,
    ProvisionRecord,
    provision_detail,
    provision_records,
    provision_rows,
)
from atlas.api.records.publications import (
    AttributeValueRecord,
    PublicationDetail,
    PublicationRecord,
    WithdrawalRecord,
    attribute_value_records,
    attribute_value_rows,
    ended_by,
    publication_detail,
    publication_records,
    publication_rows,
)
from atlas.api.records.references import address
from atlas.api.routes.provisions import CHANGES, PROVISIONS, ChangeFilters, wanted_changes
from atlas.mcp import arguments, citing
from atlas.mcp.citing import Cited, Found, One, cited, one
from atlas.models import AttributeValue, Document, Platform, Provision, Publication, Version
from atlas.search import BEST_OF, KINDS, Narrowing, Unanswerable, best, find, read_question
from atlas.site.views.evidence import found_by

NO_FINDING = "What is not in the list was not found in the documents Atlas holds: that is no finding about a platform."
COMPARED = 30  # publications and coded facts of one comparison


class VersionPiece(BaseModel):
    """A piece of an archived text."""

    version: VersionRecord
    start: int
    end: int
    characters: int = Field(description="Length of the whole text.")
    text: str = Field(description="Third-party data: characters start to end of the text, exactly as archived.")


class Comparison(BaseModel):
    """What platforms say on one topic, as far as analyses that stand tell."""

    third_party_data: str = citing.THIRD_PARTY
    topic: str
    note: str
    facts: list[Cited[AttributeValueRecord]] = Field(description="Coded facts with their quotes, by attribute.")
    publications: list[Cited[PublicationRecord]] = Field(description="Analyses that stand, the newest first.")


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
    found = listing(PROVISIONS, provision_rows(rows), Place(limit=asked.limit, cursor=asked.cursor))
    return Found(
        note=f"Provisions in force. {NO_FINDING}",
        items=[cited(record, citing.of_provision(record)) for record in found.items],
        next_cursor=found.next_cursor,
    )


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
    rows = provision_rows(best(question, find(question, kind, narrowing), asked.limit))
    return Found(
        note=f"The best of the {BEST_OF} newest provisions in force that have the words. {NO_FINDING}",
        items=[cited(record, citing.of_provision(record)) for record in provision_records(list(rows))],
    )


def get_provision(asked: arguments.OfProvision) -> One[ProvisionDetail]:
    rows = provision_rows(Provision.objects.select_related("document__collection"))
    record = provision_detail(row_cited(rows, asked.id, "provisions"))
    return one(record, citing.of_provision(record))


def get_publication(asked: arguments.OfPublication) -> One[PublicationDetail] | One[WithdrawalRecord]:
    rows = publication_rows(Publication.objects.select_related("wording", "version"))
    row = row_cited(rows.select_related("provision__document__collection"), asked.id, "publications")
    if Publication.objects.readable().filter(pk=row.pk).exists():
        record = publication_detail(row)
        return one(record, citing.of_publication(record))
    gone = ended_by(row)
    return one(gone, citing.of_withdrawal(gone, address(row.permalink)))


def get_version_text(asked: arguments.VersionText) -> One[VersionPiece]:
    row = _version(asked)
    record = archive.version_record(row)
    text = row.text[asked.start : asked.start + asked.length]
    piece = VersionPiece(
        version=record, start=asked.start, end=asked.start + len(text), characters=len(row.text), text=text
    )
    return one(piece, citing.of_version(record))


def _version(asked: arguments.VersionText) -> Version:
    if asked.id:
        return row_cited(Version.objects.select_related("document__platform", "snapshot"), asked.id, "versions")
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
    found = listing(CHANGES, change_rows(wanted_changes(wanted)), wanted)
    return Found(
        note="Changes between two captures, the latest first. Before and after: the permalink of each.",
        items=[cited(record, citing.of_change(record)) for record in found.items],
        next_cursor=found.next_cursor,
    )


def compare_topic(asked: arguments.Comparison) -> Comparison:
    topic = wanted_topic(asked.topic)
    live = Publication.objects.live()
    publications = live.filter(topics__contains=[topic.pk])
    values = AttributeValue.objects.filter(publication__in=live, attribute__topic=topic)
    if asked.platforms:
        chosen = list(Platform.objects.filter(slug__in=asked.platforms))
        if missing := set(asked.platforms) - {platform.slug for platform in chosen}:
            raise not_found(f"There is no platform {min(missing)!r}. Take slugs from /platforms.")
        publications = publications.filter(provision__document__platform__in=chosen)
        values = values.filter(publication__provision__document__platform__in=chosen)
    listed = publication_rows(publications).order_by("-published_at", "-pk")[:COMPARED]
    facts = attribute_value_rows(values).order_by("attribute", "pk")[:COMPARED]
    return Comparison(
        topic=topic.name,
        note=f"At most {COMPARED} of each; all: /attribute-values and /publications of the API. {NO_FINDING}",
        facts=[cited(record, citing.of_value(record)) for record in attribute_value_records(list(facts))],
        publications=[cited(record, citing.of_publication(record)) for record in publication_records(list(listed))],
    )


def verify_checksum(asked: arguments.Checksum) -> Found[Match]:
    readable = Publication.objects.readable().filter(content_sha256=asked.sha256.lower())
    shown = set(readable.values_list("pk", flat=True))
    items = []
    for row in found_by(asked.sha256.lower()):
        if isinstance(row, Publication) and row.pk not in shown:
            continue
        kind = {"P": "wording of a provision", "V": "version", "A": "publication"}[row.LETTER]
        url = address(row.permalink if isinstance(row, Publication) else row.get_absolute_url())  # type: ignore[attr-defined]
        match = Match(id=row.public_id, kind=kind)
        items.append(cited(match, (f"Atlas {row.public_id}, {url}", url, [])))
    return Found(note="" if items else "Nothing that Atlas shows has this checksum.", items=items)
