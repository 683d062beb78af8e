"""Streams of one document in other languages and regions, kept apart where the source shows them.

A variant is a document of its own with ``variant_of``: its versions, provisions and changes are never compared with
those of the stream it was found in. An editor makes the first of a language; what follows in it goes there by itself.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from atlas.archive.texts.languages import NAMES, language_of
from atlas.models import Document

# Regions as names of services and of terms types show them, in brackets, behind a dash or as a word of their own.
REGIONS = {
    "EU": r"EU|EEA|European Union|European Economic Area|Europe",
    "UK": r"UK|United Kingdom|Great Britain",
    "US": r"USA?|United States",
    "California": r"California|CCPA",
    "Switzerland": r"Switzerland",
    "Brazil": r"Brazil",
    "India": r"India",
    "Japan": r"Japan",
    "Korea": r"Korea|South Korea",
    "Australia": r"Australia",
    "Canada": r"Canada",
}
SHOWN_REGION = {
    region: re.compile(
        rf"[(\[](?:{names})[)\]]|(?:\s[-\u2013\u2014]\s|,\s)(?:{names})$|^(?:{names})\s[-\u2013\u2014]\s"
    )
    for region, names in REGIONS.items()
}
# In addresses: …/de/…, …/en-gb/…, ?hl=de, ?lang=pt-BR, ?locale=en_GB
LOCALE = re.compile(r"([a-z]{2})(?:[-_]([a-z]{2}))?", re.IGNORECASE)
LANGUAGE_PARAMETERS = ("hl", "lang", "language", "locale", "lc")
REGION_PARAMETERS = ("gl", "country", "region")
COUNTRIES = {"gb": "UK", "uk": "UK", "us": "US", "eu": "EU", "ch": "Switzerland", "br": "Brazil", "in": "India",
             "jp": "Japan", "kr": "Korea", "au": "Australia", "ca": "Canada"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shown:
    """What a source says about where and in which language it applies; empty where it says nothing."""

    region: str = ""
    language: str = ""


def shown_by(*names: str, source_urls: Sequence[str] = ()) -> Shown:
    """Region and language as ``names`` and addresses show them. Nothing is guessed: two that differ show none.

    >>> shown_by("Marrowmint", "Privacy Policy (EU)")
    Shown(region='EU', language='')
    >>> shown_by("Terms of Service", source_urls=["https://marrowmint.example/de-ch/terms"])
    Shown(region='Switzerland', language='de')
    """
    regions = {region for name in names for region, shown in SHOWN_REGION.items() if shown.search(name)}
    locales = [_locale_of(url) for url in source_urls]
    return Shown(_only(regions or {region for _, region in locales}), _only({language for language, _ in locales}))


def _only(values: set[str]) -> str:
    return next(iter(values)) if len(values) == 1 else ""


def _locale_of(url: str) -> tuple[str, str]:
    """(language, region) of an address."""
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    asked = [query[name][0] for name in LANGUAGE_PARAMETERS if name in query]
    country = next((query[name][0] for name in REGION_PARAMETERS if name in query), "")
    first, *others = [*filter(None, parts.path.split("/")), ""]
    with_region = [segment for segment in others[:1] if len(segment) > 2]
    for candidate in (*asked, first, *with_region):
        match = LOCALE.fullmatch(candidate)
        if match and match[1].lower() in NAMES:
            return match[1].lower(), COUNTRIES.get((match[2] or country).lower(), "")
    return "", COUNTRIES.get(country.lower(), "")


def note_language(document: Document, text: str) -> None:
    """Set the language of ``document`` from its first good text, unless it is known or the text leaves doubt."""
    if document.language:
        return
    if language := language_of(text):
        Document.objects.filter(pk=document.pk, language="").update(language=language)
        document.language = language


def find_variant(document: Document, language: str) -> Document | None:
    """The stream of ``document`` in ``language``, if an editor made one."""
    return Document.objects.filter(variant_of=document, language=language).select_related("platform").first()


def make_variant(document: Document, language: str) -> Document:
    """A stream of ``document`` in ``language``. The caller holds the lock of ``document``."""
    if known := find_variant(document, language):
        return known
    return Document.objects.create(
        platform=document.platform,
        collection=document.collection,
        variant_of=document,
        terms_type=document.terms_type,
        name=f"{document.name} ({NAMES[language]})"[:200],
        slug=_free_slug(document, f"{document.slug[:180]}-{language}"),
        standing=document.standing,
        region=document.region,
        language=language,
        source_urls=document.source_urls,
    )


def _free_slug(document: Document, base: str) -> str:
    taken = set(document.platform.documents.values_list("slug", flat=True))
    slug, number = base, 1
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug
