"""What a model service does besides answering: refuse, fail, hang, send what is no answer."""

import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from tests.servers.double import Asked
from tests.servers.replies import Behaviour, Body, Manner, Reply, completion, error


def status(code: int, message: str = "scripted", *, error_code: str | None = None, **headers: str) -> Behaviour:
    return lambda asked: (
        code,
        {name.replace("_", "-"): value for name, value in headers.items()},
        error(message, error_code),
    )


def sending(text: str, manner: Manner = Manner.AT_ONCE, *, content_type: str = "application/json") -> Behaviour:
    """``text`` with status 200, whatever was asked."""
    return lambda asked: (200, {}, Body(text, manner, content_type))


def after(seconds: float, behaviour: Behaviour) -> Behaviour:
    """``behaviour`` when so much time has passed."""

    def behave(asked: Asked) -> Reply:
        threading.Event().wait(seconds)
        return behaviour(asked)

    return behave


# Nothing, or not all of it.

silence = sending("", Manner.NEVER)
dropped = sending("", Manner.DROPPED)
broken_off = sending(" " * 10_000, Manner.HALF)
trickle = sending(" " * 10_000, Manner.TRICKLED)

# With status 200, and no answer.

not_json = sending("<html>Bad gateway</html>")
html = sending("<html><body>Please log in</body></html>", content_type="text/html")
broken_body = sending('{"id": "chatcmpl-test", "choices": [')


def empty(asked: Asked) -> Reply:
    return 200, {}, {**completion(""), "choices": []}


# Refused, in the words of providers.

unknown_parameter = status(400, "Unrecognized request argument supplied: response_format")
context_length = status(
    400,
    "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.",
    error_code="context_length_exceeded",
)
content_policy = status(
    400,
    "Your request was rejected as a result of our safety system.",
    error_code="content_policy_violation",
)
wrong_key = status(401, "Incorrect API key provided", error_code="invalid_api_key")
unknown_model = status(404, "The model `test-double` does not exist", error_code="model_not_found")
quota = status(429, "You exceeded your current quota", error_code="insufficient_quota")


def patience_until_a_date(seconds: int) -> Behaviour:
    """429 with Retry-After as an HTTP date."""
    return lambda asked: status(
        429, Retry_After=format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)
    )(asked)
