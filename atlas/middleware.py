"""The header that every response carries: pages, errors, static files."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

GetResponse = Callable[[HttpRequest], HttpResponse]

# Readers: our own style sheet and pictures and nothing else. No script, so a text that slipped through runs nothing.
READERS_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# Editors: Django's admin and the desk have scripts, in files of our own site alone.
EDITORS_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; "
    "form-action 'self'; base-uri 'self'; frame-ancestors 'none'"
)
# A readers' page that an editors' page shows in a frame.
FRAMED_POLICY = READERS_POLICY.replace("frame-ancestors 'none'", "frame-ancestors 'self'")


def content_security_policy(get_response: GetResponse) -> GetResponse:
    """Add the policy of the part of the site that was asked for, unless the view has set another."""
    editors = reverse("admin:index")

    def add_policy(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        policy = EDITORS_POLICY if request.path.startswith(editors) else READERS_POLICY
        response.headers.setdefault("Content-Security-Policy", policy)
        return response

    return add_policy
