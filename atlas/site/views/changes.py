"""What changed: the list, and one change with the text before and after."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from atlas.archive.texts.wording_diff import diff_words
from atlas.models import Change, Platform, Publication, Version
from atlas.site.coverage import good_captures, sample_names
from atlas.site.lookup import cited, wanted_capture, wanted_choice, wanted_document, wanted_platform
from atlas.site.news import as_entries
from atlas.site.paging import paged
from atlas.templatetags.atlas_markup import obligations_cited_in

SIBLINGS = 20  # changes of the same capture on the page of one; the rest is a link away


def changes(request: HttpRequest) -> HttpResponse:
    platform, document, beside = wanted_platform(request), wanted_document(request), wanted_capture(request)
    shows_all = wanted_choice(request, "show", ["all"]) == "all"
    rows = Change.objects.all() if shows_all else Change.objects.announced()
    rows = rows.filter(document__platform=platform) if platform else rows
    rows = rows.filter(document=document) if document else rows
    rows = rows.filter(capture=beside.capture_id) if beside else rows
    entries = rows.for_lists() if shows_all or beside else as_entries(rows)
    page = paged(request, entries, ("-capture__captured_at", "-pk"), total=rows.count())
    context = {
        "page": page,
        "platform": platform,
        "document": document,
        "beside": beside,
        "shows_all": shows_all,
        "platforms": Platform.objects.values_list("slug", "name"),
        "sample_platforms": sample_names(row.document.platform for row in page.rows),
        "here": "changes",
    }
    return render(request, "atlas/changes.html", context)


def change(request: HttpRequest, public_id: str) -> HttpResponse:
    row = cited(
        Change.objects.for_lists().select_related("document__collection", "old_wording", "new_wording"), public_id
    )
    publication = _analysis_of(row)
    siblings = Change.objects.filter(capture=row.capture_id).exclude(pk=row.pk)
    context = {
        "change": row,
        "document": row.document,
        "platform": row.document.platform,
        "parts": diff_words(_text(row.old_wording), _text(row.new_wording)),
        "version_before": _version_before(row),
        "publication": publication,
        "obligations": obligations_cited_in(publication.change_summary) if publication else {},
        "siblings": siblings.for_lists()[:SIBLINGS],
        "siblings_total": siblings.count(),
        "sample_platforms": sample_names([row.document.platform]),
        "here": "changes",
    }
    return render(request, "atlas/change.html", context)


def _text(wording: object) -> str:
    return getattr(wording, "text", "")


def _version_before(change: Change) -> Version | None:
    """What the document was before: the version of the last good capture before this one."""
    earlier = good_captures().filter(document=change.document_id, sequence__lt=change.capture.sequence)
    capture = earlier.select_related("version").order_by("-sequence").first()
    return capture.version if capture else None


def _analysis_of(change: Change) -> Publication | None:
    """The approved analysis of the text this change led to, if it says what changed in effect."""
    if change.new_wording_id is None:
        return None
    rows: QuerySet[Publication] = Publication.objects.filter(wording=change.new_wording_id).order_by("-pk")
    newest = rows.select_related("provision").first()
    if newest is None or newest.withdrawn_at or newest.retracted_at or not newest.change_summary:
        return None
    return newest
