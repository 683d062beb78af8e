"""The head revision as readers would see it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from atlas.models import FIVE_PARTS, PARTS, Attribute, AttributeValue, Jurisdiction
from atlas.templatetags.atlas_markup import obligations_cited_in
from review.desk.loading import load_edition, may_see


def preview(request: HttpRequest, edition_id: int) -> HttpResponse:
    """The head revision with the readers' own template."""
    may_see(request)
    edition = load_edition(edition_id)
    head = edition.head
    assert head is not None
    attributes = Attribute.objects.in_bulk([str(item.get("attribute")) for item in head.attributes])
    facts = [
        AttributeValue(attribute=attributes[item["attribute"]], value=item["value"], quote=item.get("quote", ""))
        for item in head.attributes
        if item.get("attribute") in attributes
    ]
    context = {
        "edition": edition,
        "publication": head,
        "platform": edition.provision.document.platform,
        "document": edition.provision.document,
        "provision": edition.provision,
        "facts": facts,
        "five_parts": [(part, getattr(head, part.field)) for part in FIVE_PARTS],
        "obligations": obligations_cited_in(*(getattr(head, part.field) for part in PARTS)),
        "jurisdictions": dict(Jurisdiction.objects.values_list("key", "name")),
    }
    return render(request, "admin/review/preview.html", context)
