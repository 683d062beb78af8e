"""What every public answer says to caches. What browsers may run: ``atlas/middleware.py``."""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import parse_http_date_safe
from django.views.decorators.http import require_safe

from atlas.site.compressing import compress, is_text
from atlas.site.keeping import kept

View = Callable[..., HttpResponse]


def public(view: View) -> View:
    """A page for every reader: read-only, the same for all, asked for anew so that a withdrawal shows at once."""
    return require_safe(_conditional(kept(_complete(view))))


def revalidated(view: View) -> View:
    """A page that may also be sent something: made for each request, and otherwise like every page for readers."""
    return _conditional(_complete(view))


def _complete(view: View) -> View:
    """``view`` with an ETag of its content, so that asking anew is cheap, and compressed.

    The ETag of a text is a weak one, since the same page travels compressed or not; one that the view has set stays.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "public, max-age=0, must-revalidate")
        if request.method in {"GET", "HEAD"}:
            if is_text(response):
                patch_vary_headers(response, ["Accept-Encoding"])  # a 304 has to say it too
            if response.status_code == 200:
                etag = f'W/"{hashlib.sha256(response.content).hexdigest()[:32]}"'
                response.headers.setdefault("ETag", etag)
        compress(request, response)
        return response

    return answer


def _conditional(view: View) -> View:
    """``view``, or 304 with the same headers for a client that has its answer already, the same to the byte."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if request.method not in {"GET", "HEAD"} or response.status_code != 200:
            return response
        modified = parse_http_date_safe(response.headers.get("Last-Modified", ""))
        unchanged: HttpResponseBase | None = get_conditional_response(
            request, etag=response.headers["ETag"], last_modified=modified, response=response
        )
        return unchanged if isinstance(unchanged, HttpResponse) else response

    return answer
