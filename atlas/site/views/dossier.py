"""The dossier of a provision as a PDF."""

from django.http import HttpRequest, HttpResponse

from atlas.dossier.contents import collect
from atlas.dossier.printing import print_dossier
from atlas.models import Provision
from atlas.site.lookup import cited

PLACE = ("document__platform", "document__collection", "current_wording")


def dossier(request: HttpRequest, public_id: str) -> HttpResponse:
    row = cited(Provision.objects.select_related(*PLACE), public_id)
    response = HttpResponse(print_dossier(collect(row)), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{row.public_id}.pdf"'
    return response
