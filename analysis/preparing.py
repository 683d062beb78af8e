"""From claimed jobs to questions that can be asked: all that is read from the database, for many jobs at once."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from time import monotonic

import structlog

from analysis.attempt import Assignment, Attempt, Question
from analysis.context import MOST_CHARACTERS, ContextTooLong
from analysis.freezing import redone
from analysis.gathering import Gathered, build_contexts
from analysis.models import DraftJob, DraftRun, RunStatus
from analysis.outline import compose_outline
from analysis.pacing import CHARACTERS_A_TOKEN
from analysis.profiles import Profile
from analysis.prompts import ANALYSIS, CHANGE, SECTION, Prompt, PromptError, current
from analysis.schema import Analysis, canonical_sha256
from analysis.storing import BUG

logger = structlog.get_logger(__name__)

OF_THE_CHANGE = frozenset({"change_summary", "no_material_change"})
SAFETY = 0.8  # of the room that the arithmetic gives: other languages have more tokens to a character


def prepare(jobs: Sequence[DraftJob], profiles: Mapping[int, Profile]) -> dict[int, Question | Attempt]:
    """For each job the question to ask, or the attempt if none is needed: a draft that serves again, or a refusal.

    ``profiles``: which model each job goes to. Some fifteen queries, however many jobs.
    """
    try:
        rooms = {job.pk: room_for(job, profiles[job.pk]) for job in jobs}
        gathered = build_contexts(jobs, most_characters=rooms)
    except PromptError as error:
        return {job.pk: failed_before(profiles[job.pk], "config", str(error)) for job in jobs}
    prepared = {job.pk: _question(job, gathered[job.pk], profiles[job.pk]) for job in jobs}
    return prepared | _served_again([job for job in jobs if job.repeats_id is None], prepared)


def _question(job: DraftJob, gathered: Gathered | ContextTooLong, profile: Profile) -> Question | Attempt:
    if isinstance(gathered, ContextTooLong):
        return failed_before(profile, "too_long", str(gathered))
    try:
        context, sources = gathered
        assignment = Assignment(
            job.pk,
            job.attempts,
            context,
            sources,
            was_truncated=job.error_kind == "truncated",
            base=Analysis.model_validate(job.base) if job.base else None,
        )
        question = Question(assignment, prompt_for(job), profile)
        question.input_sha256  # noqa: B018  # put together here, where no call waits for it
        return question
    except Exception:
        logger.exception("draft failed on our side", job=job.pk)
        return failed_before(profile, "bug", BUG)


def prompt_for(job: DraftJob) -> Prompt:
    """The prompt of a whole analysis, of some of its parts, or of what changed."""
    if not job.parts:
        return current(ANALYSIS)
    return current(CHANGE if OF_THE_CHANGE.issuperset(job.parts) else SECTION)


def room_for(job: DraftJob, profile: Profile) -> int:
    """Characters that the context of ``job`` may have; after "too long", half of it."""
    prompt = prompt_for(job)
    answer = profile.max_tokens or prompt.metadata.max_tokens
    tokens = profile.context_tokens - answer - prompt.fixed_characters / CHARACTERS_A_TOKEN
    room = min(MOST_CHARACTERS, int(max(tokens, 0) * CHARACTERS_A_TOKEN * SAFETY))
    return room // 2 if job.error_kind == "too_long" else room


def _served_again(jobs: Sequence[DraftJob], prepared: Mapping[int, Question | Attempt]) -> dict[int, Attempt]:
    """The attempts of those jobs for which nothing that goes in is different from a stored draft's. One query."""
    asked = {job.pk: question for job in jobs if isinstance(question := prepared[job.pk], Question)}
    stored = {
        run.input_sha256: run
        for run in DraftRun.objects.filter(
            status=RunStatus.DRAFTED,
            drafter="model",
            input_sha256__in=[question.input_sha256 for question in asked.values()],
        ).order_by("pk")
    }
    return {
        key: _reuse(question, stored[question.input_sha256])
        for key, question in asked.items()
        if question.input_sha256 in stored
    }


def _reuse(question: Question, run: DraftRun) -> Attempt:
    attempt = question.begin()
    attempt.analysis = Analysis.model_validate(run.analysis)
    attempt.fields |= {
        "reused": run,
        "model_returned": run.model_returned,
        "raw_answer": run.raw_answer,
        "finish_reason": run.finish_reason,
        "cost_usd": Decimal(0),
    }
    return attempt


def attempt_outline(job: DraftJob) -> Attempt:
    """A draft without a model."""
    started = monotonic()
    try:
        analysis = compose_outline(job.wording)
        if job.parts and job.base is not None:
            analysis = redone(Analysis.model_validate(job.base), analysis, job.parts)
    except Exception:
        logger.exception("draft failed on our side", job=job.pk)
        return failed_before(None, "bug", BUG)
    fields = {
        "drafter": "outline",
        "input_sha256": canonical_sha256([job.wording.text_sha256]),
        "seconds": round(monotonic() - started, 3),
    }
    return Attempt(fields=fields, analysis=analysis)


def failed_before(profile: Profile | None, kind: str, message: str) -> Attempt:
    """A failure before anything was asked."""
    drafter = {"drafter": "model", "model_requested": profile.name} if profile else {"drafter": "outline"}
    return Attempt(fields={**drafter, "input_sha256": ""}).fail(kind, message)
