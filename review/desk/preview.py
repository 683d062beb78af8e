"""The head revision as readers would see it, and that page beside itself at two widths."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.views.decorators.clickjacking import xframe_options_sameorigin

from atlas.middleware import FRAMED_POLICY
from atlas.models import FIVE_PARTS, PARTS, Attribute, AttributeValue, Jurisdiction
from atlas.templatetags.atlas_markup import obligations_cited_in
from review.desk.loading import load_edition, may_see


@xframe_options_sameorigin
def preview(request: HttpRequest, edition_id: int) -> HttpResponse:
    """The head revision with the readers' own template."""
    edition = load_edition(edition_id, may_see(request))
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
    response = render(request, "admin/review/preview.html", context)
    response.headers["Content-Security-Policy"] = FRAMED_POLICY
    return response


def previews(request: HttpRequest, edition_id: int) -> HttpResponse:
    """The preview in two frames: a phone and a desk."""
    edition = load_edition(edition_id, may_see(request))
    context = {
        **admin.site.each_context(request),
        "title": f"Preview of {edition.provision.public_id}",
        "is_nav_sidebar_enabled": False,
        "edition": edition,
    }
    return TemplateResponse(request, "admin/review/previews.html", context)
