"""Many drafts at once: drains beside each other, services that hang or ask for patience, leases that are lost."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic
from typing import Any
from uuid import uuid4

import psutil
import pytest
from django.db import InterfaceError, OperationalError, connections
from django.utils import timezone

from analysis import drafting, leases
from analysis.drafting import drain
from analysis.drain_process import AlreadyDraftingError
from analysis.drain_summary import DrainSummary
from analysis.models import DraftJob, DraftRun, Hold, HoldCause, JobState, RunStatus
from atlas.config import load_config
from tests.analysis.jobs import queued_job
from tests.processes import ROOT, database_url, environment, eventually
from tests.servers import openai
from tests.servers.openai import ModelServer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("small_catalogue")]


@contextmanager
def draining_elsewhere() -> Iterator["list[DrainSummary]"]:
    """A drain in another thread, which has ended when the block ends; the list then holds its summary."""
    summaries: list[DrainSummary] = []
    thread = threading.Thread(target=lambda: summaries.append(drain()))
    thread.start()
    try:
        yield summaries
    finally:
        thread.join(30)
        assert not thread.is_alive(), "the drain hangs"


def test_outline_drains_of_one_process_share_the_work() -> None:
    for _ in range(12):
        queued_job()
    with draining_elsewhere(), draining_elsewhere():
        pass
    assert DraftRun.objects.filter(status=RunStatus.DRAFTED).count() == DraftRun.objects.count() == 12


def test_model_drains_of_two_processes_share_the_work(model_server: ModelServer) -> None:
    for _ in range(80):
        queued_job()
    model_server.gate.clear()
    command = [sys.executable, "manage.py", "draft", "--json"]
    drains = [
        subprocess.Popen(command, cwd=ROOT, env=environment(DATABASE_URL=database_url()), stdout=subprocess.PIPE)
        for _ in range(2)
    ]
    try:
        eventually(lambda: model_server.waiting == 2 * load_config().llm_concurrency, seconds=60)
        model_server.gate.set()
        assert [process.wait(60) for process in drains] == [0, 0]
    finally:
        for process in drains:
            process.kill()
            process.communicate()
    assert DraftRun.objects.filter(status=RunStatus.DRAFTED).count() == DraftRun.objects.count() == 80
    assert len(model_server.requests) == 80, "no call was made twice"


def test_a_second_drain_with_a_model_in_one_process_is_refused(model_server: ModelServer) -> None:
    queued_job()
    model_server.gate.clear()
    with draining_elsewhere() as summaries:
        eventually(lambda: model_server.waiting)
        with pytest.raises(AlreadyDraftingError, match="a process of its own"):
            drain()
        model_server.gate.set()
    assert summaries[0].drafted == 1


def test_drains_after_each_other_leave_nothing_open(model_server: ModelServer) -> None:
    def draft_one() -> None:
        queued_job()
        assert drain().outcomes == {"drafted": 1}
        connections.close_all()

    process = psutil.Process()
    draft_one()
    first = process.num_fds()
    for _ in range(5):
        draft_one()
    eventually(lambda: process.num_fds() <= first, seconds=5)  # the service is in this process, and lets go later


@pytest.mark.parametrize("hang", ["silent", "trickling"])
def test_a_call_that_never_ends_is_given_up_in_time_and_tried_again(
    model_server: ModelServer, monkeypatch: pytest.MonkeyPatch, hang: str
) -> None:
    monkeypatch.setenv("ATLAS_LLM_TIMEOUT", "0.5")
    load_config.cache_clear()
    job = queued_job()
    if hang == "silent":
        model_server.gate.clear()
    model_server.script.append(openai.trickle)

    summary = drain()

    job.refresh_from_db()
    assert summary.outcomes == {"retrying": 1}
    assert (job.state, job.error_kind, job.attempts) == (JobState.QUEUED, "timeout", 1)
    assert job.run_after > timezone.now()
    assert 0.5 <= DraftRun.objects.get().seconds < 2


def test_a_rate_limit_pauses_the_drain_and_is_charged_to_nobody(
    model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATLAS_LLM_CONCURRENCY", "1")
    load_config.cache_clear()
    refused, *others = [queued_job() for _ in range(3)]
    answered: list[float] = []

    def noting(behaviour: openai.Behaviour) -> openai.Behaviour:
        return lambda prompt: answered.append(monotonic()) or behaviour(prompt)  # type: ignore[func-returns-value]

    model_server.script.extend([noting(openai.status(429, Retry_After="1")), noting(openai.good), noting(openai.good)])

    assert drain().outcomes == {"retrying": 1, "drafted": 2}

    refused.refresh_from_db()
    assert (refused.state, refused.attempts, refused.error_kind) == (JobState.QUEUED, 0, "rate")
    assert answered[1] - answered[0] >= 1, "the others wait too"
    assert DraftJob.objects.filter(pk__in=[job.pk for job in others], state=JobState.DONE).count() == 2


def test_a_long_rate_limit_ends_the_drain(model_server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATLAS_LLM_CONCURRENCY", "1")
    load_config.cache_clear()
    jobs = [queued_job() for _ in range(3)]
    model_server.script.append(openai.status(429, Retry_After="600"))

    summary = drain()

    assert "rate limit" in summary.blocked
    assert DraftJob.objects.filter(state=JobState.QUEUED, attempts=0).count() == len(jobs)
    assert len(model_server.requests) == 1
    [hold] = Hold.objects.standing(timezone.now())
    assert (hold.cause, hold.profile) == (HoldCause.RATE, "openai/test-double"), "other workers are told"


def test_a_drain_that_lost_its_lease_drops_its_result(model_server: ModelServer) -> None:
    queued_job()
    model_server.gate.clear()
    with draining_elsewhere() as summaries:
        eventually(lambda: model_server.waiting)
        DraftJob.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        leases.sweep()
        [taken] = leases.claim(uuid4(), 1)
        model_server.gate.set()
    assert summaries[0].outcomes == {"lost": 1}
    assert not DraftRun.objects.exists()
    taken.refresh_from_db()
    assert taken.state == JobState.RUNNING


def test_a_database_that_goes_away_before_a_result_is_stored_fails_no_job(model_server: ModelServer) -> None:
    job = queued_job()
    model_server.gate.clear()
    failures: list[Exception] = []

    def drain_until_it_fails() -> None:
        try:
            drain()
        except (OperationalError, InterfaceError) as error:
            failures.append(error)

    thread = threading.Thread(target=drain_until_it_fails)
    thread.start()
    eventually(lambda: model_server.waiting)
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    model_server.gate.set()
    thread.join(30)

    job.refresh_from_db()
    assert failures and (job.state, job.attempts) == (JobState.QUEUED, 0), "handed back over a new connection"
    assert drain().drafted == 1


def test_the_heartbeat_does_not_wait_for_other_work_on_the_database(
    monkeypatch: pytest.MonkeyPatch, model_server: ModelServer
) -> None:
    monkeypatch.setattr(leases, "HEARTBEAT_SECONDS", 0.05)
    busy, done = threading.Event(), threading.Event()
    prepare = drafting.prepare

    def slow_prepare(*args: Any) -> object:
        busy.set()
        done.wait(30)
        return prepare(*args)

    monkeypatch.setattr(drafting, "prepare", slow_prepare)
    queued_job()
    try:
        with draining_elsewhere() as summaries:
            busy.wait(30)
            soon = timezone.now() + timedelta(seconds=5)
            DraftJob.objects.update(lease_until=soon)
            eventually(lambda: DraftJob.objects.filter(lease_until__gt=soon + timedelta(seconds=30)).exists())
            done.set()
    finally:
        done.set()
    assert summaries[0].drafted == 1
