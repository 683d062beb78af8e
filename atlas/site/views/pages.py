"""The home page, and the pages that say what Atlas does and what it is not."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static

from atlas.archive.telling.counting import totals
from atlas.models import Change, Publication
from atlas.site.coverage import sample_names
from atlas.site.news import as_entries


def home(request: HttpRequest) -> HttpResponse:
    changes = list(as_entries(Change.objects.announced()).latest_first()[:10])
    publications = list(Publication.objects.live().for_lists()[:6])
    platforms = [change.document.platform for change in changes]
    platforms += [publication.provision.document.platform for publication in publications]
    context = {
        "changes": changes,
        "publications": publications,
        "totals": totals(),
        "sample_platforms": sample_names(platforms),
    }
    return render(request, "atlas/home.html", context)


def methodology(request: HttpRequest) -> HttpResponse:
    return render(request, "atlas/methodology.html", {"here": "methodology"})


def about(request: HttpRequest) -> HttpResponse:
    return render(request, "atlas/about.html")


def favicon(request: HttpRequest) -> HttpResponse:
    """Browsers ask for this name where no page names the picture, for example at answers of the admin."""
    return redirect(static("atlas/mark.svg"))
