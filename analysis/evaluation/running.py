"""Runs cases through a drafter the way jobs are drafted: one event loop, a limit on calls at once, no database."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from decimal import Decimal
from time import monotonic

from analysis import llm
from analysis.attempt import Assignment, Attempt, attempt_with_model
from analysis.evaluation.cases import Case, catalogue
from analysis.evaluation.judging import Judgement, judge
from analysis.outline import compose_outline
from analysis.profiles import Profile
from analysis.prompts import Prompt
from atlas.catalogue.loading import as_if_prefetched
from atlas.models import Capture, Document, Platform, Provision, Standing, Wording


@dataclass(frozen=True)
class Drafter:
    """Who drafts: ``model`` with ``prompt``, or without a model the outline."""

    prompt: Prompt | None = None
    model: Profile | None = None

    @property
    def label(self) -> str:
        if self.prompt is None or self.model is None:
            return "outline"
        return f"{self.prompt.name} {self.prompt.version}"


@dataclass(frozen=True)
class Outcome:
    """One case with one drafter. ``error`` says why there is no analysis."""

    case: Case
    judgement: Judgement
    error: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: Decimal | None = None
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        return not self.judgement.failed


Progress = Callable[[], None]


def run(
    cases: Sequence[Case], drafters: Sequence[Drafter], *, width: int, progress: Progress = lambda: None
) -> list[list[Outcome]]:
    """The outcomes of each drafter, in the order of ``cases``; up to ``width`` calls at once."""
    pairs = [(drafter, case) for drafter in drafters for case in cases]
    if any(drafter.model for drafter in drafters):
        llm.preload()
    attempts = asyncio.run(_all(pairs, width, progress))
    outcomes = [_outcome(*pair, attempt) for pair, attempt in zip(pairs, attempts, strict=True)]
    return [outcomes[start : start + len(cases)] for start in range(0, len(outcomes), len(cases))]


async def _all(pairs: Sequence[tuple[Drafter, Case]], width: int, progress: Progress) -> list[Attempt | None]:
    gate = asyncio.Semaphore(width)

    async def one(number: int, drafter: Drafter, case: Case) -> Attempt | None:
        if drafter.prompt is None or drafter.model is None:
            return None
        async with gate:
            attempt = await _attempt(number, case, drafter.prompt, drafter.model)
        progress()
        return attempt

    try:
        return await asyncio.gather(*(one(number, *pair) for number, pair in enumerate(pairs, 1)))
    finally:
        await llm.close()


async def _attempt(number: int, case: Case, prompt: Prompt, model: Profile) -> Attempt:
    """The one place where a model is asked: what a drain does with a job."""
    assignment = Assignment(job_id=number, attempt=1, context=case.context(), sources=case.sources)
    return await attempt_with_model(assignment, prompt, model)


def _outcome(drafter: Drafter, case: Case, attempt: Attempt | None) -> Outcome:
    if attempt is None:
        return _outlined(case)
    fields = attempt.fields
    return Outcome(
        case,
        judge(case, attempt.analysis),
        error=f"{attempt.error_kind}: {attempt.error}" if attempt.error_kind else "",
        input_tokens=fields.get("input_tokens") or 0,
        output_tokens=fields.get("output_tokens") or 0,
        cost_usd=fields.get("cost_usd"),
        seconds=fields.get("seconds", 0.0),
    )


def _outlined(case: Case) -> Outcome:
    started = monotonic()
    analysis = compose_outline(_wording(case), catalogue=catalogue())
    return Outcome(case, judge(case, analysis), cost_usd=Decimal(0), seconds=monotonic() - started)


def _wording(case: Case) -> Wording:
    """``case`` as rows that are not saved, with keys that no row has: the outline looks for their history, in vain.

    So the outline is judged without the previous wording, which it finds by queries alone.
    """
    rows = catalogue()
    standing = {str(choice.label): choice for choice in Standing}[case.standing]
    document = Document(
        pk=0,
        platform=Platform(pk=0, name=case.platform),
        name=case.document,
        terms_type=case.terms_type or case.document,
        standing=standing,
    )
    provision = Provision(pk=0, document=document, title=case.title)
    as_if_prefetched(provision, topics=[rows.topics[key] for key in case.topics])
    seen = Capture(pk=0, document=document, captured_at=datetime.combine(case.day, time(12), UTC))
    return Wording(pk=0, provision=provision, number=1, text=case.wording, first_capture=seen)
