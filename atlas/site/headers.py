"""What every public answer says to caches. What browsers may run: ``atlas/middleware.py``."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.views.decorators.http import require_safe

View = Callable[..., HttpResponse]


def public(view: View) -> View:
    """A page for every reader: read-only, the same for all, asked for anew so that a withdrawal shows at once."""

    @require_safe
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "public, max-age=0, must-revalidate")
        return response

    return answer


def conditional(request: HttpRequest, response: HttpResponse, *, modified: datetime | None = None) -> HttpResponse:
    """``response`` with an ETag of its content, or 304 with the same headers for a client that has it already."""
    response.headers["ETag"] = f'"{hashlib.sha256(response.content).hexdigest()}"'
    if modified is not None:
        response.headers["Last-Modified"] = http_date(modified.timestamp())
    seconds = int(modified.timestamp()) if modified else None
    answer: HttpResponseBase | None = get_conditional_response(
        request, etag=response.headers["ETag"], last_modified=seconds, response=response
    )
    return answer if isinstance(answer, HttpResponse) else response
