"""One attempt at one job, away from the database: call the model, read its answer, ask once more if need be.

At most three calls: the draft; once more where the answer is not usable; and one that mends quotes which are not found.
Whatever happens, the result is an `Attempt`: the fields of the `DraftRun` that will be stored, and how it failed.
"""

import asyncio
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from time import monotonic
from typing import Any

import structlog
from django.conf import settings
from django.utils import timezone
from pydantic import BaseModel

from analysis import llm
from analysis.budget import price_now
from analysis.composition import Sources, compose
from analysis.context import Context
from analysis.pacing import estimate_tokens
from analysis.profiles import Profile
from analysis.prompts import REPAIR, Prompt, current
from analysis.repairing import MOST_REPAIRS, apply_repairs, closed_for, find_failures
from analysis.schema import Analysis, BadDraft, Repairs, canonical_sha256, read_answer, wire
from atlas.archive.texts.normalising import storable

logger = structlog.get_logger(__name__)

REASK = (
    "That was not usable. Send the whole JSON object again, corrected, and nothing else. What is wrong:\n\n{problems}"
)
MARGIN_SECONDS = 5.0  # beyond the deadline of one call; asking again happens within the same deadline
LONGER = 1.5  # more room for an answer that was cut off the time before


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
    """One job as it is handed to a drafter: everything read from the database beforehand.

    ``base``: the analysis whose other parts stay, where some are to be written anew.
    """

    job_id: int
    attempt: int
    context: Context
    sources: Sources
    was_truncated: bool = False
    base: Analysis | None = None


@dataclass(frozen=True)
class Question:
    """What a model will be asked for an assignment, ready to send."""

    assignment: Assignment
    prompt: Prompt
    profile: Profile

    @cached_property
    def messages(self) -> list[dict[str, str]]:
        return self.prompt.messages(
            self.assignment.context, boundary=boundary_of(self.assignment), length_scale=self.profile.length_scale
        )

    @cached_property
    def schema(self) -> dict[str, Any]:
        """What the answer has to fit, with the closed sets of this job."""
        return wire(self.assignment.context.closed, self.shape)

    @cached_property
    def shape(self) -> type[BaseModel]:
        return self.prompt.shape(self.assignment.context)

    @cached_property
    def parameters(self) -> dict[str, Any]:
        longest = self.profile.max_tokens or self.prompt.metadata.max_tokens
        return {
            "temperature": self.prompt.metadata.temperature,
            "max_tokens": int(longest * (LONGER if self.assignment.was_truncated else 1)),
            "timeout_seconds": self.profile.timeout_seconds,
            "length_scale": self.profile.length_scale,
        }

    @cached_property
    def input_sha256(self) -> str:
        """The same where wording, context, prompt, model and parameters are: a stored draft then serves again."""
        closed = self.assignment.context.closed
        return canonical_sha256(
            [self.prompt.sha256, self.messages[-1], vars(closed), self.profile.name, self.parameters]
        )

    @cached_property
    def tokens(self) -> float:
        """About how many tokens the call needs in all."""
        asked = estimate_tokens(sum(len(message["content"]) for message in self.messages))
        return asked + float(self.parameters["max_tokens"])

    def begin(self) -> Attempt:
        context = self.assignment.context
        return Attempt(
            fields={
                "drafter": "model",
                "messages": self.messages,
                "blocks": [{"id": block.id, "start": block.start, "end": block.end} for block in context.blocks],
                "candidates": [candidate.key for candidate in context.candidates],
                "prompt_name": self.prompt.name,
                "prompt_version": self.prompt.version,
                "prompt_sha256": self.prompt.sha256,
                "schema_sha256": canonical_sha256(self.schema),
                "model_requested": self.profile.name,
                "parameters": self.parameters,
                "input_sha256": self.input_sha256,
                "software": {"litellm": llm.version()},
                "calls": [],
            }
        )


def boundary_of(assignment: Assignment) -> str:
    """What marks the platform's text in a prompt: nobody who writes that text can know it, and a repetition has it."""
    text = assignment.sources.wording.encode()
    return hmac.new(settings.SECRET_KEY.encode(), text, hashlib.sha256).hexdigest()[:16]


async def attempt_with_model(assignment: Assignment, prompt: Prompt, profile: Profile) -> Attempt:
    """An analysis by the model of ``profile``, or why there is none. Raises nothing of the model's making."""
    return await ask(Question(assignment, prompt, profile))


async def ask(question: Question) -> Attempt:
    """The same, of a question that has been put together."""
    started, profile = monotonic(), question.profile
    attempt = question.begin()
    try:
        async with asyncio.timeout(profile.timeout_seconds + MARGIN_SECONDS):
            await _Conversation(question, attempt).hold()
    except TimeoutError:
        if attempt.analysis is None:
            attempt.fail("timeout", f"The model did not answer within {profile.timeout_seconds:g} seconds")
    except llm.LLMError as error:
        attempt.fail(error.kind, str(error), retry_after=error.retry_after)
    except BadDraft as error:
        attempt.fail("invalid", f"The model's answer was not usable, twice:\n{error}")
    except Exception:
        if attempt.analysis is None:
            raise
        logger.exception("quotes not mended", job=question.assignment.job_id)  # the draft stands as it came
    attempt.fields["seconds"] = round(monotonic() - started, 3)
    return attempt


class _Conversation:
    """Asks, reads, asks again, and writes down in ``attempt`` what went to and fro and what it cost."""

    def __init__(self, question: Question, attempt: Attempt) -> None:
        self.question = question
        self.attempt = attempt
        self.assignment = question.assignment

    async def hold(self) -> None:
        draft = await self._draft()
        self._compose(draft)  # what happens from here on is no failure of the draft
        mended = await self._repaired(draft)
        if mended is not draft:
            self._compose(mended)

    def _compose(self, draft: BaseModel) -> None:
        parts = self.assignment.context.parts
        self.attempt.analysis = compose(draft, self.assignment.sources, self.assignment.base, parts)

    async def _draft(self) -> BaseModel:
        question, closed = self.question, self.assignment.context.closed
        answer = await self._call("draft", question.messages, question.schema, new=[])
        try:
            return read_answer(answer, closed, question.shape)
        except BadDraft as error:
            new = [
                {"role": "assistant", "content": answer},
                {"role": "user", "content": REASK.format(problems=error)},
            ]
            answer = await self._call("asked again", [*question.messages, *new], question.schema, new=new)
            return read_answer(answer, closed, question.shape, strict=False)  # a formality does not cost the draft

    async def _repaired(self, draft: BaseModel) -> BaseModel:
        """``draft`` with its failed quotes mended where that succeeds."""
        context, sources = self.assignment.context, self.assignment.sources
        failures = find_failures(draft, sources, context.blocks)
        if not failures or len(failures) > MOST_REPAIRS:
            return draft
        closed = closed_for(failures, context.closed)
        messages = current(REPAIR).messages(context, boundary=boundary_of(self.assignment), failures=failures)
        try:
            answer = await self._call("repair", messages, wire(closed, Repairs), new=messages)
            found = read_answer(answer, closed, Repairs)
        except llm.LLMError:
            return draft
        except BadDraft as error:
            self.attempt.fields["calls"][-1]["error"] = storable(str(error))
            return draft
        draft, repairs = apply_repairs(draft, failures, found.replacements, sources, context.closed)
        self.attempt.fields["repairs"] = [repair.as_json() for repair in repairs]
        return draft

    async def _call(
        self,
        purpose: str,
        messages: Sequence[Mapping[str, str]],
        schema: Mapping[str, Any],
        *,
        new: Sequence[Mapping[str, str]],
    ) -> str:
        """The answer to ``messages``; ``new`` are those that the run does not hold yet."""
        profile, parameters = self.question.profile, self.question.parameters
        record: dict[str, Any] = {"purpose": purpose, "messages": list(new), "answer": ""}
        self.attempt.fields["calls"].append(record)
        call = llm.Call(
            model=profile.name,
            messages=messages,
            schema=schema,
            max_tokens=parameters["max_tokens"],
            temperature=parameters["temperature"],
            timeout_seconds=profile.timeout_seconds,
            api_base=profile.api_base,
            api_key=profile.api_key,
        )
        try:
            answer = await llm.complete(call)
        except llm.LLMError as error:
            record["error"] = storable(f"{error.kind}: {error}")
            raise
        text = self._note(record, answer)
        if answer.finish_reason == "length":
            raise llm.CutOff("The model's answer was cut off at its longest allowed length")
        return text

    def _note(self, record: dict[str, Any], answer: llm.Answer) -> str:
        fields, text = self.attempt.fields, storable(answer.text)
        cost, price = self._cost(answer)
        record.update(
            answer=text,
            finish_reason=answer.finish_reason,
            request_id=answer.request_id,
            fingerprint=answer.fingerprint,
            model=answer.model,
            input_tokens=answer.input_tokens,
            output_tokens=answer.output_tokens,
            cached_tokens=answer.cached_tokens,
            cost_usd=None if cost is None else str(cost),
            seconds=round(answer.seconds, 3),
        )
        first = len(fields["calls"]) == 1
        fields.update(
            price=price,
            raw_answer=fields["raw_answer"] if record["purpose"] == "repair" else text,
            finish_reason=answer.finish_reason,
            model_returned=answer.model,
            provider_request_id=answer.request_id,
            input_tokens=_sum(fields.get("input_tokens"), answer.input_tokens, first),
            output_tokens=_sum(fields.get("output_tokens"), answer.output_tokens, first),
            cached_tokens=_sum(fields.get("cached_tokens"), answer.cached_tokens, first),
            cost_usd=_sum(fields.get("cost_usd"), cost, first),
            library_cost_usd=_sum(fields.get("library_cost_usd"), answer.library_cost_usd, first),
        )
        return text

    def _cost(self, answer: llm.Answer) -> tuple[Decimal | None, dict[str, str]]:
        """What the call cost by our price, and that price; nothing is known without tokens or without a price."""
        price = price_now(self.question.profile, timezone.now())
        if price is None:
            return None, {}
        if answer.input_tokens is None or answer.output_tokens is None:
            return None, price.as_json()
        return price.cost(answer.input_tokens, answer.output_tokens, answer.cached_tokens or 0), price.as_json()


def _sum(before: Any, more: Any, first: bool) -> Any:
    """Both added; None if either is not known."""
    return more if first else None if before is None or more is None else before + more
