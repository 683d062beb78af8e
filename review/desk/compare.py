"""Two revisions of an edition, part by part."""

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from atlas.archive.texts.wording_diff import DiffPart, diff_words
from atlas.models import Exposure, Topic
from review.desk.forms import attribute_lines
from review.desk.loading import load_edition, may_see
from review.desk.revisions import revisions_of
from review.desk.token import as_key
from review.models import PART_LABELS, Edition, Revision

LISTED = 100  # revisions to choose from


def compare(request: HttpRequest, edition_id: int) -> HttpResponse:
    """``?a=1&b=2``: revision 1 beside revision 2. Without them, the last two."""
    edition = load_edition(edition_id, may_see(request))
    assert edition.head is not None
    newer = as_key(request.GET.get("b", "")) or edition.head.number
    older = as_key(request.GET.get("a", "")) or max(1, newer - 1)
    found = {revision.number: revision for revision in revisions_of(edition).filter(number__in=[older, newer])}
    if older not in found or newer not in found:
        raise Http404("This edition has no such revision.")
    context = {
        **admin.site.each_context(request),
        "title": f"{edition.provision.public_id}: revision {older} and revision {newer}",
        "is_nav_sidebar_enabled": False,
        "edition": edition,
        "older": found[older],
        "newer": found[newer],
        "differences": differences(found[older], found[newer]),
        "numbers": numbers(edition),
    }
    return TemplateResponse(request, "admin/review/compare.html", context)


def numbers(edition: Edition) -> list[int]:
    return list(edition.revisions.order_by("-number").values_list("number", flat=True)[:LISTED])


def differences(older: Revision, newer: Revision) -> list[tuple[str, list[DiffPart]]]:
    """What differs: the part in words, and how."""
    before, after = _texts(older), _texts(newer)
    return [(PART_LABELS[name], diff_words(before[name], after[name])) for name in after if before[name] != after[name]]


def _texts(revision: Revision) -> dict[str, str]:
    """Every part as text, codes in words."""
    content: dict[str, Any] = revision.content()
    names = dict(Topic.objects.filter(pk__in=revision.topics).values_list("key", "name"))
    return {
        **{name: value for name, value in content.items() if isinstance(value, str)},
        "exposure_level": str(dict(Exposure.choices).get(revision.exposure_level, "Not rated")),
        "topics": "\n".join(sorted(str(names.get(key, key)) for key in revision.topics)),
        "attributes": attribute_lines(revision.attributes),
        "no_material_change": "Yes" if revision.no_material_change else "No",
    }
