"""What Atlas says of its own work: corrections, what it holds and could not capture, and dates that texts announce."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from atlas.models import Document, Platform
from atlas.site.corrections import KINDS, described
from atlas.site.corrections import corrections as corrected_publications
from atlas.site.coverage import open_incidents, sample_names, with_captures
from atlas.site.documents_held import HELD, capture_totals, held, incident_totals
from atlas.site.lookup import wanted_choice, wanted_platform
from atlas.site.paging import paged
from atlas.site.stability import unstable_documents
from atlas.site.upcoming import RECENT, announced, recently_in_effect, taking_effect


def corrections(request: HttpRequest) -> HttpResponse:
    """Every analysis that was corrected, withdrawn or retracted, the latest first."""
    kind = wanted_choice(request, "show", list(KINDS))
    page = paged(request, corrected_publications(kind), ("-at", "-pk"))
    context = {
        "page": page,
        "corrections": described(page.rows),
        "kind": kind,
        "kinds": list(KINDS),
        "sample_platforms": sample_names(row.provision.document.platform for row in page.rows),
    }
    return render(request, "atlas/corrections.html", context)


def coverage(request: HttpRequest) -> HttpResponse:
    """What is held of each document, since when, and what could not be captured. Documents of all platforms or one."""
    platform = wanted_platform(request)
    show = wanted_choice(request, "show", list(HELD))
    unstable = unstable_documents()
    broken, past_incidents = incident_totals()
    totals = {"": Document.objects.count(), "unstable": len(unstable), "broken": broken}
    rows = Document.objects.select_related("platform", "collection")
    rows = rows.filter(platform=platform) if platform else rows
    rows = rows.filter(pk__in=unstable) if show == "unstable" else rows
    rows = rows.filter(pk__in=open_incidents().values("document")) if show == "broken" else rows
    order = ("platform__name", "platform_id", "name", "pk")
    page = paged(request, with_captures(rows), order, total=None if platform else totals[show])
    context = {
        "page": page,
        "holdings": held(page.rows, unstable),
        "totals": capture_totals(),
        "past_incidents_total": past_incidents,
        "documents_total": totals[""],
        "unstable_total": totals["unstable"],
        "broken_total": totals["broken"],
        "platform": platform,
        "platforms": Platform.objects.values_list("slug", "name"),
        "show": show,
        "choices": HELD,
        "sample_platforms": sample_names(row.platform for row in page.rows),
        "here": "coverage",
    }
    return render(request, "atlas/coverage.html", context)


def upcoming(request: HttpRequest) -> HttpResponse:
    """Dates on which texts that stand take effect, the next first; ``?show=recent``: those that lately did."""
    is_recent = wanted_choice(request, "show", ["recent"]) == "recent"
    today = timezone.now().date()
    ahead, lately = taking_effect(today), recently_in_effect(today)
    page = paged(request, lately, ("-value", "-pk")) if is_recent else paged(request, ahead, ("value", "pk"))
    context = {
        "page": page,
        "announcements": announced(page.rows, today),
        "is_recent": is_recent,
        "others_total": (ahead if is_recent else lately).count(),
        "days": RECENT.days,
        "sample_platforms": sample_names(row.version.document.platform for row in page.rows),
        "here": "upcoming",
    }
    return render(request, "atlas/upcoming.html", context)
