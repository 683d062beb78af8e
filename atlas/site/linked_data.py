"""What pages say, in the words of schema.org, for machines. Nothing that the page itself does not say."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.urls import reverse

from atlas.addresses import address_of
from atlas.citing.cited import ending, in_words
from atlas.controls import shown
from atlas.models import Approval, Change, Document, Obligation, Platform, Provision, Publication, Version, Wording
from atlas.templatetags.atlas_site import LICENCES

Data = dict[str, Any]

MOST_CHARACTERS = 5_000  # of a text repeated here; a longer one stands on the page alone
ATLAS: Data = {"@type": "Organization", "name": "Atlas"}


def home(description: str) -> list[Data]:
    """The site, and the record that it publishes."""
    feed = {"@type": "DataDownload", "encodingFormat": "application/atom+xml", "contentUrl": _url(reverse("site:feed"))}
    return [
        _whole({"@type": "WebSite", "name": "Atlas", "url": _url("/"), "description": description}),
        _whole(
            {
                "@type": "Dataset",
                "name": "Atlas: what platform terms say, and how they change",
                "url": _url("/"),
                "description": description,
                "creator": ATLAS,
                "distribution": [feed],
            }
        ),
    ]


def platform(row: Platform, documents: Iterable[Document]) -> list[Data]:
    parts = [{**_document(document, row), "identifier": document.public_id} for document in documents]
    page = {"@type": "CollectionPage", "name": row.name, "url": _url(row.get_absolute_url()), "about": _platform(row)}
    return [_whole({**page, "hasPart": parts})]


def provision(row: Provision, wording: Wording | None, version: Version | None) -> Data:
    """The archived text as a quotation of the platform's document."""
    text = shown(wording.text) if wording and len(wording.text) <= MOST_CHARACTERS else ""
    quoted = {
        "@type": "Quotation",
        "name": row.title,
        "url": _url(row.get_absolute_url()),
        "identifier": row.public_id,
        "text": text,
        "creator": _platform(row.document.platform),
        "isPartOf": _document(row.document, row.document.platform),
        "license": _licence(row.document),
    }
    if version is not None:
        quoted["citation"] = _url(f"{version.get_absolute_url()}#{row.public_id}")
        quoted["version"] = version.public_id
    return _whole(quoted)


def analysis(row: Publication, approvals: Iterable[Approval], obligations: Mapping[str, Obligation]) -> Data:
    """An analysis as an article by those who approved it; one that was taken back as nothing but that."""
    article = {
        "@type": "Article",
        "url": _url(row.permalink),
        "identifier": row.public_id,
        "version": row.number,
        "datePublished": row.published_at.isoformat(),
        "publisher": ATLAS,
        "about": {"@type": "Quotation", "url": _url(row.provision.get_absolute_url())},
    }
    if ended := ending(row):
        return _whole({**article, "creativeWorkStatus": ended})
    people = [{"@type": "Person", "name": person.name, "jobTitle": person.role} for person in approvals]
    return _whole(
        {
            **article,
            "headline": row.title,
            "author": [_without_gaps(person) for person in people] or ATLAS,
            "isBasedOn": _url(f"{row.version.get_absolute_url()}#{row.provision.public_id}"),
            "citation": [_law(obligation) for _, obligation in sorted(obligations.items())],
            "correction": row.public_note,
            "creativeWorkStatus": f"Superseded on {in_words(row.superseded_at)}" if row.superseded_at else "",
        }
    )


def change(row: Change) -> Data:
    page = {
        "@type": "Article",
        "headline": f"{row.get_kind_display()}: {row.provision.title}",
        "url": _url(row.get_absolute_url()),
        "identifier": row.public_id,
        "author": ATLAS,
        "datePublished": row.capture.captured_at.isoformat(),
        "license": _licence(row.document),
    }
    about = {"@type": "Quotation", "name": row.provision.title, "url": _url(row.provision.get_absolute_url())}
    return _whole({**page, "about": about, "citation": _document(row.document, row.document.platform)})


def _whole(data: Data) -> Data:
    """With who made this description of it, and without what is empty."""
    return _without_gaps({"@context": "https://schema.org", **data, "sdPublisher": ATLAS})


def _without_gaps(data: Data) -> Data:
    return {name: value for name, value in data.items() if value not in ("", [], None)}


def _platform(row: Platform) -> Data:
    fiction = "Sample data: fictional" if row.is_sample else ""
    return _without_gaps(
        {"@type": "Organization", "name": row.name, "url": row.website, "disambiguatingDescription": fiction}
    )


def _document(row: Document, platform: Platform) -> Data:
    address = address_of("document", platform.slug, row.slug)
    return {"@type": "DigitalDocument", "name": row.name, "url": _url(address)}


def _law(row: Obligation) -> Data:
    return {"@type": "Legislation", "name": str(row), "url": _url(row.get_absolute_url())}


def _licence(row: Document) -> str:
    """The address of the licence that the archive of the text stated, or its name where we don't know that."""
    name = row.collection.licence if row.collection else ""
    return LICENCES.get(name, name)


def _url(path: str) -> str:
    return f"{settings.BASE_URL}{path}"
