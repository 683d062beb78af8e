"""What Atlas says of its own work: corrections, what it holds and could not capture, and dates that texts announce."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from atlas.site.corrections import KINDS, described
from atlas.site.corrections import corrections as corrected_publications
from atlas.site.coverage import sample_names
from atlas.site.lookup import wanted_choice
from atlas.site.paging import paged


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
