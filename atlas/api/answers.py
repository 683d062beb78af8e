"""What holds for every answer of the API: which methods there are, who may read it, how long it may be kept."""

import hashlib
from collections.abc import Callable, Collection
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.views.decorators.csrf import csrf_exempt

from atlas.api.problems import problem

View = Callable[..., HttpResponseBase]
METHODS = "GET, HEAD, OPTIONS"
HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Content-Disposition",
    # Asked for anew each time, so that a withdrawal shows at once; the ETag makes that cheap.
    "Cache-Control": "public, max-age=0, must-revalidate",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}

PREFLIGHT = {
    "Allow": METHODS,
    "Access-Control-Allow-Methods": METHODS,
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Max-Age": "86400",
}


def for_programs(view: View, parameters: Collection[str] = ()) -> View:
    """``view`` as everybody's program may use it. A parameter that is not among ``parameters`` is told, not ignored."""

    @csrf_exempt  # it changes nothing; a POST is to be told so in our words
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = _answer(request, view, parameters, *args, **kwargs)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if isinstance(response, HttpResponse) and response.status_code == 200:
            # Also for HEAD: what the method would have got.
            etag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
            response.headers["ETag"] = etag
            response = get_conditional_response(request, etag=etag, response=response) or response
            response.headers.setdefault("Access-Control-Allow-Origin", "*")
        return _without_body(response) if request.method == "HEAD" else response

    return answer


def _answer(
    request: HttpRequest, view: View, parameters: Collection[str], *args: Any, **kwargs: Any
) -> HttpResponseBase:
    if request.method == "OPTIONS":
        response = HttpResponse(status=204)
        for name, value in PREFLIGHT.items():
            response.headers[name] = value
        return response
    if request.method not in ("GET", "HEAD"):
        response = problem(405, "The API is read-only: ask with GET or HEAD.")
        response.headers["Allow"] = METHODS
        return response
    if unknown := sorted(set(request.GET) - set(parameters)):
        known = f"It has {', '.join(sorted(parameters))}." if parameters else "It has no parameters."
        return problem(400, f"There is no parameter {unknown[0][:40]!r} here. {known}")
    is_head, request.method = request.method == "HEAD", "GET"
    answer = view(request, *args, **kwargs)
    request.method = "HEAD" if is_head else "GET"
    return answer


def _without_body(response: HttpResponseBase) -> HttpResponseBase:
    """The headers that GET would have got. A stream is not even begun."""
    if isinstance(response, StreamingHttpResponse):
        response.streaming_content = []
    elif isinstance(response, HttpResponse):
        response.headers.setdefault("Content-Length", str(len(response.content)))
        response.content = b""
    return response
