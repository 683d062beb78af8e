"""Rows as entries of a feed: the same changes as the pages list, and every analysis with how it stands now."""

from collections.abc import Mapping

from django.conf import settings
from django.db.models.functions import Greatest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from atlas.archive.texts.excerpting import first_characters, shortened
from atlas.archive.texts.wording_diff import diff_words
from atlas.citing.cited import ending
from atlas.controls import shown
from atlas.feeds.atom import Entry
from atlas.feeds.tags import tag
from atlas.models import Change, Document, Obligation, Publication
from atlas.models.provisions import ChangeQuerySet
from atlas.models.publications import PublicationQuerySet
from atlas.plain_markup import LEGEND, plain
from atlas.site.news import as_entries
from atlas.templatetags.atlas_markup import obligations_cited_in
from atlas.templatetags.atlas_record import word_diff

CHANGES, PUBLICATIONS = 50, 50  # of each in one feed; the pages have them all
# Longer texts are not compared for a feed: fifty of them at each call would take seconds.
COMPARED = 6_000
SHOWN = 1_500
FICTION = "Sample data: the platform is fictional."


def of_changes(announced: ChangeQuerySet) -> list[Entry]:
    """The latest of ``announced``, a rewritten document once. One query."""
    rows = as_entries(announced).select_related("document__collection", "old_wording", "new_wording").latest_first()
    return [_change(row, getattr(row, "rewrite", None)) for row in rows[:CHANGES]]


def of_publications(publications: PublicationQuerySet) -> list[Entry]:
    """The latest of ``publications`` by when they were published or ended. Three queries."""
    told_at = Greatest("published_at", "withdrawn_at", "retracted_at")
    rows = publications.select_related("provision__document__platform").annotate(told_at=told_at)
    found = list(rows.prefetch_related("approvals").order_by("-told_at", "-pk")[:PUBLICATIONS])
    obligations = obligations_cited_in(*(row.summary for row in found if not ending(row)))
    return [_publication(row, obligations) for row in found]


def _change(row: Change, rewrite: str | None) -> Entry:
    place = _place(row.document)
    kind = row.get_kind_display()
    return Entry(
        id=tag(row.public_id),
        title=f"Rewritten: {rewrite}" if rewrite else f"{kind}: {row.provision.title} · {place}",
        address=settings.BASE_URL + (f"/changes/?with={row.public_id}" if rewrite else row.get_absolute_url()),
        published=row.capture.captured_at,
        updated=row.capture.recorded_at,
        html=_told(row, rewrite),
        category=("rewrite", "Rewrite of a document") if rewrite else ("change", "Change of a provision"),
        rights=_rights(row.document),
    )


def _told(row: Change, rewrite: str | None) -> SafeString:
    lines = [FICTION] if row.document.platform.is_sample else []
    lines += ["Imported history: an archive saw it then."] if row.is_backfill else []
    if rewrite:
        return _paragraphs([*lines, "Most of the document changed at once; its page lists every change."])
    return format_html("{}{}", _paragraphs([*lines, " ".join(map(str, row.reasons))]), _difference(row))


def _difference(row: Change) -> SafeString:
    old = row.old_wording.text if row.old_wording else ""
    new = row.new_wording.text if row.new_wording else ""
    if len(old) + len(new) > COMPARED:
        return format_html("<p>{}</p>", "The text is long: its page shows what differs.")
    parts = first_characters(shortened(diff_words(old, new)), SHOWN)
    return format_html("<blockquote>{}</blockquote>", word_diff(parts))


def _publication(row: Publication, obligations: Mapping[str, Obligation]) -> Entry:
    document = row.provision.document
    place = _place(document)
    ended = ending(row)
    title = f"{'Correction' if row.public_note else 'Analysis'}: {row.title} · {place}"
    return Entry(
        id=tag(row.public_id),
        title=f"{ended.partition(' ')[0]}: analysis {row.public_id} · {place}" if ended else title,
        address=f"{settings.BASE_URL}{row.permalink}",
        published=row.published_at,
        updated=max(at for at in (row.published_at, row.withdrawn_at, row.retracted_at) if at),
        html=_paragraphs([f"{ended}."]) if ended else _analysis(row, obligations),
        category=("analysis", "Approved analysis"),
        authors=() if ended else tuple(map(str, row.approvals.all())),
    )


def _analysis(row: Publication, obligations: Mapping[str, Obligation]) -> SafeString:
    notes = [FICTION] if row.provision.document.platform.is_sample else []
    notes += [f"Correction: {row.public_note}"] if row.public_note else []
    notes += ["Superseded by a later analysis."] if row.superseded_at else []
    notes += ["Single-editor review: no second person has read it."] if row.solo_review else []
    last = f"{row.public_id}, version {row.number}. It is not a legal determination, and not legal advice. {LEGEND}"
    return _paragraphs([*notes, *map(shown, plain(row.summary, obligations, {})), last])


def _place(document: Document) -> str:
    fiction = " (sample)" if document.platform.is_sample else ""
    return f"{document.platform.name}{fiction}, {document.name}"


def _rights(document: Document) -> str:
    collection = document.collection
    if collection is None:
        return ""
    return f"Text: {collection.attribution or collection.name} {collection.licence}".strip()


def _paragraphs(texts: list[str]) -> SafeString:
    return format_html_join("", "<p>{}</p>", ((text,) for text in texts if text))
