"""The files of a pack that people read: the instructions, and the analysis as plain text."""

from django.conf import settings

from atlas.models import PARTS, Publication

INSTRUCTIONS = """\
EVIDENCE PACK OF {publication}

{permalink}
{platform}, {document}: "{title}"
Version {number} of the analysis, published {published}.

This pack holds an analysis as it was published, the archived text that it was read against, and how it was approved.
Whether the analysis still stands is told by its page at the address above; this pack never changes.
{fictional}
What is in it
  publication.json      the record: the analysis, its codes, the versions and checksums it names, who approved it
  analysis.txt          the analysis, to read
  wording.txt           the text of the provision, exactly as archived
  versions/             the archived documents that the wording and the quotes were taken from
  earlier-wording.txt   the text before, and
  difference.json       what differs, word by word (both only if the text had changed)
  quotes.json           every quote of the analysis, and where it stands in the archived text (characters from 0)
  coded-facts.json      coded facts, each with its quote
  obligations.json      the entries of the legal catalogue that it cites
  review.json           the editors' decisions, without private names, and the hash chain of their events
  manifest.json         the length and SHA-256 of every file

How to check it
  With Atlas, and without its database:
    uv run manage.py evidence --verify {publication}.zip
  On the page {base}/verify/
  By hand:
    1. SHA-256 of each file (sha256sum, shasum -a 256) equals what manifest.json says; no file is missing or new.
    2. SHA-256 of manifest.json equals the checksum of the evidence pack on the analysis' page.
    3. SHA-256 of wording.txt and of the file of the version equal those in publication.json.
    4. "content" of publication.json as JSON with sorted keys and without spaces, in UTF-8, has "content_sha256".
    5. Each quote stands where quotes.json says; typography and Markdown may differ, words do not.
    6. The approvals in review.json name that content_sha256 and the SHA-256 of wording.txt.

What it does not show: that the platform served this text to everybody, or that the analysis is right. It shows what was
archived, what was said about it, and that it was approved. It is not legal advice.
{source}
"""
FICTION = "\nSample data: the platform is fictional, and its text and this analysis were made for trying Atlas out.\n"


def instructions(publication: Publication) -> str:
    """README.txt of the pack."""
    document = publication.provision.document
    collection = document.collection
    return INSTRUCTIONS.format(
        publication=publication.public_id,
        permalink=f"{settings.BASE_URL}{publication.permalink}",
        base=settings.BASE_URL,
        platform=document.platform.name,
        document=document.name,
        title=publication.title,
        number=publication.number,
        published=f"{publication.published_at:%d %B %Y}",
        fictional=FICTION if document.platform.is_sample else "",
        source=f"\nArchived text: {collection.name}. Licence: {collection.licence}. {collection.attribution}".rstrip()
        if collection
        else "",
    )


def analysis_as_text(publication: Publication) -> str:
    """The analysis with the headings that readers see. An empty part is left out."""
    sections = [publication.title]
    if publication.exposure_level:
        sections.append(f"Exposure: {publication.get_exposure_level_display()}")
    for part in PARTS:
        if text := getattr(publication, part.field):
            sections.append(f"{part.label.upper()}\n\n{text}")
    return "\n\n".join(sections) + "\n"
