"""To ask the tools for assistants as the protocol has it, without a client of it."""

import itertools
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.test import Client

from atlas.mcp.comparing import SIDES
from atlas.mcp.tools import TOOLS
from atlas.models import Document, Platform, Publication, Topic, sha256

AT_ONCE = 20  # short words that one search can look for: a question has at most 300 characters
HEADERS = {"Accept": "application/json, text/event-stream"}


def post(client: Client, message: dict[str, Any], *, status: int = 200) -> dict[str, Any]:
    body = {"jsonrpc": "2.0", "id": 7, **message}
    response = client.post("/mcp/", json.dumps(body), content_type="application/json", headers=HEADERS)
    assert response.status_code == status, response.content
    told: dict[str, Any] = response.json()
    return told


def call(client: Client, name: str, **arguments: Any) -> dict[str, Any]:
    """The result of a tool."""
    told = post(client, {"method": "tools/call", "params": {"name": name, "arguments": arguments}})
    result: dict[str, Any] = told["result"]
    return result


def answer(client: Client, name: str, **arguments: Any) -> dict[str, Any]:
    """What a tool answers, which must not be a refusal."""
    result = call(client, name, **arguments)
    assert not result["isError"], result
    assert json.loads(result["content"][0]["text"]) == result["structuredContent"]
    told: dict[str, Any] = result["structuredContent"]
    return told


def questions(words: Iterable[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every tool about every row, and every tool with each of ``words`` in each of its fields that takes a text."""
    topics = Topic.objects.values_list("pk", flat=True)
    usual: dict[str, dict[str, Any]] = {
        **{tool.name: {} for tool in TOOLS},
        "compare_topic": {"topic": topics[0]},
        "list_changes": {"change_class": "all", "limit": 20},
        "search_provisions": {"limit": 20},
    }
    yield from ((name, usual[name]) for name in ("list_changes", "search_provisions"))
    slugs, days = [*Platform.objects.values_list("slug", flat=True)], ("", *_days_of_publishing())
    for topic, at in itertools.product(topics, days):
        yield "compare_topic", {"topic": topic, "at": at}
        for start in range(0, len(slugs), SIDES):
            yield "compare_topic", {"topic": topic, "at": at, "platforms": slugs[start : start + SIDES]}
    for topic, at, slug in itertools.product(topics, sorted({days[0], days[-1]}), slugs):
        yield "compare_topic", {"topic": topic, "at": at, "platforms": [slug]}
    for row in Publication.objects.select_related("provision", "version"):
        yield "get_publication", {"id": row.public_id}
        yield "get_provision", {"id": row.provision.public_id}
        yield "get_version_text", {"id": row.version.public_id}
        yield "verify_checksum", {"sha256": row.content_sha256}
    yield from (("get_version_text", {"document": document.public_id, "day": "2026-11-20"})
                for document in Document.objects.all())  # fmt: skip
    for word in words:
        yield "verify_checksum", {"sha256": sha256(word)}
        for tool in TOOLS:
            for name, schema in tool.arguments.model_json_schema()["properties"].items():
                if "string" in str(schema):
                    yield tool.name, usual[tool.name] | {name: [word] if schema.get("type") == "array" else word}


def _days_of_publishing() -> list[str]:
    return sorted({f"{at:%Y-%m-%d}" for at in Publication.objects.values_list("published_at", flat=True)})


def answers(client: Client, words: Iterable[str]) -> dict[str, str]:
    """Question → answer of :func:`questions`. A refusal may repeat what it refuses, and nothing else."""
    bodies = {}
    for name, asked in questions(words):
        result = call(client, name, **asked)
        body = str(result["content"][0]["text"])
        if result["isError"]:
            for given in asked.values():
                body = body.replace(repr(given[0] if isinstance(given, list) else given), "")
        bodies[f"{name} {asked}"] = body
    return bodies


def searches(client: Client, words: Sequence[str]) -> dict[str, str]:
    """What searches answer that look for all ``words``, as many at once as a question may be long."""
    bodies = {}
    for start in range(0, len(words), AT_ONCE):
        asked = " or ".join(words[start : start + AT_ONCE])
        bodies[f"search for {asked}"] = json.dumps(answer(client, "search_provisions", words=asked, limit=AT_ONCE))
    return bodies
