"""JSON-RPC 2.0 as the Model Context Protocol has it: what comes in is read strictly, what goes out is plain JSON."""

import json
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictInt, StrictStr, ValidationError

PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS, INTERNAL_ERROR = -32700, -32600, -32601, -32602, -32603
Identifier = StrictInt | StrictStr
Answer = dict[str, Any]


class RpcError(Exception):
    """An answer that is a protocol error."""

    def __init__(self, code: int, message: str, *, of: Identifier | None = None) -> None:
        self.code, self.message, self.of = code, message, of
        super().__init__(message)

    def answer(self) -> Answer:
        return {"jsonrpc": "2.0", "id": self.of, "error": {"code": self.code, "message": self.message}}


class Message(BaseModel):
    """A request; without ``id`` a notification, which is not answered."""

    model_config = ConfigDict(extra="ignore")

    jsonrpc: Literal["2.0"]
    method: StrictStr = Field(max_length=200)
    id: Identifier | None = None
    params: dict[str, Any] = Field(default_factory=dict)


def read(text: bytes) -> Message | None:
    """The message in ``text``; None for a notification or a response, neither of which is answered.

    Raises:
        RpcError: if it is no message of the protocol.
    """
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        raise RpcError(PARSE_ERROR, "This is not JSON.") from None
    if isinstance(given, list):
        raise RpcError(INVALID_REQUEST, "Send one message at a time: batches are not part of the protocol any more.")
    if isinstance(given, dict) and "method" not in given and ("result" in given or "error" in given):
        return None  # an answer to something we never ask
    try:
        message = Message.model_validate(given)
    except ValidationError:
        raise RpcError(INVALID_REQUEST, "This is no JSON-RPC 2.0 request.", of=_identifier(given)) from None
    if "id" not in given:
        return None
    if message.id is None:
        raise RpcError(INVALID_REQUEST, "The id of a request is a text or a whole number.")
    return message


def result(message: Message, value: Answer) -> Answer:
    return {"jsonrpc": "2.0", "id": message.id, "result": value}


def _identifier(given: object) -> Identifier | None:
    named = given.get("id") if isinstance(given, dict) else None
    return named if isinstance(named, int | str) and not isinstance(named, bool) else None
