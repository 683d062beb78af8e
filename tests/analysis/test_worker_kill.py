"""A worker that is killed in the middle of a draft loses nothing and doubles nothing. The real cluster."""

import signal
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

import psutil
import pytest
from django.conf import settings
from django.utils import timezone
from django_q.tasks import async_task

from analysis import leases
from analysis.drafting import drain
from analysis.models import DraftJob, DraftRun, JobState, RunStatus
from analysis.queue import request_draft
from tests.analysis.jobs import queued_job
from tests.factories import make_provision
from tests.processes import Running, clusters, database_url, eventually
from tests.servers.openai import ModelServer

pytestmark = [pytest.mark.django_db(transaction=True)]

Start = Callable[[], Running]


@pytest.fixture
def start(transactional_db: None, tmp_path: Path) -> Iterator[Start]:
    """Starts `manage.py cluster` on the test's database."""
    with clusters(tmp_path, settings.CONFIG.data_dir) as start_cluster:
        yield start_cluster


def ask_for_a_draft() -> None:
    wording = make_provision().current_wording
    assert wording is not None
    request_draft(wording, by=None)


def worker_of(cluster: Running, model_server: ModelServer) -> psutil.Process:
    """The process of the cluster that has a call open."""
    eventually(lambda: model_server.waiting == 1)
    port = urlsplit(model_server.url).port
    [worker] = [
        process
        for process in cluster.descendants()
        if any(link.raddr and link.raddr.port == port for link in process.net_connections("tcp4"))
    ]
    return worker


def test_a_killed_workers_job_is_drafted_exactly_once(start: Start, model_server: ModelServer) -> None:
    model_server.gate.clear()
    cluster = start()
    ask_for_a_draft()

    worker_of(cluster, model_server).send_signal(signal.SIGKILL)

    assert cluster.process.wait(15) == 70
    assert DraftJob.objects.get().state == JobState.RUNNING, "its lease still stands"
    assert drain().drafted == 0, "nobody else takes it before the lease is over"

    model_server.gate.set()
    DraftJob.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert leases.sweep() == 1  # what the cluster's schedule does every minute
    assert drain().drafted == 1

    assert DraftJob.objects.get().state == JobState.DONE
    assert DraftRun.objects.get().status == RunStatus.DRAFTED
    assert DraftRun.objects.get().attempt == 2, "the attempt of the dead worker was charged"


@pytest.mark.parametrize("whom", ["cluster", "draft command"])
def test_a_stop_in_the_middle_of_a_draft_hands_it_back_uncharged_within_seconds(
    start: Start, model_server: ModelServer, tmp_path: Path, whom: str
) -> None:
    model_server.gate.clear()
    ask_for_a_draft()
    drafting = start() if whom == "cluster" else start_draft(tmp_path)
    eventually(lambda: model_server.waiting == 1, seconds=90)

    processes = drafting.descendants()

    try:
        asked = monotonic()
        assert drafting.stop() == 0
        took = monotonic() - asked
        assert took < 10
    finally:
        drafting.clear()

    job = DraftJob.objects.get()
    assert (job.state, job.attempts, job.lease_token) == (JobState.QUEUED, 0, None)
    assert not DraftRun.objects.exists()
    assert not any(process.is_running() for process in processes)


def start_draft(folder: Path) -> Running:
    return Running(folder / "draft.log", "draft", "--json", DATABASE_URL=database_url())


@pytest.mark.usefixtures("small_catalogue")
def test_without_a_model_a_cluster_drafts_and_never_imports_litellm(start: Start, tmp_path: Path) -> None:
    queued_job()
    start()
    async_task("tests.analysis.tasks.drain_and_tell_what_was_imported", str(tmp_path / "note"))

    note = eventually(lambda: (tmp_path / "note").exists() and (tmp_path / "note").read_text())

    assert note == "1 drafted, litellm not imported"
    assert DraftRun.objects.get().drafter == "outline"
