"""Streamable HTTP: one message a POST, one JSON answer, no session. GET has no stream to offer."""

import json

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from atlas.mcp.handler import VERSIONS, answer
from atlas.mcp.messages import INTERNAL_ERROR, INVALID_REQUEST, PARSE_ERROR, RpcError

LARGEST = 100_000  # bytes of a message
STATUSES = {PARSE_ERROR: 400, INVALID_REQUEST: 400, INTERNAL_ERROR: 500}


@csrf_exempt  # it changes nothing, and no cookie is looked at
def endpoint(request: HttpRequest) -> HttpResponse:
    """The only address of the protocol."""
    response = _refused(request) or _answered(request)
    response.headers["Cache-Control"] = "no-store"
    return response


def _refused(request: HttpRequest) -> HttpResponse | None:
    """Why the request is not looked at, if so. The order is that of the protocol: who asks, how, in which version."""
    if not _is_from_here(request):
        return _told(403, "Pages of other sites may not use this address: the Origin header names one.")
    if request.method != "POST":
        response = _told(405, "Send messages with POST. There is no stream and no session to end.")
        response.headers["Allow"] = "POST"
        return response
    if request.content_type != "application/json":
        return _told(415, "Messages are application/json.")
    if not request.accepts("application/json"):
        return _told(406, "Answers are application/json: accept that.")
    if request.headers.get("MCP-Protocol-Version", VERSIONS[0]) not in VERSIONS:
        return _told(400, f"The versions of the protocol that are spoken here: {', '.join(VERSIONS)}.")
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST:
        return _told(413, f"Messages have at most {LARGEST:,} bytes.")
    return None


def _is_from_here(request: HttpRequest) -> bool:
    """A browser names the page that asks. Another site's page must not use a reader's network (DNS rebinding)."""
    origin = request.headers.get("Origin")
    return origin is None or origin in (settings.BASE_URL, f"{request.scheme}://{request.get_host()}")


def _answered(request: HttpRequest) -> HttpResponse:
    told = answer(request.read(LARGEST))
    if told is None:
        return HttpResponse(status=202)
    status = STATUSES.get(told["error"]["code"], 200) if "error" in told else 200
    return HttpResponse(json.dumps(told), status=status, content_type="application/json")


def _told(status: int, words: str) -> HttpResponse:
    body = json.dumps(RpcError(INVALID_REQUEST, words).answer())
    return HttpResponse(body, status=status, content_type="application/json")
