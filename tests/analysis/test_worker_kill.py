"""A worker that is killed in the middle of a draft loses nothing and doubles nothing."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from analysis import leases
from analysis.drafting import drain
from analysis.models import DraftJob, DraftRun, JobState, RunStatus
from analysis.queue import request_draft
from tests.factories import make_provision
from tests.processes import ROOT, eventually
from tests.servers.openai import ModelServer

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture
def worker(model_server: ModelServer) -> Iterator[subprocess.Popen[bytes]]:
    """A process that drafts what is queued in the test's database, held at the model's gate."""
    model_server.gate.clear()
    wording = make_provision().current_wording
    assert wording is not None
    request_draft(wording, by=None)
    database = connection.settings_dict
    url = f"postgresql://{database['USER']}@/{database['NAME']}?host={database['HOST']}"
    process = subprocess.Popen(
        [sys.executable, "manage.py", "draft", "--json"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield process
    process.kill()
    process.wait()


def test_a_killed_workers_job_is_drafted_exactly_once(
    worker: subprocess.Popen[bytes], model_server: ModelServer
) -> None:
    eventually(lambda: model_server.waiting, seconds=60)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    assert DraftJob.objects.get().state == JobState.RUNNING, "its lease still stands"
    assert drain().drafted == 0, "nobody else takes it before the lease is over"

    DraftJob.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert leases.sweep() == 1
    model_server.gate.set()
    assert drain().drafted == 1

    assert DraftRun.objects.get(status=RunStatus.DRAFTED).attempt == 2
    assert DraftJob.objects.get().state == JobState.DONE


def test_a_stopped_worker_hands_its_jobs_back_uncharged(
    worker: subprocess.Popen[bytes], model_server: ModelServer
) -> None:
    eventually(lambda: model_server.waiting, seconds=60)
    worker.send_signal(signal.SIGTERM)
    worker.wait(timeout=15)
    job = DraftJob.objects.get()
    assert (job.state, job.attempts, job.lease_token) == (JobState.QUEUED, 0, None)
    assert not DraftRun.objects.exists()
