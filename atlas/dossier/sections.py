"""The sections of a dossier, in order: what stands in each, and what is said where there is nothing."""

from collections.abc import Callable, Iterator
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from reportlab.platypus import Flowable

from atlas.citing.cited import analysis, ending, in_words, provision_text
from atlas.citing.writing import as_text
from atlas.dossier.contents import ChangeTold, Dossier
from atlas.dossier.typesetting import NOTICE, PART, SMALL, TITLE, Setter
from atlas.models import FIVE_PARTS, SUMMARY_PARTS, Document
from atlas.plain_markup import LEGEND, plain

Section = Callable[[Dossier, Setter], Iterator[Flowable]]
NOT_ADVICE = (
    "Not legal advice. Analyses describe what a document states, permits, or reserves. They are not a legal"
    " determination; whether a law applies, and what follows, may differ by jurisdiction and circumstances."
)

CUT_ANEW = (
    "The extent of this provision was cut anew: our program divides the document otherwise, and the platform changed"
    " nothing. What is shown here stands in the document word for word."
)


def opening(told: Dossier, setter: Setter) -> Iterator[Flowable]:
    """The title, where it comes from, and the notices."""
    provision, document = told.provision, told.provision.document
    yield setter.paragraph("Provision dossier", SMALL)
    yield setter.paragraph(provision.title, TITLE)
    yield setter.paragraph(
        f"{document.platform.name}, {document.name} ({document.get_standing_display()}), {provision.public_id}"
    )
    yield setter.linked("What stands now:", _url(provision.get_absolute_url()))
    if told.look:
        yield setter.paragraph(f"State of the record: document last verified {_moment(told.look.captured_at)}.")
    for notice in notices(told):
        yield setter.paragraph(notice, NOTICE)


def notices(told: Dossier) -> Iterator[str]:
    """What a reader has to know before relying on any of it."""
    provision, reading, platform = told.provision, told.reading, told.provision.document.platform
    if platform.is_sample:
        yield f"Sample data. {platform.name} is fictional; its texts and analyses were made for trying Atlas out."
    if told.is_cut_anew:
        yield CUT_ANEW
    elif provision.removed_at:
        yield f"No longer in the document: first seen gone on {_day(provision.removed_at)}. The last text is shown."
    elif reading.is_stale:
        yield "The provision has another text now. The analysis describes the text before."
    elif reading.is_restored:
        yield "The provision is back to an earlier text; the analysis approved for that text is shown again."
    if reading.ended:
        yield f"The analysis {reading.ended.public_id}: {ending(reading.ended)}. Its text is no longer shown."
    if reading.shown and reading.shown.solo_review:
        yield "Single-editor review. The analysis was approved by a single editor: no second person has read it."
    for incident in told.incidents:
        if incident.closed_at is None:
            yield f"Not captured since {_day(incident.opened_at)}. {incident.cause} Later changes are not known to us."
    yield NOT_ADVICE
    yield f"Atlas is not affiliated with, endorsed by, or sponsored by {platform.name}."


def the_text(told: Dossier, setter: Setter) -> Iterator[Flowable]:
    wording, version = told.wording, told.version
    if wording is None:
        yield setter.paragraph("No text of this provision is archived.")
        return
    yield from setter.archived(wording.text)
    yield setter.paragraph(
        f"Wording {wording.number}, verbatim as archived. Heading: {' > '.join(wording.heading_path) or 'none'}.", SMALL
    )
    if version:
        source = f"In version {version.number} ({version.public_id}), first captured {_day(version.first_captured_at)}:"
        yield setter.linked(source, _url(f"{version.get_absolute_url()}#{told.provision.public_id}"), SMALL)
    yield setter.paragraph(f"SHA-256 of the text, in UTF-8: {wording.text_sha256}", SMALL)
    yield from (setter.paragraph(words, SMALL) for words in _source(told.provision.document))


def _source(document: Document) -> Iterator[str]:
    for address in document.source_urls:
        yield f"Source: {address}"
    if collection := document.collection:
        licence = f" Licence: {collection.licence}." if collection.licence else ""
        yield f"Text: {collection.attribution or collection.name}, from {collection.name}.{licence}"


def the_analysis(told: Dossier, setter: Setter) -> Iterator[Flowable]:
    shown = told.reading.shown
    if shown is None:
        yield setter.paragraph("No approved analysis is shown for this provision.")
        return
    yield setter.paragraph(shown.title, PART)
    exposure = f" {shown.get_exposure_level_display()} exposure." if shown.exposure_level else ""
    yield setter.paragraph(
        f"{shown.public_id}, version {shown.number}, published {_day(shown.published_at)}.{exposure}"
    )
    yield setter.paragraph(LEGEND, SMALL)
    for part in (*SUMMARY_PARTS, *FIVE_PARTS):
        text = getattr(shown, part.field)
        if text:
            yield setter.paragraph(part.label, PART)
            yield from map(setter.paragraph, plain(text, told.obligations, told.jurisdictions))
    if told.facts:
        yield setter.paragraph("Coded facts", PART)
        rows = [(fact.attribute.name, fact.words, f"“{fact.quote}”") for fact in told.facts]
        yield setter.table(("Question", "Answer in this text", "Words it rests on"), rows, (0.3, 0.2, 0.5))
    if told.obligations:
        yield setter.paragraph("Law cited", PART)
        for _, row in sorted(told.obligations.items()):
            yield setter.linked(f"{row}: {row.title}.", _url(row.get_absolute_url()))
    yield setter.paragraph(f"SHA-256 of the analysis, as canonical JSON: {shown.content_sha256}", SMALL)
    yield setter.linked("Stays with this publication:", _url(shown.permalink), SMALL)


def the_approvals(told: Dossier, setter: Setter) -> Iterator[Flowable]:
    shown = told.reading.shown
    if shown is None:
        yield setter.paragraph("There is no analysis to approve.")
        return
    rows = [(row.name, row.role or "none", _moment(row.approved_at)) for row in told.approvals.get(shown.pk, [])]
    yield setter.table(("Approved by", "Role", "When"), rows, (0.35, 0.35, 0.3))
    yield setter.paragraph(f"Read against wording {shown.wording.number} in {shown.version.public_id}.")
    yield setter.paragraph(f"Drafted by {shown.drafter or 'a person, without a model'}.")
    if shown.public_note:
        yield setter.paragraph(f"Correction. {shown.public_note}")


def the_wordings(told: Dossier, setter: Setter) -> Iterator[Flowable]:
    current = None if told.provision.removed_at else told.provision.current_wording_id
    rows = []
    for row in told.wordings:
        version = row.first_capture.version
        in_force = " (in force)" if row.pk == current else ""
        name = version.public_id if version else "none"
        rows.append((f"{row.number}{in_force}", _day(row.first_capture.captured_at), name, row.text_sha256))
    yield setter.table(("Wording", "First captured", "Version", "SHA-256 of the text"), rows, (0.15, 0.2, 0.17, 0.48))


def the_changes(told: Dossier, setter: Setter) -> Iterator[Flowable]:
    if not told.changes:
        yield setter.paragraph("No change has been seen since the first capture.")
        return
    yield setter.paragraph(
        "[-…-] is what went, [+…+] what came; […] stands for unchanged text. White space is not compared.", SMALL
    )
    for row in told.changes:
        yield from _change(row, setter)


def _change(told: ChangeTold, setter: Setter) -> Iterator[Flowable]:
    row = told.change
    names = [row.get_kind_display(), row.get_significance_display().lower()]
    names += ["return to an earlier text"] if row.is_return else []
    names += ["imported history"] if row.is_backfill else []
    yield setter.paragraph(f"{_moment(row.capture.captured_at)} · {', '.join(names)} · {row.public_id}", PART)
    if row.reasons:
        yield setter.paragraph(" ".join(map(str, row.reasons)), SMALL)
    if told.parts is None:
        yield setter.linked("Too long, or too long ago, to be set out here; see", _url(row.get_absolute_url()), SMALL)
        return
    yield from setter.difference(told.parts)
    words = "Only the start is set out here; the whole difference:" if told.is_cut else "Permalink:"
    yield setter.linked(words, _url(row.get_absolute_url()), SMALL)


def the_publications(told: Dossier, setter: Setter) -> Iterator[Flowable]:
    if not told.publications:
        yield setter.paragraph("No analysis has been published yet.")
        return
    for row in told.publications:
        ended = ending(row)
        shown = ". Shown in this dossier" if row == told.reading.shown else ""
        yield setter.paragraph(
            f"{row.public_id}, version {row.number}, published {_day(row.published_at)}{shown}", PART
        )
        if ended:
            yield setter.paragraph(f"{ended}.")
        else:
            people = ", ".join(map(str, told.approvals.get(row.pk, [])))
            status = f" Superseded {_day(row.superseded_at)}." if row.superseded_at else ""
            yield setter.paragraph(f"{row.title}. Approved by {people}.{status}")
            yield from ([setter.paragraph(f"Correction: {row.public_note}")] if row.public_note else [])
        yield setter.linked("Permalink:", _url(row.permalink), SMALL)


def the_incidents(told: Dossier, setter: Setter) -> Iterator[Flowable]:
    if not told.incidents:
        yield setter.paragraph("No capture of the document was held or failed.")
        return
    rows = [
        (_day(row.opened_at), _day(row.closed_at) if row.closed_at else "open", row.cause) for row in told.incidents
    ]
    yield setter.table(("Since", "Until", "What was wrong"), rows, (0.2, 0.2, 0.6))
    address = f"{reverse('site:incidents')}?show=past&document={told.provision.document.public_id}"
    yield setter.linked("All past incidents:", _url(address), SMALL)


def how_to_cite(told: Dossier, setter: Setter) -> Iterator[Flowable]:
    shown = told.reading.shown
    if told.wording and told.version:
        yield setter.paragraph("The text", PART)
        yield setter.paragraph(as_text(provision_text(told.provision, told.wording, told.version)))
    if shown:
        yield setter.paragraph("The analysis", PART)
        yield setter.paragraph(as_text(analysis(shown, told.approvals.get(shown.pk, []))))
        yield setter.paragraph("The evidence", PART)
        yield setter.linked(
            "The archived texts, quotes, citations and approvals in one file that can be checked without Atlas:",
            _url(reverse("site:evidence", args=[shown.public_id])),
        )
    yield setter.linked("What a checksum belongs to:", _url(reverse("site:verify")))


SECTIONS: tuple[tuple[str, Section], ...] = (
    ("The text", the_text),
    ("The approved analysis", the_analysis),
    ("Approvals", the_approvals),
    ("Wordings over time", the_wordings),
    ("Changes", the_changes),
    ("Publications", the_publications),
    ("Capture incidents of the document", the_incidents),
    ("How to cite and check", how_to_cite),
)


def _day(at: datetime | None) -> str:
    return in_words(at) if at else "date not known"


def _moment(at: datetime) -> str:
    return f"{date_format(at, 'j F Y, H:i')} UTC"


def _url(path: str) -> str:
    return f"{settings.BASE_URL}{path}"
