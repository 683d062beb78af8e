"""The drain: claims jobs, drafts many at once, stores each result in one transaction.

One event loop makes the model calls; the database is used from one thread beside it, in short transactions, and none
is open while a model is called. A killed worker's jobs come back when their leases run out; a stopping one hands them
back at once. Calls may so be repeated; a result is stored once, by whoever holds the lease.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from threading import Lock
from time import monotonic
from typing import ParamSpec, TypeVar
from uuid import UUID, uuid4

import structlog
from django.db import DatabaseError, InterfaceError, connections

from analysis import leases, llm
from analysis.attempt import Assignment, Attempt, Model, attempt_with_model
from analysis.context import MOST_CHARACTERS, build_context
from analysis.models import DraftJob, DraftRun
from analysis.outline import compose_outline
from analysis.prompts import PromptError, current
from analysis.retries import BLOCKING, FIRST_DELAY
from analysis.schema import canonical_sha256
from analysis.storing import store
from atlas.config import load_config
from atlas.stopping import stop_requested

logger = structlog.get_logger(__name__)

LOOK_SECONDS = 0.5  # how often a stop is looked for
LONGEST_PAUSE = 60.0  # seconds a drain waits for a rate limit to pass; a longer one ends it
PATIENCE_SECONDS = 5.0  # with calls that do not let themselves be cancelled, when a drain ends
_model_in_use = Lock()
BUG = "Something went wrong on our side; the log has it under this job"

P = ParamSpec("P")
T = TypeVar("T")


@dataclass
class DrainSummary:
    """What a drain did. ``cost_usd`` adds up known prices; ``unpriced`` counts drafts by a model without one."""

    outcomes: Counter[str] = field(default_factory=Counter)  # drafted, retrying, failed, handed over
    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: Decimal = Decimal(0)
    unpriced: int = 0
    seconds: float = 0.0
    blocked: str = ""  # why no further job was started, in words

    def add(self, outcome: str, attempt: Attempt) -> None:
        fields = attempt.fields
        self.outcomes[outcome] += 1
        if fields.get("drafter") == "model":
            self.calls += 1
            self.input_tokens += fields.get("input_tokens") or 0
            self.output_tokens += fields.get("output_tokens") or 0
            self.cost_usd += fields.get("cost_usd") or 0
            self.unpriced += fields.get("cost_usd") is None

    @property
    def drafted(self) -> int:
        return self.outcomes["drafted"]


Progress = Callable[[DraftJob, str], None]


class AlreadyDraftingError(RuntimeError):
    """Two drains with a model in one process: they would close each other's connections."""


def drain(
    *,
    limit: int | None = None,
    budget_seconds: float | None = None,
    provision_id: int | None = None,
    progress: Progress = lambda job, outcome: None,
) -> DrainSummary:
    """Draft what is queued: up to ``limit`` jobs, starting none after ``budget_seconds``; else until none waits.

    Any number of processes may do so at the same time.

    Raises:
        AlreadyDraftingError: if another thread of this process is drafting with a model.
    """
    started = monotonic()
    with _alone_with_the_model():
        if load_config().llm_model and leases.ready(provision_id=provision_id).exists():
            llm.preload()
        connections.close_all()  # the drain's own thread has the only connection meanwhile
        work = _Drain(limit=limit, budget_seconds=budget_seconds, provision_id=provision_id, progress=progress)
        asyncio.run(work.run())
    work.summary.seconds = round(monotonic() - started, 2)
    return work.summary


@contextmanager
def _alone_with_the_model() -> Iterator[None]:
    """litellm keeps its clients and its background worker for the process, bound to one event loop."""
    if not load_config().llm_model:
        yield
    elif _model_in_use.acquire(blocking=False):
        try:
            yield
        finally:
            _model_in_use.release()
    else:
        raise AlreadyDraftingError("This process is drafting already; run a second drain in a process of its own")


def configured_model() -> Model | None:
    """The model to draft with; None: the outline drafter."""
    config = load_config()
    if not config.llm_model:
        return None
    return Model(config.llm_model, config.llm_api_base, config.llm_api_key, config.llm_timeout)


class _Drain:
    """One run of the loop. Everything it holds is leased to ``token``."""

    def __init__(
        self, *, limit: int | None, budget_seconds: float | None, provision_id: int | None, progress: Progress
    ) -> None:
        self.left = limit
        self.stop_claiming_at = monotonic() + budget_seconds if budget_seconds is not None else float("inf")
        self.provision_id = provision_id
        self.progress = progress
        self.model = configured_model()
        self.width = load_config().llm_concurrency
        self.token = uuid4()
        self.running: dict[asyncio.Task[str], DraftJob] = {}
        self.paused_until = 0.0
        self.summary = DrainSummary()
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="draft-database")

    async def database(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``function`` on the database thread."""
        return await asyncio.get_running_loop().run_in_executor(self.thread, partial(function, *args, **kwargs))

    async def run(self) -> None:
        pulse = asyncio.create_task(_keep_leases(self.token))
        try:
            if self.model is not None and await self.database(_last_run_was_blocked):
                self.width = 1  # try one before the rest fail alike
            while not stop_requested():
                await self._claim()
                if self.running:
                    await self._wait()
                elif self._paused and self.left != 0 and await self.database(self._more_waits):
                    await asyncio.sleep(LOOK_SECONDS)
                else:
                    break
        finally:
            pulse.cancel()
            await self._finish()

    @property
    def _paused(self) -> bool:
        return not self.summary.blocked and monotonic() < min(self.paused_until, self.stop_claiming_at)

    async def _claim(self) -> None:
        free = self.width - len(self.running)
        if self.left is not None:
            free = min(free, self.left)
        if free <= 0 or self.summary.blocked or self._paused or monotonic() >= self.stop_claiming_at:
            return
        jobs = await self.database(leases.claim, self.token, free, provision_id=self.provision_id)
        for job in jobs:
            self.running[asyncio.create_task(self._draft(job))] = job
        if self.left is not None:
            self.left -= len(jobs)

    def _more_waits(self) -> bool:
        return leases.ready(provision_id=self.provision_id).exists()

    async def _wait(self) -> None:
        done, _ = await asyncio.wait(self.running, timeout=LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            job = self.running.pop(task)
            self.progress(job, task.result())  # raises where the database failed: leases then run out

    async def _draft(self, job: DraftJob) -> str:
        """Draft one job and store what came of it; returns the outcome."""
        attempt = await self._attempt(job)
        outcome = await self.database(store, job, self.token, attempt)
        self.summary.add(outcome, attempt)
        if attempt.error_kind in BLOCKING:
            self.summary.blocked = attempt.error
        if attempt.error_kind == "rate":
            self._pause(attempt)
        if outcome == "drafted":
            self.width = load_config().llm_concurrency
        return outcome

    def _pause(self, attempt: Attempt) -> None:
        """Start nothing more until the service may be asked again; where that is not soon, not in this drain."""
        seconds = attempt.retry_after if attempt.retry_after is not None else FIRST_DELAY
        self.paused_until = max(self.paused_until, monotonic() + seconds)
        if seconds > LONGEST_PAUSE or self.paused_until > self.stop_claiming_at:
            self.summary.blocked = attempt.error

    async def _attempt(self, job: DraftJob) -> Attempt:
        try:
            if self.model is None:
                return await self.database(attempt_outline, job)
            assignment = await self.database(assign, job)
            return await attempt_with_model(assignment, current(), self.model)
        except PromptError as error:
            return _failed_before(self.model, "config", str(error))
        except Exception:
            logger.exception("draft failed on our side", job=job.pk)
            return _failed_before(self.model, "bug", BUG)

    async def _finish(self) -> None:
        """Hand back what is not done, close the loop's connections and the thread's."""
        unfinished = [job.pk for task, job in self.running.items() if not task.done()]
        for task in self.running:
            task.cancel()
        if self.running:
            await asyncio.wait(self.running, timeout=PATIENCE_SECONDS)
        try:
            if unfinished:
                handed_back = await self.database(leases.release, self.token, unfinished)
                self.summary.outcomes["handed back"] += handed_back
                logger.info("handed back", jobs=handed_back)
        finally:
            if self.model is not None:
                await llm.close()
            await self.database(connections.close_all)
            self.thread.shutdown()


async def _keep_leases(token: UUID) -> None:
    """Heartbeat, on a thread and a connection of its own: work that waits for the database does not hold it up."""
    while True:
        await asyncio.sleep(leases.HEARTBEAT_SECONDS)
        await asyncio.to_thread(_extend, token)


def _extend(token: UUID) -> None:
    try:
        leases.extend(token)
    except (DatabaseError, InterfaceError):
        logger.warning("heartbeat missed", exc_info=True)  # the lease outlasts two; its loss is found when storing
    finally:
        connections.close_all()


def _last_run_was_blocked() -> bool:
    last = DraftRun.objects.order_by("-id").values_list("error_kind", flat=True).first()
    return last in BLOCKING


def assign(job: DraftJob) -> Assignment:
    """``job`` as a drafter gets it. After "too long" it gets half of what it got before."""
    room = MOST_CHARACTERS // 2 if job.error_kind == "too_long" else MOST_CHARACTERS
    context, sources = build_context(job, most_characters=room)
    return Assignment(job.pk, job.attempts, context, sources, was_truncated=job.error_kind == "truncated")


def attempt_outline(job: DraftJob) -> Attempt:
    """A draft without a model."""
    started = monotonic()
    analysis = compose_outline(job.wording)
    fields = {
        "drafter": "outline",
        "input_sha256": canonical_sha256([job.wording.text_sha256]),
        "seconds": round(monotonic() - started, 3),
    }
    return Attempt(fields=fields, analysis=analysis)


def _failed_before(model: Model | None, kind: str, message: str) -> Attempt:
    drafter = {"drafter": "model", "model_requested": model.name} if model else {"drafter": "outline"}
    return Attempt(fields={**drafter, "input_sha256": ""}).fail(kind, message)
