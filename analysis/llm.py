"""Calls to a language model. The only module that knows litellm, and it imports it inside `_litellm()` alone.

One request, no hidden retry: attempts are counted and spaced by the job table. What can go wrong, by status code first
(litellm's classes move between releases, and a refused connection looks like a 500):

    LLMError                          kind, retry_after
    ├── Unavailable   transient       refused, dropped, 408, 409, 425, 5xx, 529, unreadable body
    │   ├── TimedOut  timeout         the deadline of the whole call passed
    │   ├── RateLimited  rate         429; retry_after in seconds where the provider says so
    │   └── EmptyAnswer  empty        200 without choices or without content
    ├── OutOfBudget   budget          402, 429 insufficient_quota
    ├── Misconfigured config          401, 403, 404, missing key, unknown provider
    ├── TooLong       too_long        413, context window exceeded
    ├── Refused       refused         content policy, content_filter, a refusal; its words
    ├── CutOff        truncated       finish_reason "length" (raised by the caller, who keeps the text)
    └── BadRequest    request         other 4xx: the provider does not accept what we send

Messages, keys and the provider's own error objects (they carry the messages) are never logged.
"""

import asyncio
import os
import sys
import warnings
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from functools import cache
from importlib import import_module
from time import monotonic
from typing import Any, ClassVar

from analysis.retries import LONGEST_RETRY_AFTER
from atlas.archive.texts.normalising import storable
from atlas.logs import HIDDEN

AT_THE_FIRST_CALL = ("openai.resources", "litellm.proxy._types")  # with all that they import, 460 modules
QUIET = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # "1" does not count; otherwise the import fetches a price list
    "LITELLM_MODE": "PRODUCTION",  # otherwise the import reads a .env of a parent folder
    "LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS": "True",
    "LANGSMITH_TRACING": "false",
}
KEYLESS = "no-key-needed"  # OpenAI-compatible local servers want some key
TOO_LONG_WORDS = ("context length", "context window", "maximum context", "too many tokens", "context size")
POLICY_WORDS = ("content policy", "content_policy", "content management policy", "safety system")
LONGEST_EXPLANATION = 300
LONGEST_LABEL = 200  # characters of a model's name or a request's id
MOST_TOKENS = 100_000_000  # of one call; more is no count
HIGHEST_COST = 1_000  # USD for one call; more is no price
CLOSE_SECONDS = 5.0  # for connections to say good-bye; a stop must not hang on them


class LLMError(Exception):
    """A model call gave no usable answer."""

    kind: ClassVar[str] = "bug"

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unavailable(LLMError):
    """The model service cannot be reached or fails; another try may work."""

    kind = "transient"


class TimedOut(Unavailable):
    kind = "timeout"


class RateLimited(Unavailable):
    kind = "rate"


class EmptyAnswer(Unavailable):
    kind = "empty"


class OutOfBudget(LLMError):
    """The account or our own budget is used up; a person has to act."""

    kind = "budget"


class Misconfigured(LLMError):
    """Key, model name or address are wrong; a person has to act."""

    kind = "config"


class TooLong(LLMError):
    kind = "too_long"


class Refused(LLMError):
    kind = "refused"


class CutOff(LLMError):
    kind = "truncated"


class BadRequest(LLMError):
    kind = "request"


@dataclass(frozen=True)
class Call:
    """One request to a model. ``timeout_seconds`` bounds the whole call, also a body that trickles."""

    model: str
    messages: Sequence[Mapping[str, str]]
    schema: Mapping[str, Any]
    max_tokens: int
    temperature: float
    timeout_seconds: float
    api_base: str = ""
    api_key: str = field(default="", repr=False)


@dataclass(frozen=True)
class Answer:
    """What came back. ``library_cost_usd`` is None where litellm knows no price; a zero is never a price."""

    text: str
    finish_reason: str
    model: str
    request_id: str
    fingerprint: str
    input_tokens: int | None
    output_tokens: int | None
    cached_tokens: int | None
    library_cost_usd: Decimal | None
    seconds: float


def _litellm() -> Any:
    """litellm, quietened before its first import. 4 s and 160 MB: never in a web process."""
    os.environ.update(QUIET)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # deprecations of its own dependencies
        import litellm

    # Its types make pydantic warn when they are first used; not ours to mend, and an error where warnings are.
    warnings.filterwarnings("ignore", module=r"(litellm|pydantic|openai|aiohttp)\b")
    litellm.suppress_debug_info = True
    litellm.disable_hf_tokenizer_download = True
    return litellm


def preload() -> None:
    """Import litellm now (4 s), and what it imports at its first call, before an event loop that this would hold up.

    Who forks workers does it once for all of them.
    """
    _litellm()
    for name in AT_THE_FIRST_CALL:
        with suppress(ImportError):  # another release keeps it elsewhere: then the first call imports it as before
            import_module(name)


@cache
def version() -> str:
    from importlib.metadata import version as installed

    return installed("litellm")


async def complete(call: Call) -> Answer:
    """The model's answer to ``call``.

    Raises:
        LLMError: one of the tree above.
    """
    litellm = _litellm()
    from openai import OpenAIError  # the root of litellm's classes

    started = monotonic()
    try:
        response = await asyncio.wait_for(litellm.acompletion(**_arguments(call)), call.timeout_seconds)
    except TimeoutError:
        raise TimedOut(f"The model did not answer within {call.timeout_seconds:g} seconds") from None
    except OpenAIError as error:
        raise translate(error, secret=call.api_key) from None
    return _read(response, call, monotonic() - started)


def _arguments(call: Call) -> dict[str, Any]:
    arguments: dict[str, Any] = {
        "model": call.model,
        "messages": [dict(message) for message in call.messages],
        "max_tokens": call.max_tokens,
        "temperature": call.temperature,
        "timeout": call.timeout_seconds,
        "max_retries": 0,
        "num_retries": 0,
        "drop_params": True,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "analysis", "strict": True, "schema": dict(call.schema)},
        },
    }
    if call.api_base:
        arguments["api_base"] = call.api_base
    if call.api_key or call.api_base:
        arguments["api_key"] = call.api_key or KEYLESS
    return arguments


def _read(response: Any, call: Call, seconds: float) -> Answer:
    if not response.choices:
        raise EmptyAnswer("The model's answer was empty")
    choice = response.choices[0]
    refusal = _refusal(choice.message)
    if refusal or choice.finish_reason == "content_filter":
        raise Refused(f"The model declined: {_short(refusal, call.api_key) or 'its content filter stopped the answer'}")
    text = choice.message.content or ""
    if not text.strip() and choice.finish_reason != "length":
        raise EmptyAnswer("The model's answer was empty")
    usage = getattr(response, "usage", None)
    return Answer(
        text=text,
        finish_reason=_label(choice.finish_reason)[:40],
        model=_label(response.model),
        request_id=_label(response.id),
        fingerprint=_label(getattr(response, "system_fingerprint", None)),
        input_tokens=_count(getattr(usage, "prompt_tokens", None)),
        output_tokens=_count(getattr(usage, "completion_tokens", None)),
        cached_tokens=_count(getattr(getattr(usage, "prompt_tokens_details", None), "cached_tokens", None)),
        library_cost_usd=_cost(response),
        seconds=seconds,
    )


def _refusal(message: Any) -> str:
    extra = getattr(message, "provider_specific_fields", None) or {}
    return str(getattr(message, "refusal", None) or extra.get("refusal") or "")


def _label(said: object) -> str:
    """What a service calls something, as its column can hold it."""
    return storable(str(said or ""))[:LONGEST_LABEL]


def _count(said: object) -> int | None:
    """A number of tokens; None where what the service says can be none."""
    return said if isinstance(said, int) and 0 <= said <= MOST_TOKENS else None


def _cost(response: Any) -> Decimal | None:
    """litellm's price of the call. It gives 0 to invented names that look like a known family: that is unknown."""
    cost = (getattr(response, "_hidden_params", None) or {}).get("response_cost") or 0
    return Decimal(str(cost)).quantize(Decimal("0.000001")) if 0 < cost < HIGHEST_COST else None


def translate(error: BaseException, *, secret: str = "") -> LLMError:
    """litellm's ``error`` as one of ours: status code first, then the provider's code, then words.

    ``secret``: the key, which some services repeat in what they say.
    """
    status = int(getattr(error, "status_code", 0) or 0)
    said = str(getattr(error, "message", "") or error)
    words = said.lower()
    seconds = _retry_after(error)
    short = _short(said, secret)
    if status == 402 or (status == 429 and "insufficient_quota" in f"{words} {_body_code(error)}"):
        return OutOfBudget("The account of the model service has no budget left; top it up, then retry")
    if status == 429:
        return RateLimited("The model service is at its rate limit", retry_after=seconds)
    if status in (401, 403) or "missing credentials" in words or "api_key" in words:
        return Misconfigured("The model service refuses our key; check ATLAS_LLM_API_KEY")
    if status == 404 or "llm provider not provided" in words:
        return Misconfigured("The model is not known to the service; check ATLAS_LLM_MODEL and ATLAS_LLM_API_BASE")
    if status == 413 or any(phrase in words for phrase in TOO_LONG_WORDS):
        return TooLong("The provision with its context is too long for the model")
    if any(phrase in words for phrase in POLICY_WORDS):
        return Refused("The model declined: the provider's content policy stopped the request")
    if status in (408, 504):
        return TimedOut("The model service did not answer in time")
    if status in (400, 405, 406, 410, 415, 422):
        return BadRequest(f"The model service does not accept the request ({status}): {short}")
    if status:
        return Unavailable(f"The model service failed ({status})", retry_after=seconds)
    return Unavailable(f"The model service could not be reached ({type(error).__name__})")


def _body_code(error: BaseException) -> str:
    body = getattr(error, "body", None)
    return str(body.get("code") or "") if isinstance(body, Mapping) else ""


def _retry_after(error: BaseException) -> float | None:
    """Seconds until the service may be asked again, if it says so: in seconds, in milliseconds, or as a date.

    An hour at most, whatever it says; None where that is no time, and our own back-off serves.
    """
    headers = getattr(error, "litellm_response_headers", None) or {}
    for header, factor in (("retry-after-ms", 0.001), ("retry-after", 1)):
        seconds = _seconds(str(headers.get(header) or ""), factor)
        if seconds is not None and seconds >= 0:  # not so for "nan"
            return min(seconds, LONGEST_RETRY_AFTER)
    return None


def _seconds(said: str, factor: float) -> float | None:
    try:
        return float(said) * factor
    except ValueError:
        return _seconds_until(said)


def _seconds_until(date: str) -> float | None:
    try:
        moment = parsedate_to_datetime(date)
    except (ValueError, OverflowError):
        return None
    return max((moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds(), 0.0)


def _short(words: str, secret: str = "") -> str:
    return " ".join((words.replace(secret, HIDDEN) if secret else words).split())[:LONGEST_EXPLANATION]


async def close() -> None:
    """Close the connections of this event loop and forget them; each loop that called a model must.

    They leak otherwise; and litellm knows a client by the address of its loop, which a later loop may have again.
    """
    if "litellm" in sys.modules:
        litellm = _litellm()
        with suppress(TimeoutError):
            await asyncio.wait_for(litellm.close_litellm_async_clients(), CLOSE_SECONDS)
        litellm.in_memory_llm_clients_cache.flush_cache()
