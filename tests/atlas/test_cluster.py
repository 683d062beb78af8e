"""`manage.py cluster`: a killed process ends it with code 70, a SIGTERM ends it gracefully. Real processes."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django_q.models import OrmQ, Schedule, Task
from django_q.tasks import async_task

from atlas.management.commands.cluster import sync_schedules
from tests.atlas import tasks
from tests.processes import ROOT, Running, clusters, database_url, environment, eventually

Start = Callable[[], Running]


@pytest.fixture
def rows(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """The test database with committed rows, which the cluster's processes see."""
    with django_db_blocker.unblock():
        yield
        for model in (OrmQ, Task, Schedule):
            model.objects.all().delete()
        connection.close()


@pytest.fixture
def start(rows: None, tmp_path: Path) -> Iterator[Start]:
    with clusters(tmp_path, settings.CONFIG.data_dir) as start_cluster:
        yield start_cluster


@pytest.fixture
def gate(rows: None) -> Iterator[psycopg.Connection]:
    """Closed as long as this connection holds it."""
    with psycopg.connect(database_url(), autocommit=True) as holder:
        holder.execute("SELECT pg_advisory_lock(%s)", [tasks.GATE])
        yield holder


def open_gate(gate: psycopg.Connection) -> None:
    gate.execute("SELECT pg_advisory_unlock(%s)", [tasks.GATE])


def note_of(path: Path) -> str:
    return eventually(lambda: path.exists() and path.read_text())


def roles(cluster: Running) -> dict[str, int]:
    """The sentinel's children in the order it forks them: the workers, the monitor, the pusher."""
    sentinel, *pool = eventually(lambda: len(found := cluster.descendants()) >= 5 and found)
    *workers, monitor, pusher = [process.pid for process in pool]
    return {"sentinel": sentinel.pid, "worker": workers[0], "monitor": monitor, "pusher": pusher}


def test_a_task_runs_and_a_long_drain_after_it_hears_that_the_cluster_stops(start: Start, tmp_path: Path) -> None:
    cluster = start()
    async_task("tests.atlas.tasks.note_process", str(tmp_path / "task"))

    assert note_of(tmp_path / "task").isdigit()
    eventually(lambda: Task.objects.filter(success=True).exists() and not OrmQ.objects.exists())

    async_task("tests.atlas.tasks.work_until_asked_to_stop", str(tmp_path / "drain"))
    note_of(tmp_path / "drain")

    assert cluster.stop() == 0
    assert (tmp_path / "drain").read_text() == "handed back"


def test_a_killed_worker_ends_the_cluster_and_its_task_is_not_lost(
    start: Start, gate: psycopg.Connection, tmp_path: Path
) -> None:
    cluster = start()
    async_task("tests.atlas.tasks.wait_at_gate", str(tmp_path / "note"))

    os.kill(int(note_of(tmp_path / "note")), signal.SIGKILL)

    assert cluster.process.wait(10) == 70
    assert OrmQ.objects.count() == 1


@pytest.mark.parametrize("role", ["monitor", "sentinel"])
def test_a_killed_process_of_the_cluster_ends_it_for_a_fresh_start(start: Start, role: str) -> None:
    cluster = start()
    pids = roles(cluster)
    processes = cluster.descendants()

    os.kill(pids[role], signal.SIGKILL)

    assert cluster.process.wait(10) == 70
    eventually(lambda: not any(process.is_running() for process in processes))


def test_sigterm_to_the_whole_group_lets_a_running_task_end(
    start: Start, gate: psycopg.Connection, tmp_path: Path
) -> None:
    cluster = start()
    async_task("tests.atlas.tasks.wait_at_gate", str(tmp_path / "note"))
    note_of(tmp_path / "note")

    os.killpg(cluster.process.pid, signal.SIGTERM)
    open_gate(gate)

    assert cluster.process.wait(15) == 0
    assert Task.objects.filter(success=True).count() == 1
    assert not OrmQ.objects.exists()


STOPPED_WHILE_IT_STARTS = """
import os, signal, sys, django
from multiprocessing.context import ForkProcess
django.setup()
from atlas.management.commands import cluster

start = ForkProcess.start
def stop_and_start(process):
    ForkProcess.start = start
    os.kill(os.getpid(), signal.SIGTERM)
    start(process)
ForkProcess.start = stop_and_start
sys.exit(cluster.run(cluster.HeedfulCluster()))
"""


def test_sigterm_before_the_sentinel_lives_is_heeded(rows: None) -> None:
    told = environment(DATABASE_URL=database_url(), DJANGO_SETTINGS_MODULE="atlas.settings")

    done = subprocess.run([sys.executable, "-c", STOPPED_WHILE_IT_STARTS], cwd=ROOT, env=told, timeout=20)

    assert done.returncode == 0


@pytest.mark.django_db
def test_the_schedules_are_made_once_a_minute_without_arguments() -> None:
    sync_schedules()

    made = Schedule.objects.values_list("name", "func", "schedule_type", "minutes", "args", "kwargs")
    assert set(made) == {(name, func, "I", 1, None, None) for name, func in settings.ATLAS_SCHEDULES.items()}


@pytest.mark.django_db
def test_the_schedules_that_stand_keep_their_next_run() -> None:
    sync_schedules()
    before = set(Schedule.objects.values_list("pk", "next_run"))

    sync_schedules()

    assert set(Schedule.objects.values_list("pk", "next_run")) == before


@pytest.mark.django_db
def test_altered_and_foreign_schedules_are_put_right() -> None:
    sync_schedules()
    Schedule.objects.update(args="foo", schedule_type=Schedule.DAILY)
    Schedule.objects.create(name="of an earlier version", func="gone.away", schedule_type=Schedule.MINUTES)

    sync_schedules()

    assert set(Schedule.objects.values_list("name", "schedule_type", "args")) == {
        (name, "I", None) for name in settings.ATLAS_SCHEDULES
    }
