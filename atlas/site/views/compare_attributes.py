"""Attribute tables: one coded fact across platforms, each value with its quote and who approved it."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from atlas.comparing.coverage import Coverage, among, coverage_of, ranked
from atlas.comparing.facts import Facts, facts_of, tallies
from atlas.comparing.moments import Moment
from atlas.models import Attribute, Platform
from atlas.site.compare_tables import attribute_rows, csv_response
from atlas.site.coverage import sample_names
from atlas.site.lookup import wanted_choice, wanted_keys
from atlas.site.moments import at_a_moment, frame
from atlas.site.paging import paged_list

ROWS = 20
# Of each platform on a page of several; of one alone the longest list.
VALUES_EACH, VALUES_OF_ONE = 5, 200


@dataclass(frozen=True)
class Answer:
    """What one platform's documents state."""

    platform: Platform
    coverage: Coverage
    facts: Facts


@at_a_moment
def attributes(request: HttpRequest, moment: Moment) -> HttpResponse:
    """Every attribute with the number of its approved values."""
    return render(request, "atlas/compare_attributes.html", {"tallies": tallies(moment), **frame(moment, [])})


@at_a_moment
def attribute(request: HttpRequest, moment: Moment, key: str) -> HttpResponse:
    """Platforms that state something first; ``?format=csv`` has all of them in one table."""
    row = get_object_or_404(Attribute.objects.select_related("topic"), key=key)
    slugs = wanted_keys(request, "platform")
    platforms = ranked(among(moment, slugs), moment, attribute=row)
    if slugs and len(platforms) != len(slugs):
        raise Http404("one of these platforms is none of ours")
    is_export = bool(wanted_choice(request, "format", ["csv"]))
    page = paged_list(request, platforms, size=ROWS)
    shown = platforms if is_export else page.rows
    most = VALUES_OF_ONE if is_export or len(slugs) == 1 else VALUES_EACH
    facts = facts_of(moment, [row], shown, most=most)
    coverage = coverage_of(moment, shown)
    answers = [Answer(one, coverage[one.pk], facts.get((one.pk, row.pk), Facts())) for one in shown]
    if is_export:
        return csv_response(f"atlas-{row.pk}", moment, attribute_rows(row, answers, moment))
    named = [("platform", platform.slug) for platform in page.rows]
    context = {
        "attribute": row,
        "page": page,
        "answers": answers,
        "all_platforms": Platform.objects.values_list("slug", "name"),
        "slugs": slugs,
        "sample_platforms": sample_names(page.rows),
        **frame(moment, [("platform", slug) for slug in slugs], shown=() if slugs else named),
    }
    return render(request, "atlas/compare_attribute.html", context)
