"""To ask the tools for assistants as the protocol has it, without a client of it."""

import json
from typing import Any

from django.test import Client

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
