"""The versions of a document: all of them, and any two side by side, provision by provision and word by word."""

from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from atlas.archive.telling.comparison import compare
from atlas.models import Document, Version
from atlas.site.coverage import sample_names
from atlas.site.lookup import cited, parameter, wanted_document
from atlas.site.paging import paged
from atlas.site.versions_offered import named, offered


def versions(request: HttpRequest, platform_slug: str, slug: str) -> HttpResponse:
    """Every version, the newest first, each with the way to what changed since the one before."""
    rows = Document.objects.select_related("platform")
    document = get_object_or_404(rows, platform__slug=platform_slug, slug=slug)
    earlier = Version.objects.filter(document=document, number__lt=OuterRef("number")).order_by("-number")
    page = paged(request, document.versions.annotate(before=Subquery(earlier.values("pk")[:1])), ("-number",))
    context = {
        "document": document,
        "platform": document.platform,
        "page": page,
        "rows": [(row, _public_id(row.before)) for row in page.rows],  # type: ignore[attr-defined]
        "offered": offered(document),
        "sample_platforms": sample_names([document.platform]),
        "here": "platforms",
    }
    return render(request, "atlas/versions.html", context)


def _public_id(key: int | None) -> str:
    return Version(pk=key).public_id if key else ""


def choose(request: HttpRequest) -> HttpResponse:
    """From the form with two versions (``?old=AT-V-…&new=AT-V-…``) to the address of their comparison.

    What is typed (``?document=AT-D-…&old_named=12``) counts more than what a menu has chosen.
    """
    if not any(parameter(request, name) for name in ("old", "new", "old_named", "new_named")):
        return render(request, "atlas/choose_versions.html")
    document = wanted_document(request)
    old, new = (_chosen(request, document, side) for side in ("old", "new"))
    return redirect("site:side_by_side", old.public_id, new.public_id)


def _chosen(request: HttpRequest, document: Document | None, side: str) -> Version:
    name = parameter(request, f"{side}_named")
    if name and document:
        return named(document, name)
    return cited(Version.objects.all(), name or parameter(request, side))


def side_by_side(request: HttpRequest, public_id: str, other_id: str) -> HttpResponse:
    """``public_id`` on the left, ``other_id`` on the right."""
    rows = Version.objects.select_related("document__platform", "document__collection")
    old, new = cited(rows, public_id), cited(rows, other_id)
    document = old.document
    if new.document_id != document.pk:
        raise Http404("These are versions of two documents. Only versions of one document can be compared.")
    context = {
        "old": old,
        "new": new,
        "document": document,
        "platform": document.platform,
        "compared": compare(document, old, new) if old != new else None,
        "is_backwards": old.number > new.number,
        "offered": offered(document, old, new),
        "sample_platforms": sample_names([document.platform]),
        "here": "platforms",
    }
    return render(request, "atlas/side_by_side.html", context)
