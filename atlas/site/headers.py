"""What every public answer says to caches, and how it travels. What browsers may run: ``atlas/middleware.py``."""

import gzip
import hashlib
import re
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import http_date
from django.views.decorators.http import require_safe

View = Callable[..., HttpResponse]

_TAKES_GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))", re.IGNORECASE)
_LEAST = 500  # bytes: below, a packet holds it anyway
_LEVEL = 4  # of gzip: half the time of the usual 6, for a twentieth more bytes


def public(view: View) -> View:
    """A page for every reader: read-only, the same for all, asked for anew so that a withdrawal shows at once."""
    return require_safe(revalidated(view))


def revalidated(view: View) -> View:
    """``view`` with an ETag, so that asking anew is cheap, and compressed. Nothing is kept here: each answer is made
    of what stands in the database now, and 304 is said only of one that is the same to the byte."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "public, max-age=0, must-revalidate")
        if request.method in {"GET", "HEAD"}:
            response = conditional(request, response)
        return _compressed(request, response)

    return answer


def conditional(request: HttpRequest, response: HttpResponse, *, modified: datetime | None = None) -> HttpResponse:
    """``response`` with an ETag of its content, or 304 with the same headers for a client that has it already.

    The ETag is a weak one, since the same page travels compressed or not; one that the view has set stays.
    """
    if _is_text(response):
        patch_vary_headers(response, ["Accept-Encoding"])  # a 304 has to say it too
    if response.status_code != 200:
        return response
    if "ETag" not in response.headers:
        response.headers["ETag"] = f'W/"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    if modified is not None:
        response.headers["Last-Modified"] = http_date(modified.timestamp())
    seconds = int(modified.timestamp()) if modified else None
    answer: HttpResponseBase | None = get_conditional_response(
        request, etag=response.headers["ETag"], last_modified=seconds, response=response
    )
    return answer if isinstance(answer, HttpResponse) else response


def _compressed(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Text, for a client that takes gzip. Readers' pages hold no secret that its length could give away."""
    accepts = _TAKES_GZIP.search(request.headers.get("Accept-Encoding", ""))
    if not accepts or not _is_text(response) or len(response.content) < _LEAST:
        return response
    response.content = gzip.compress(response.content, _LEVEL, mtime=0)
    response.headers["Content-Encoding"] = "gzip"
    if response.headers.get("ETag", "").startswith('"'):
        response.headers["ETag"] = f"W/{response.headers['ETag']}"
    return response


def _is_text(response: HttpResponse) -> bool:
    kind = response.headers.get("Content-Type", "").partition(";")[0]
    return "Content-Encoding" not in response.headers and (kind.startswith("text/") or kind.endswith(("json", "xml")))
