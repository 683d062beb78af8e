"""One attempt at one job, away from the database: render, call the model, read its answer, ask once more if need be.

Whatever happens, the result is an `Attempt`: the fields of the `DraftRun` that will be stored, and how it failed.
"""

import asyncio
import secrets
from dataclasses import dataclass, field
from functools import cached_property
from time import monotonic
from typing import Any

from analysis import llm
from analysis.composition import Sources, compose
from analysis.context import Context
from analysis.prompts import Prompt
from analysis.schema import Analysis, BadDraft, canonical_sha256, read_draft, wire
from atlas.archive.texts.normalising import storable

REASK = (
    "That was not usable. Send the whole JSON object again, corrected, and nothing else. What is wrong:\n\n{problems}"
)
MARGIN_SECONDS = 5.0  # beyond the deadline of one call; asking again happens within the same deadline
LONGER = 1.5  # more room for an answer that was cut off the time before


@dataclass(frozen=True)
class Model:
    """Which model, and how it is reached. Keys are never stored or shown."""

    name: str
    api_base: str = ""
    api_key: str = field(default="", repr=False)
    timeout_seconds: float = 120


@dataclass
class Attempt:
    """What a drafter got and gave. ``fields`` are columns of `DraftRun`."""

    fields: dict[str, Any] = field(default_factory=dict)
    analysis: Analysis | None = None
    error_kind: str = ""
    error: str = ""
    retry_after: float | None = None

    def fail(self, kind: str, message: str, *, retry_after: float | None = None) -> "Attempt":
        self.error_kind, self.error, self.retry_after = kind, message, retry_after
        return self


@dataclass(frozen=True)
class Assignment:
    """One job as it is handed to a drafter: everything read from the database beforehand."""

    job_id: int
    attempt: int
    context: Context
    sources: Sources
    was_truncated: bool = False

    @cached_property
    def schema(self) -> dict[str, Any]:
        """What the answer has to fit, with the closed sets of this job."""
        return wire(self.context.closed)


async def attempt_with_model(assignment: Assignment, prompt: Prompt, model: Model) -> Attempt:
    """An analysis from ``model``, or why there is none. Raises nothing of the model's making."""
    started = monotonic()
    attempt = _begin(assignment, prompt, model)
    try:
        async with asyncio.timeout(model.timeout_seconds + MARGIN_SECONDS):
            await _ask(assignment, attempt, model)
    except TimeoutError:
        attempt.fail("timeout", f"The model did not answer within {model.timeout_seconds:g} seconds")
    except llm.LLMError as error:
        attempt.fail(error.kind, str(error), retry_after=error.retry_after)
    except BadDraft as error:
        attempt.fail("invalid", f"The model's answer was not usable, twice:\n{error}")
    attempt.fields["seconds"] = round(monotonic() - started, 3)
    return attempt


def _begin(assignment: Assignment, prompt: Prompt, model: Model) -> Attempt:
    messages = prompt.messages(assignment.context, boundary=secrets.token_hex(8))
    max_tokens = int(prompt.metadata.max_tokens * (LONGER if assignment.was_truncated else 1))
    parameters = {
        "temperature": prompt.metadata.temperature,
        "max_tokens": max_tokens,
        "timeout_seconds": model.timeout_seconds,
    }
    return Attempt(
        fields={
            "drafter": "model",
            "messages": messages,
            "candidates": [candidate.key for candidate in assignment.context.candidates],
            "prompt_name": prompt.name,
            "prompt_version": prompt.version,
            "prompt_sha256": prompt.sha256,
            "schema_sha256": canonical_sha256(assignment.schema),
            "model_requested": model.name,
            "parameters": parameters,
            "input_sha256": canonical_sha256([messages, assignment.schema, model.name, parameters]),
            "software": {"litellm": llm.version()},
        }
    )


async def _ask(assignment: Assignment, attempt: Attempt, model: Model) -> None:
    """Ask, and once more with the problems of an unreadable answer. What was spent on both is added up."""
    answer = await _call(assignment, attempt, model)
    try:
        draft = read_draft(answer, assignment.context.closed)
    except BadDraft as error:
        attempt.fields["messages"] += [
            {"role": "assistant", "content": answer},
            {"role": "user", "content": REASK.format(problems=error)},
        ]
        answer = await _call(assignment, attempt, model)
        draft = read_draft(answer, assignment.context.closed)
    attempt.analysis = compose(draft, assignment.sources)


async def _call(assignment: Assignment, attempt: Attempt, model: Model) -> str:
    fields = attempt.fields
    answer = await llm.complete(
        llm.Call(
            model=model.name,
            messages=list(fields["messages"]),
            schema=assignment.schema,
            max_tokens=fields["parameters"]["max_tokens"],
            temperature=fields["parameters"]["temperature"],
            timeout_seconds=model.timeout_seconds,
            api_base=model.api_base,
            api_key=model.api_key,
        )
    )
    text = storable(answer.text)
    fields.update(
        raw_answer=text,
        finish_reason=answer.finish_reason,
        model_returned=answer.model,
        provider_request_id=answer.request_id,
        input_tokens=_sum(fields.get("input_tokens"), answer.input_tokens),
        output_tokens=_sum(fields.get("output_tokens"), answer.output_tokens),
        cost_usd=_sum(fields.get("cost_usd"), answer.cost_usd),
    )
    if answer.finish_reason == "length":
        raise llm.CutOff("The model's answer was cut off at its longest allowed length")
    return text


def _sum(before: Any, more: Any) -> Any:
    """Both added; None if either is not known once there were two."""
    return more if before is None else None if more is None else before + more
