"""What every public answer says to browsers and caches."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

View = Callable[..., HttpResponse]

# Our own style sheet and pictures and nothing else: no script, no form but our own filters, no frame.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def public(view: View) -> View:
    """A page for every reader: read-only, the same for all, asked for anew so that a withdrawal shows at once."""

    @require_safe
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "public, max-age=0, must-revalidate")
        response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        return response

    return answer
