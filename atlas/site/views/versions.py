"""Two versions of a document side by side: what differs, provision by provision and word by word."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from atlas.archive.telling.comparison import compare
from atlas.models import Version
from atlas.site.coverage import sample_names
from atlas.site.lookup import cited, parameter


def choose(request: HttpRequest) -> HttpResponse:
    """From the form with two versions (``?old=AT-V-…&new=AT-V-…``) to the address of their comparison."""
    if not parameter(request, "old") and not parameter(request, "new"):
        return render(request, "atlas/choose_versions.html")
    rows = Version.objects.all()
    old, new = cited(rows, parameter(request, "old")), cited(rows, parameter(request, "new"))
    return redirect("site:side_by_side", old.public_id, new.public_id)


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
        "versions": document.versions.order_by("-number"),
        "sample_platforms": sample_names([document.platform]),
        "here": "platforms",
    }
    return render(request, "atlas/side_by_side.html", context)
