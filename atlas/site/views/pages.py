"""The home page, and the pages that say what Atlas does and what it is not."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static

from atlas.abstention import ABSTENTION
from atlas.archive.telling.counting import totals
from atlas.models import Change, Publication
from atlas.site.corrections import briefly
from atlas.site.coverage import sample_names
from atlas.site.news import as_entries
from atlas.site.upcoming import next_to_take_effect
from atlas.templatetags.atlas_markup import obligations_cited_in

MEANINGS_SHOWN, DATES_SHOWN, CORRECTIONS_SHOWN = 4, 4, 3


def home(request: HttpRequest) -> HttpResponse:
    changes = list(as_entries(Change.objects.announced()).latest_first()[:10])
    publications = list(Publication.objects.live().for_lists()[:6])
    telling = Publication.objects.live().exclude(change_summary__in=["", ABSTENTION])
    meanings = list(telling.for_lists()[:MEANINGS_SHOWN])
    announcements, corrections = next_to_take_effect(DATES_SHOWN), briefly(CORRECTIONS_SHOWN)
    platforms = [change.document.platform for change in changes]
    platforms += [row.provision.document.platform for row in (*publications, *meanings)]
    platforms += [row.version.document.platform for row in announcements]
    platforms += [row.publication.provision.document.platform for row in corrections]
    context = {
        "changes": changes,
        "publications": publications,
        "meanings": meanings,
        "obligations": obligations_cited_in(*(row.change_summary for row in meanings)),
        "announcements": announcements,
        "corrections": corrections,
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
