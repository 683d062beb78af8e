"""Collections, platforms and documents that an import meets for the first time: their rows, names, licence."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from pathlib import PurePosixPath

from django.utils.text import slugify

from atlas.archive.collections.ota import Record, Repository, Texts, without_credentials
from atlas.archive.gate.variants import shown_by
from atlas.models import Capture, Collection, Document, Platform, Standing

# What a document of each Open Terms Archive terms type usually is. Where practice differs from platform to platform
# (community guidelines, acceptable use) the weaker standing stands; editors correct it. Others: not assessed.
STANDINGS = {
    "Terms of Service": Standing.BINDING,
    "Commercial Terms": Standing.BINDING,
    "Developer Terms": Standing.BINDING,
    "Data Processor Agreement": Standing.BINDING,
    "Business Mediation Policy": Standing.BINDING,
    "Acceptable Use Policy": Standing.INCORPORATED,
    "Community Guidelines": Standing.INCORPORATED,
    "In-App Purchases Policy": Standing.INCORPORATED,
    "Live Policy": Standing.INCORPORATED,
    "Privacy Policy": Standing.POLICY,
    "Business Privacy Policy": Standing.POLICY,
    "Trackers Policy": Standing.POLICY,
    "Copyright Claims Policy": Standing.POLICY,
    "Vulnerability Disclosure Policy": Standing.POLICY,
    "Brand Guidelines": Standing.POLICY,
    "Law Enforcement Guidelines": Standing.POLICY,
    "Human Rights Policy": Standing.COMMITMENT,
    "Imprint": Standing.DESCRIPTIVE,
}
LICENCES = {
    "ODC-BY 1.0": re.compile(r"ODC-BY|ODC Attribution License", re.I),
    "ODbL 1.0": re.compile(r"ODbL|Open Database License", re.I),
    "CC BY-SA 4.0": re.compile(r"CC[ -]BY-SA", re.I),
    "CC BY 4.0": re.compile(r"CC[ -]BY\b", re.I),
}
SAMPLE = 50  # records whose times tell a collection again after its history was rewritten


def find_collection(first_commit: str, history: Sequence[Record]) -> Collection | None:
    """The collection as it was imported before: by its first commit, or by what it recorded when."""
    known = Collection.objects.filter(key=first_commit).first()
    if known is not None:
        return known
    sample = {(*record.document, record.captured_at) for record in history[:SAMPLE]}
    captures = Capture.objects.filter(
        collection__isnull=False, captured_at__in=[captured_at for *_, captured_at in sample]
    ).select_related("document__platform", "collection")
    for capture in captures:
        if (capture.document.platform.name, capture.document.terms_type, capture.captured_at) in sample:
            return capture.collection
    return None


def register_collection(collection: Collection, repository: Repository, texts: Texts, tip: str) -> Collection:
    """``collection``, known or new, with what its files say at ``tip``."""
    readme = texts.file(tip, "README.md")
    collection.location = without_credentials(repository.source)[:500]
    collection.name = collection_name(readme, repository.source)
    collection.licence = licence(readme, texts.file(tip, "LICENSE"))
    collection.attribution = attribution(readme)
    collection.save()
    return collection


def collection_name(readme: str, source: str) -> str:
    """ "genai-eu", from the heading of its README or the name of its repository."""
    named = re.search(r"^# .*?\bfrom the \*([^*\n]+)\* collection", readme, re.MULTILINE)
    if named:
        return named[1].strip()[:200]
    name = PurePosixPath(without_credentials(source).rstrip("/")).name
    return re.sub(r"\.(git|bundle)$", "", name).removesuffix("-versions")[:200] or "collection"


def licence(readme: str, licence_text: str) -> str:
    """The short name of the licence, from the LICENSE file's beginning or the README's; empty if there is none."""
    for text in (licence_text[:500], readme):
        for name, pattern in LICENCES.items():
            if pattern.search(text):
                return name
    return next((line.strip("# ").strip() for line in licence_text.splitlines() if line.strip()), "")[:200]


def attribution(readme: str) -> str:
    """Whom to name: those whom the licence sentence asks to be named, or, left blank there, who tracks the terms."""
    asked = re.search(r"attribute the resulting works to \*?([^*\n]+?)\*?\.?$", readme, re.MULTILINE)
    if asked and not re.search(r"_\s*_", asked[1]):
        return asked[1].strip()
    tracked = re.search(r"terms in this collection are tracked by ([^\n]+?),?\s*(?:✍️)?\s+using ", readme)
    if tracked:
        return f"{_plain(tracked[1])} and Open Terms Archive contributors"
    return "Open Terms Archive contributors" if "open terms archive" in readme.lower() else ""


def _plain(text: str) -> str:
    """Without Markdown links and the template's marks."""
    return " ".join(re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text).replace("✍️", "").split()).rstrip(" ,")


def slug_of(name: str, is_taken: Callable[[str], bool]) -> str:
    """A readable address for ``name`` that is not taken: ``DALL·E`` → ``dall-e``, the next one ``dall-e-2``."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "replace").decode()
    base = slugify(re.sub(r"[^A-Za-z0-9]+", "-", letters))[:180].strip("-") or "named-in-another-script"
    slug, number = base, 1
    while is_taken(slug):
        number += 1
        slug = f"{base}-{number}"
    return slug


class Register:
    """The platforms and documents of one collection by the names that its paths have."""

    def __init__(self, collection: Collection) -> None:
        self.collection = collection
        known = Document.objects.filter(collection=collection, variant_of=None).select_related("platform")
        self.documents = {(document.platform.name, document.terms_type): document for document in known}

    def document(self, service: str, terms_type: str) -> Document:
        """The row of the document, made if this is the first record of it."""
        name = service, terms_type
        if name not in self.documents:
            self.documents[name] = self._make_document(self._platform(service), terms_type)
        return self.documents[name]

    def _platform(self, service: str) -> Platform:
        platform = Platform.objects.filter(name=service).first()
        if platform is not None:
            return platform
        slug = slug_of(service, lambda slug: Platform.objects.filter(slug=slug).exists())
        return Platform.objects.create(name=service, slug=slug)

    def _make_document(self, platform: Platform, terms_type: str) -> Document:
        """Another collection may watch the same terms from another place: those are another document."""
        taken = set(platform.documents.values_list("slug", flat=True))
        is_watched = platform.documents.filter(terms_type=terms_type).exists()
        label = f"{terms_type} ({self.collection.name})" if is_watched else terms_type
        shown = shown_by(platform.name, terms_type)
        return Document.objects.create(
            platform=platform,
            collection=self.collection,
            terms_type=terms_type[:100],
            name=label[:200],
            slug=slug_of(label, taken.__contains__),
            standing=STANDINGS.get(terms_type, Standing.UNKNOWN),
            region=shown.region,
            language=shown.language,
        )


def names(records: Iterable[Record]) -> tuple[set[str], set[str]]:
    """The services and the terms types that occur."""
    services, terms = set(), set()
    for record in records:
        services.add(record.service)
        terms.add(record.terms_type)
    return services, terms
