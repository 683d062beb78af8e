"""Twenty killed workers and two dead databases: every job is drafted, none twice, none is stuck.

Real: the drain, its processes, `kill -9`, a PostgreSQL of its own with durable writes that is stopped once and killed
once, HTTP. Simulated: the supervisor (`worker_pool`), and time, for leases are short.
"""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
import pytest

from atlas.database import leave_embedded, revive_embedded, start_embedded
from atlas.postgres_place import prepare_place, run_as
from tests.analysis.jobs import queued_job
from tests.processes import ROOT, database_url, environment, eventually, open_folder
from tests.servers.openai import ModelServer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("small_catalogue")]

JOBS, KILLS = 200, 20
CALLS_BETWEEN_KILLS = 8
STOPS = {7: signal.SIGINT, 14: signal.SIGKILL}  # after so many kills PostgreSQL stops at once, or dies
SLOWEST_ANSWER = 0.3  # seconds
LONGEST = 90.0  # seconds for the whole of it, on a busy machine


@dataclass(frozen=True)
class OwnPostgres:
    """A server of this test's own, with a copy of its rows."""

    data_dir: Path
    url: str

    @contextmanager
    def connected(self) -> Iterator[Callable[[str], int]]:
        """A function that gives the number that a query asks for."""
        with psycopg.connect(self.url, autocommit=True) as connection:

            def asks(query: str) -> int:
                (value,) = connection.execute(query).fetchone() or (0,)
                return int(value)

            yield asks

    def end(self, how: signal.Signals) -> None:
        """Stop or kill the server, and start it again."""
        noted = (self.data_dir / "postgres" / "postmaster.pid").read_text().split()[0]
        os.kill(int(noted), how)
        eventually(lambda: revive_embedded(self.data_dir))


@contextmanager
def own_postgres() -> Iterator[OwnPostgres]:
    with open_folder() as folder:
        data_dir = folder / "var"
        url = start_embedded(data_dir)
        try:
            _copy_rows(data_dir, url)
            yield OwnPostgres(data_dir, url)
        finally:
            leave_embedded(data_dir)


def _copy_rows(data_dir: Path, url: str) -> None:
    place = prepare_place(data_dir, durable=True)
    dump = subprocess.run(
        [place.programs / "pg_dump", "--no-owner", database_url()], check=True, capture_output=True, cwd="/"
    )
    subprocess.run(
        [place.programs / "psql", "--quiet", "--set=ON_ERROR_STOP=1", url],
        input=dump.stdout,
        check=True,
        capture_output=True,
        cwd="/",
        **run_as(place.account),
    )


@contextmanager
def pool_of_workers(folder: Path, url: str) -> Iterator[Callable[[], list[psutil.Process]]]:
    """A function that gives the living workers."""
    with (folder / "pool.log").open("wb") as log:
        pool = subprocess.Popen(
            [sys.executable, "-m", "tests.analysis.worker_pool"],
            cwd=ROOT,
            env=environment(DATABASE_URL=url, ATLAS_LLM_CONCURRENCY=4, DJANGO_SETTINGS_MODULE="atlas.settings"),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        yield lambda: psutil.Process(pool.pid).children()
    except BaseException:
        print((folder / "pool.log").read_text()[-5_000:])  # noqa: T201
        raise
    finally:
        pool.kill()  # and the kernel its workers
        pool.wait()


def test_every_job_is_drafted_once_whoever_dies_meanwhile(model_server: ModelServer, tmp_path: Path) -> None:
    for _ in range(JOBS):
        queued_job()
    model_server.delay_seconds, model_server.delay_varies = SLOWEST_ANSWER, True
    with own_postgres() as postgres, pool_of_workers(tmp_path, postgres.url) as workers:
        for kill in range(1, KILLS + 1):
            _wait_until(lambda kill=kill: len(model_server.requests) >= kill * CALLS_BETWEEN_KILLS)  # type: ignore[misc]
            _wait_until(lambda: model_server.waiting and workers())
            with suppress(psutil.NoSuchProcess):  # of the database's death
                random.choice(workers()).kill()
            if kill in STOPS:
                postgres.end(STOPS[kill])

        with postgres.connected() as asks:
            left = "SELECT count(*) FROM analysis_draftjob WHERE state <> 'done'"
            _wait_until(lambda: asks(left) == 0)

            assert asks("SELECT count(*) FROM analysis_draftjob") == JOBS
            assert asks("SELECT count(DISTINCT job_id) FROM analysis_draftrun WHERE status = 'drafted'") == JOBS
            assert asks("SELECT count(*) FROM analysis_draftrun WHERE status = 'drafted'") == JOBS
            assert asks("SELECT count(*) FROM analysis_draftjob WHERE lease_token IS NOT NULL") == 0
            assert asks("SELECT max(attempts) FROM analysis_draftjob") > 1, "kills cost attempts"
        assert len(model_server.requests) > JOBS, "calls of the dead were made again"


def _wait_until(condition: Callable[[], object]) -> None:
    eventually(condition, seconds=LONGEST)
