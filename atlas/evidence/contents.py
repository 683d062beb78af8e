"""What is in the evidence pack of a publication: a file for each thing that it rests on. Reads the database.

The standing of the publication (superseded, withdrawn …) is not part of it, so that its pack is the same, byte by byte,
whenever and wherever it is made: until a name, or the catalogue's words about a law that it cites, are corrected.
"""

import json
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from atlas.archive.texts.locating import locate
from atlas.archive.texts.wording_diff import diff_words
from atlas.evidence.prose import analysis_as_text, instructions
from atlas.markup import citations, quotes
from atlas.models import (
    PARTS,
    TEXT_FIELDS,
    Attribute,
    Change,
    Obligation,
    Publication,
    UnknownIdentifier,
    Version,
    Wording,
)

Files = dict[str, bytes]
History = Callable[[Publication], dict[str, Any]]


def files_of(publication: Publication) -> Files:
    """Name → content of every file of the pack but the manifest, with the queries of one page."""
    publication = _with_what_it_names(publication)
    named = _versions_named_in(publication)
    files: Files = {
        "README.txt": instructions(publication).encode(),
        "publication.json": _json(_record(publication)),
        "analysis.txt": analysis_as_text(publication).encode(),
        "wording.txt": publication.wording.text.encode(),
        f"versions/{publication.version.public_id}.md": publication.version.text.encode(),
        "quotes.json": _json(_places(publication, named)),
        "obligations.json": _json([_obligation(row) for row in _cited(publication)]),
        "coded-facts.json": _json(_coded_facts(publication)),
        "review.json": _json(_review(publication)),
    }
    for version in named.values():
        files[f"versions/{version.public_id}.md"] = version.text.encode()
    change = _change_to(publication.wording)
    if change is not None and change.old_wording is not None:
        files |= _difference(change, change.old_wording, publication.wording)
    return files


def _with_what_it_names(publication: Publication) -> Publication:
    rows = Publication.objects.select_related(
        "provision__document__platform",
        "provision__document__collection",
        "wording__first_capture",
        "version__snapshot",
    )
    return rows.prefetch_related("approvals").get(pk=publication.pk)


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _record(publication: Publication) -> dict[str, Any]:
    provision, version, wording = publication.provision, publication.version, publication.wording
    document = provision.document
    collection = document.collection
    return {
        "publication": publication.public_id,
        "permalink": f"{settings.BASE_URL}{publication.permalink}",
        "number": publication.number,
        "published_at": publication.published_at.isoformat(),
        "platform": document.platform.name,
        "platform_is_fictional": document.platform.is_sample,
        "document": {"id": document.public_id, "name": document.name, "standing": document.get_standing_display()},
        "provision": {"id": provision.public_id, "heading_path": wording.heading_path},
        "wording": {"number": wording.number, "sha256": wording.text_sha256, "file": "wording.txt"},
        "version": {
            "id": version.public_id,
            "number": version.number,
            "sha256": version.snapshot.sha256,
            "first_captured_at": version.first_captured_at.isoformat(),
            "file": f"versions/{version.public_id}.md",
            "wording_stands_at": _place(wording, version),
        },
        "source": {
            "collection": collection.name if collection else "",
            "licence": collection.licence if collection else "",
            "attribution": collection.attribution if collection else "",
            "commit": wording.first_capture.source_ref,
        },
        "drafted_by": publication.drafter,
        "solo_review": publication.solo_review,
        "public_note": publication.public_note,
        "approvals": [
            {"name": row.name, "role": row.role, "at": row.approved_at.isoformat()}
            for row in publication.approvals.all()
        ],
        "content": publication.content(),
        "content_sha256": publication.content_sha256,
    }


def _place(wording: Wording, version: Version) -> list[int] | None:
    """Where the wording stands in the version, as characters; None if it was put together from several places."""
    placement = version.placements.filter(wording=wording).order_by("-splitter").first()
    return [placement.start, placement.end] if placement else None


def _versions_named_in(publication: Publication) -> dict[str, Version]:
    names = {quote.version for _, quote in _all_quotes(publication) if quote.version}
    keys = {}
    for name in names:
        try:
            keys[Version.key_from(name)] = name
        except UnknownIdentifier:
            continue
    found = Version.objects.select_related("snapshot").in_bulk(keys)
    return {keys[pk]: version for pk, version in sorted(found.items())}


def _all_quotes(publication: Publication) -> Iterable[tuple[str, Any]]:
    return ((field, quote) for field in TEXT_FIELDS for quote in quotes(getattr(publication, field)))


def _places(publication: Publication, versions: dict[str, Version]) -> list[dict[str, Any]]:
    """Every quote of the analysis: where it stands in its part, and where in the archived text."""
    return [_quote_place(field, quote, publication, versions) for field, quote in _all_quotes(publication)]


def _quote_place(field: str, quote: Any, publication: Publication, versions: dict[str, Version]) -> dict[str, Any]:
    source = versions[quote.version].text if quote.version in versions else ""
    source = source if quote.version else publication.wording.text
    span = locate(quote.text, source)
    return {
        "part": field,
        "start": quote.start,
        "end": quote.end,
        "quote": quote.text,
        "file": f"versions/{quote.version}.md" if quote.version else "wording.txt",
        "stands_at": [span.start, span.end] if span else None,
        "found": span.level if span else "not found",
    }


def _cited(publication: Publication) -> list[Obligation]:
    keys = {citation.key for part in PARTS for citation in citations(getattr(publication, part.field))}
    return list(Obligation.objects.filter(key__in=keys).select_related("instrument").order_by("key"))


def _obligation(row: Obligation) -> dict[str, Any]:
    return {
        "key": row.key,
        "instrument": row.instrument.full_name,
        "short_name": row.instrument.short_name,
        "pinpoint": row.pinpoint,
        "title": row.title,
        "paraphrase": row.paraphrase,
        "official_text": row.instrument.url,
    }


def _coded_facts(publication: Publication) -> list[dict[str, Any]]:
    attributes = Attribute.objects.in_bulk([str(item.get("attribute")) for item in publication.attributes])
    facts = []
    for item in publication.attributes:
        attribute = attributes.get(str(item.get("attribute")))
        span = locate(str(item.get("quote", "")), publication.wording.text)
        words = attribute.describe(item["value"]) if attribute else item["value"]
        name = attribute.name if attribute else item["attribute"]
        place = [span.start, span.end] if span else None
        facts.append({**item, "name": name, "words": words, "file": "wording.txt", "stands_at": place})
    return facts


def _review(publication: Publication) -> dict[str, Any]:
    """What the editors' floor tells of how it was approved; this floor knows none, so settings name who tells it."""
    told: dict[str, Any] = {}
    for path in settings.ATLAS_EVIDENCE:
        tell: History = import_string(path)
        told |= tell(publication)
    return told


def _change_to(wording: Wording) -> Change | None:
    rows = Change.objects.filter(new_wording=wording, old_wording__isnull=False)
    return rows.select_related("old_wording", "capture").order_by("pk").first()


def _difference(change: Change, old: Wording, new: Wording) -> Files:
    return {
        "earlier-wording.txt": old.text.encode(),
        "difference.json": _json(
            {
                "change": change.public_id,
                "captured_at": change.capture.captured_at.isoformat(),
                "kind": change.kind,
                "significance": change.significance,
                "reasons": change.reasons,
                "earlier_sha256": old.text_sha256,
                "parts": [[part.op, part.text] for part in diff_words(old.text, new.text)],
            }
        ),
    }
