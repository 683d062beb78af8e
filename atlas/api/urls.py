"""Addresses of the API. Each answers as :mod:`atlas.api.answers` says; what there is not is told as a problem."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, re_path, resolve

from atlas.api.answers import View, for_programs
from atlas.api.api import api
from atlas.api.document import document
from atlas.api.problems import problem


def openapi(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document."""
    return JsonResponse(document(), json_dumps_params={"ensure_ascii": False})


def unknown(request: HttpRequest) -> HttpResponseBase:
    """What stands at no address of ours."""
    if not request.path_info.endswith("/") and resolve(f"{request.path_info}/").func is not _UNKNOWN:
        return HttpResponseRedirect(f"{request.path_info}/")  # as Django does: the editors' addresses end like this
    told = "There is no such address. All there are: /api/v1/openapi.json; explained at /api/. None ends with a slash."
    return problem(404, told)


_UNKNOWN = for_programs(unknown)


def _routes() -> Iterator[URLPattern]:
    for pattern in api.urls[0]:
        route = str(pattern.pattern)
        operations = document()["paths"].get("/" + route.replace("<", "{").replace(">", "}"))
        if not operations or not isinstance(pattern, URLPattern):
            continue  # django-ninja's own root
        parameters = {row["name"] for row in operations["get"]["parameters"] if row["in"] == "query"}
        yield path(route, for_programs(pattern.callback, parameters))
        if "format" in parameters:
            yield path(f"{route}.csv", for_programs(_csv(pattern.callback), parameters - {"format"}))


def _csv(view: View) -> View:
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        asked = request.GET.copy()
        asked["format"] = "csv"
        request.GET = asked  # type: ignore[assignment]
        return view(request, *args, **kwargs)

    return answer


urlpatterns = [
    path("openapi.json", for_programs(openapi)),
    *_routes(),
    re_path("", _UNKNOWN),
]
