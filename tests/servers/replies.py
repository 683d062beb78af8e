"""What goes back over the wire: a status, headers, and a body that may be sent in other ways than at once."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from tests.servers.double import Answer, Asked

NAME = "test-double-1"


class Manner(Enum):
    """How a reply is sent."""

    AT_ONCE = auto()
    TRICKLED = auto()  # a byte now and then: never silent for long, and never done
    HALF = auto()  # the connection ends in the middle of the body
    DROPPED = auto()  # the connection ends before any byte
    NEVER = auto()  # nothing comes, and the connection stays


@dataclass(frozen=True)
class Body:
    text: str
    manner: Manner = Manner.AT_ONCE
    content_type: str = "application/json"


Reply = tuple[int, dict[str, str], Answer | str | Body]
Behaviour = Callable[[Asked], Reply]


def completion(content: str | None, *, finish_reason: str = "stop", **message: object) -> Answer:
    """The body of an answer, as OpenAI's chat completions have it."""
    return {
        "id": "chatcmpl-test",
        "object": "chat.completion",
        "created": 1_780_000_000,
        "model": NAME,
        "choices": [
            {
                "index": 0,
                "finish_reason": finish_reason,
                "message": {"role": "assistant", "content": content, **message},
            }
        ],
        "usage": {"prompt_tokens": 1000, "completion_tokens": 200, "total_tokens": 1200},
    }


def error(message: str, code: str | None = None) -> Answer:
    return {"error": {"message": message, "type": "test", "code": code}}
