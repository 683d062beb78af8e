"""The page that explains the API to people."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from atlas.api.document import document
from atlas.mcp.handler import VERSIONS
from atlas.mcp.tools import TOOLS
from atlas.models import Document, Publication, Version
from atlas.site.headers import public


@public
def explained(request: HttpRequest) -> HttpResponse:
    """What there is, with examples that work here. Three queries."""
    version = Version.objects.order_by("-pk").first()
    found = Publication.objects.live().order_by("-pk").first()
    described = Document.objects.order_by("pk").first()
    context = {
        "base": f"{settings.BASE_URL}/api/v1",
        "site": settings.BASE_URL,
        "resources": [
            (path, operations["get"]["summary"], operations["get"]["description"].replace("`", ""))
            for path, operations in document()["paths"].items()
            if not path.endswith(".csv")
        ],
        "exports": [path for path in document()["paths"] if path.endswith(".csv")],
        "document": described.public_id if described else "AT-D-000001",
        "day": f"{version.first_captured_at:%Y-%m-%d}" if version else "2026-05-01",
        "publication": found.public_id if found else "AT-A-000001",
        "tools": TOOLS,
        "versions": VERSIONS,
    }
    return render(request, "atlas/api.html", context)
