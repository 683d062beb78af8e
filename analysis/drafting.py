"""The drain: claims jobs, drafts many at once, stores what comes of them.

One event loop, three kinds of tasks that meet in two queues:

    feeder ── claims jobs, makes questions ──► questions ──► callers ── ask a model ──► results ──► storer

As many callers as calls may be open at once; none of them waits for the database, which is used from one thread beside
the loop, in short transactions for many jobs together. None is open while a model is called. A killed worker's jobs
come back when their leases run out; a stopping one hands them back at once. Calls may so be repeated; a result is
stored once, by whoever holds the lease.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import ParamSpec, TypeVar
from uuid import uuid4

import structlog
from django.db import connections

from analysis import budget, holds, leases, llm
from analysis.attempt import Attempt, Question, ask
from analysis.drain_process import alone_with_the_model, threads_taking_short_turns
from analysis.drain_summary import DrainSummary
from analysis.holds import Holds
from analysis.models import DraftJob, Hold, HoldCause
from analysis.pacing import Pace
from analysis.preparing import attempt_outline, failed_before, prepare
from analysis.profiles import Profile, configured_profiles
from analysis.prompts import ANALYSIS, PromptError, current
from analysis.retries import FIRST_DELAY, HOLDING
from analysis.storing import BUG, store_all
from atlas.config import load_config
from atlas.stopping import stop_requested

logger = structlog.get_logger(__name__)

LOOK_SECONDS = 0.5  # how often a stop is looked for
LONGEST_PAUSE = 60.0  # seconds a drain waits for a rate limit to pass; a longer one ends it
PATIENCE_SECONDS = 5.0  # with calls that do not let themselves be cancelled, when a drain ends
AHEAD = 32  # questions made ready beforehand, at most; they are leased while they wait
BATCH = 16  # jobs claimed at once: many share their queries, and callers don't wait for all of them

P = ParamSpec("P")
T = TypeVar("T")


Progress = Callable[[DraftJob, str], None]


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
    with alone_with_the_model():
        if load_config().llm_model and leases.ready(provision_id=provision_id).exists():
            llm.preload()
        connections.close_all()  # the drain's own thread has the only connection meanwhile
        work = _Drain(limit=limit, budget_seconds=budget_seconds, provision_id=provision_id, progress=progress)
        with threads_taking_short_turns():
            asyncio.run(work.run())
    work.summary.seconds = round(monotonic() - started, 2)
    return work.summary


Ready = tuple[DraftJob, Question | Attempt | None]  # a question to ask, or what came of it already; None: an outline


@dataclass(frozen=True)
class Result:
    """A job and what came of it; None: nothing was asked, and it goes back."""

    job: DraftJob
    attempt: Attempt | None


class _Drain:
    """One run of the loop. Everything it holds is leased to ``token``."""

    def __init__(
        self, *, limit: int | None, budget_seconds: float | None, provision_id: int | None, progress: Progress
    ) -> None:
        self.left = limit
        self.stop_claiming_at = monotonic() + budget_seconds if budget_seconds is not None else float("inf")
        self.provision_id = provision_id
        self.progress = progress
        self.profiles = configured_profiles()
        self.paces = {profile.name: Pace(profile) for profile in self.profiles}
        self.width = load_config().llm_concurrency
        self.token = uuid4()
        self.open: dict[int, DraftJob] = {}  # claimed, not yet stored
        self.questions: asyncio.Queue[Ready] = asyncio.Queue()
        self.results: asyncio.Queue[Result] = asyncio.Queue()
        self.changed = asyncio.Event()  # something was asked or stored: the feeder may look again
        self.stopped: dict[str, str] = {}  # models that a person has to set right, and why
        self.calling = 0
        self.storing = False
        self.summary = DrainSummary()
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="draft-database")

    async def database(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``function`` on the database thread."""
        return await asyncio.get_running_loop().run_in_executor(self.thread, partial(function, *args, **kwargs))

    async def run(self) -> None:
        feeder = asyncio.create_task(self._feed())
        helpers = [
            asyncio.create_task(self._store()),
            *(asyncio.create_task(self._call()) for _ in range(self.width)),
        ]
        pulse = asyncio.create_task(leases.keep(self.token))
        try:
            done, _ = await asyncio.wait([feeder, *helpers], return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()  # raises where the database failed: leases then run out
        finally:
            await self._finish([feeder, *helpers, pulse])

    async def _feed(self) -> None:
        """Keep callers busy until nothing waits, or nothing more may be asked and all that was is stored."""
        while not stop_requested():
            self.changed.clear()
            if await self._claim():
                continue
            if self.is_over and not self.calling and self.results.empty() and not self.storing:
                return
            if not self.open and not await self._is_worth_waiting():
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(self.changed.wait(), LOOK_SECONDS)

    @property
    def is_over(self) -> bool:
        """Whether no further question may be asked in this drain."""
        return bool(self.summary.blocked) or monotonic() >= self.stop_claiming_at or stop_requested()

    async def _claim(self) -> int:
        """Claim what callers need next and put the questions before them; returns how many jobs that were."""
        ahead = min(AHEAD, self.width)
        count = min(self.width + ahead - len(self.open), BATCH)
        if self.is_over or count < max(min(ahead // 2, BATCH), 1):  # some at once are cheaper than one by one
            return 0
        if self.left is not None:
            count = min(count, self.left)
        if not count:
            return 0
        ready = await self.database(self._take, count)
        for job, what in ready:
            self.questions.put_nowait((job, what))
        if self.left is not None:
            self.left -= len(ready)
        return len(ready)

    def _take(self, count: int) -> list[Ready]:
        """Claim up to ``count`` jobs and make their questions. On the database thread."""
        if not self.profiles:
            held = Holds.now().of_everything()
            if held is not None:
                self.summary.blocked = held.words
                return []
            return [(job, None) for job in self._lease(count)]
        now = Holds.now()
        first, held = now.choose(self.profiles, passing=self.stopped)
        if first is None:
            self._rest_under(held)
            return []
        count = self._affordable(first, count)
        if count and holds.is_on_probation(first.name):
            count = 1 if not self.open else 0  # one is tried before the rest fail alike
        if not count:
            return []
        return self._prepared(self._lease(count), now)

    def _lease(self, count: int) -> list[DraftJob]:
        jobs = leases.claim(self.token, count, provision_id=self.provision_id)
        self.open.update((job.pk, job) for job in jobs)
        return jobs

    def _prepared(self, jobs: Sequence[DraftJob], now: Holds) -> list[Ready]:
        """Each job with its question; those whose model is held go back."""
        chosen = {job.pk: now.choose(self.profiles, job.profile_index, passing=self.stopped)[0] for job in jobs}
        going = {key: profile for key, profile in chosen.items() if profile is not None}
        back = [key for key in chosen if key not in going]
        if back:
            leases.release(self.token, back)
            for key in back:
                del self.open[key]
        kept = [job for job in jobs if job.pk in going]
        return [(job, what) for job, what in zip(kept, prepare(kept, going).values(), strict=True)] if kept else []

    def _affordable(self, profile: Profile, count: int) -> int:
        """How many of ``count`` the day's budget allows; where it allows none, drafting is held."""
        try:
            longest = profile.max_tokens or current(ANALYSIS).metadata.max_tokens
        except PromptError:
            return count  # said of each job
        room = budget.affordable(profile, longest)
        if isinstance(room, int):
            return min(room, count)
        holds.hold(room.cause, room.words, until=room.until)
        self.summary.blocked = room.words
        return 0

    def _rest_under(self, held: Hold | None) -> None:
        """A short rate limit is waited for; any other hold ends the drain."""
        if held is None:
            self.summary.blocked = next(reversed(self.stopped.values()))
            return
        seconds = held.seconds_left
        if held.cause == HoldCause.RATE and seconds is not None and self._can_wait(seconds):
            self.paces[held.profile].pause(seconds)
        else:
            self.summary.blocked = held.words

    def _can_wait(self, seconds: float) -> bool:
        return seconds <= LONGEST_PAUSE and monotonic() + seconds <= self.stop_claiming_at

    async def _is_worth_waiting(self) -> bool:
        """Whether a pause of the service will soon be over and jobs wait for that."""
        if self.summary.blocked or self.left == 0 or monotonic() >= self.stop_claiming_at:
            return False
        is_paused = any(pace.paused_until > monotonic() for pace in self.paces.values())
        return is_paused and await self.database(leases.ready(provision_id=self.provision_id).exists)

    async def _call(self) -> None:
        """One caller: takes a question, asks it, puts the result down."""
        while True:
            job, what = await self.questions.get()
            self.calling += 1
            try:
                self.results.put_nowait(Result(job, await self._answer(job, what)))
            finally:
                self.calling -= 1
                self.changed.set()

    async def _answer(self, job: DraftJob, what: Question | Attempt | None) -> Attempt | None:
        """What came of a job; None: it was not its turn, and it goes back."""
        if what is None:
            return await self.database(attempt_outline, job)
        if isinstance(what, Attempt):
            return what
        if not await self._is_its_turn(what):
            return None
        try:
            attempt = await ask(what)
        except Exception:
            logger.exception("draft failed on our side", job=job.pk)
            return failed_before(what.profile, "bug", BUG)
        self._heed(attempt)
        return attempt

    async def _is_its_turn(self, question: Question) -> bool:
        """Waits until the model may be asked, by its limits and by what it said; False where this drain is not to."""
        pace = self.paces[question.profile.name]
        while (seconds := pace.seconds_until(question.tokens)) > 0:
            if self.is_over:
                return False
            await asyncio.sleep(min(seconds, LOOK_SECONDS))
        if question.profile.name in self.stopped:
            return False
        pace.take(question.tokens)
        return True

    def _heed(self, attempt: Attempt) -> None:
        """Ask nothing more of a model that wants patience, or that a person has to set right."""
        if attempt.error_kind in HOLDING:
            self.stopped[attempt.fields["model_requested"]] = attempt.error
        elif attempt.error_kind == "rate":
            seconds = attempt.retry_after if attempt.retry_after is not None else FIRST_DELAY
            self.paces[attempt.fields["model_requested"]].pause(seconds)
            if not self._can_wait(seconds):
                self.summary.blocked = attempt.error

    async def _store(self) -> None:
        """Write results down, as many together as there are."""
        while True:
            results = [await self.results.get()]
            while not self.results.empty():
                results.append(self.results.get_nowait())
            self.storing = True
            await self._write(results)
            self.storing = False
            self.changed.set()

    async def _write(self, results: Sequence[Result]) -> None:
        drafted = [(result.job, result.attempt) for result in results if result.attempt is not None]
        outcomes = await self.database(store_all, drafted, self.token) if drafted else []
        for (job, attempt), outcome in zip(drafted, outcomes, strict=True):
            self.open.pop(job.pk, None)
            self.summary.add(outcome, attempt)
            self.progress(job, outcome)
        back = [result.job.pk for result in results if result.attempt is None]
        if back:
            await self.database(leases.release, self.token, back)
            for key in back:
                self.open.pop(key, None)
            if self.left is not None:
                self.left += len(back)

    async def _finish(self, background: Sequence["asyncio.Task[None]"]) -> None:
        """Store what has come, hand back what has not, close the loop's connections and the thread's."""
        for task in background:
            task.cancel()
        await asyncio.wait(background, timeout=PATIENCE_SECONDS)
        try:
            if not self.results.empty():
                await self._write([self.results.get_nowait() for _ in range(self.results.qsize())])
            if self.open:
                handed_back = await self.database(leases.release, self.token, list(self.open))
                self.summary.outcomes["handed back"] += handed_back
                logger.info("handed back", jobs=handed_back)
        finally:
            if self.profiles:
                await llm.close()
            await self.database(connections.close_all)
            self.thread.shutdown()
