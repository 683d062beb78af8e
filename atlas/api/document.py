"""The OpenAPI document: what django-ninja knows of the routes, completed with what holds for all of them."""

import copy
from functools import cache
from http import HTTPStatus
from typing import Any

from django.conf import settings

from atlas.api.api import LICENCE_NOTE, api
from atlas.api.problems import Problem

Item = dict[str, Any]
PROBLEM = {"$ref": "#/components/schemas/Problem"}
ETAG = {"description": "Send it back as If-None-Match.", "schema": {"type": "string"}}
# status → what it means, and what its detail says for example
PROBLEMS = {
    "400": (
        "A parameter is not right; `detail` says which, and what it should be.",
        "Parameter limit: Input should be less than or equal to 200.",
    ),
    "404": (
        "There is no such thing; `detail` says where to look.",
        "There is no AT-P-999999. Take identifiers from /provisions.",
    ),
    "405": ("The API is read-only.", "The API is read-only: ask with GET or HEAD."),
}


@cache
def document() -> Item:
    """The whole document, OpenAPI 3.1."""
    made: Item = copy.deepcopy(dict(api.get_openapi_schema(path_prefix="")))
    made["info"] |= {
        "summary": "The public record of Atlas: archived terms, their changes, approved analyses.",
        "license": {"name": "See the note on licence and attribution", "url": f"{settings.BASE_URL}/api/#licence"},
        "contact": {"name": "Atlas", "url": f"{settings.BASE_URL}/about/"},
        "description": f"{made['info']['description']}\n{LICENCE_NOTE}\n",
    }
    made["servers"] = [{"url": f"{settings.BASE_URL}/api/v1", "description": "This Atlas."}]
    made["externalDocs"] = {"description": "The API explained, with examples.", "url": f"{settings.BASE_URL}/api/"}
    made["components"]["schemas"]["Problem"] = Problem.model_json_schema()
    for path, operations in list(made["paths"].items()):
        operation = operations["get"]
        operation["operationId"] = operation["operationId"].removeprefix("atlas_api_routes_")
        _complete(operation)
        if any(parameter["name"] == "format" for parameter in operation["parameters"]):
            made["paths"][f"{path}.csv"] = {"get": _as_csv(operation)}
            operation["responses"]["200"]["content"]["text/csv"] = {"schema": {"type": "string"}}
    return made


def _complete(operation: Item) -> None:
    answers: Item = {str(status): answer for status, answer in operation["responses"].items()}
    answers["200"]["headers"] = {"ETag": ETAG}
    answers["304"] = {"description": "Nothing changed since the answer whose ETag you sent."}
    for status, (description, detail) in PROBLEMS.items():
        example = {"type": "about:blank", "title": HTTPStatus(int(status)).phrase, "status": int(status)}
        content = {"application/problem+json": {"schema": PROBLEM, "example": {**example, "detail": detail}}}
        answers.setdefault(status, {"description": description, "content": content})
    if "410" in answers:
        answers["410"]["description"] = "It was withdrawn or retracted: a tombstone, without its text."
        answers["410"]["content"] = {"application/problem+json": answers["410"]["content"]["application/json"]}
    operation["responses"] = dict(sorted(answers.items()))


def _as_csv(operation: Item) -> Item:
    made = copy.deepcopy(operation)
    made["operationId"] += "_csv"
    made["summary"] += " as CSV"
    made["description"] = "The whole list in one file, with the same filters. Cells that would be formulas are quoted."
    made["parameters"] = [parameter for parameter in made["parameters"] if parameter["name"] != "format"]
    made["responses"]["200"] = {"description": "OK", "content": {"text/csv": {"schema": {"type": "string"}}}}
    return made
