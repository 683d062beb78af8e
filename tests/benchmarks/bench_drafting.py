"""How many drafts a second one drain makes, against what the model service allows. Run by hand:

    PYTHONPATH=. uv run python tests/benchmarks/bench_drafting.py [JOBS] [AT_ONCE] [SECONDS]

A model service in a process of its own answers each call after SECONDS; the rows are in a database made for this run.
The ideal is what the service alone would need: JOBS / AT_ONCE rounds of SECONDS. Compare the ratios between machines,
not the seconds. The first, small drain carries the import of litellm and is not counted.
"""

import math
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

import django
import psutil

from tests.servers.openai import ModelServer


def serve(pipe: Connection, delay_seconds: float) -> None:
    with ModelServer().running() as server:
        server.delay_seconds = delay_seconds
        pipe.send(server.url)
        pipe.recv()
        pipe.send(server.most_at_once)


@contextmanager
def model_service(delay_seconds: float) -> Iterator[Connection]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs, delay_seconds), daemon=True)
    process.start()
    try:
        yield ours
    finally:
        process.kill()
        process.join()


@contextmanager
def empty_database() -> Iterator[None]:
    """A database with the catalogue, on a server that forgets, dropped at the end."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    from atlas.config import load_config
    from atlas.database import start_embedded
    from atlas.settings import database_settings

    url = load_config().database_url or start_embedded(load_config().data_dir / "test", durable=False)
    settings.DATABASES["default"].update(database_settings(url))
    connection.settings_dict.update(settings.DATABASES["default"])
    name = connection.settings_dict["NAME"]
    connection.settings_dict.setdefault("TEST", {})["NAME"] = "atlas_benchmark"
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        call_command("load_catalogue", verbosity=0)
        yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def measure(jobs: int) -> tuple[float, float, int, int]:
    """Wall seconds, seconds of CPU, resident bytes and open descriptors after a drain of so many new jobs."""
    from django.db import connections

    from analysis.drafting import drain
    from tests.analysis.jobs import queued_job

    for _ in range(jobs):
        queued_job()
    process = psutil.Process()
    began, worked = time.monotonic(), time.process_time()
    assert drain().drafted == jobs
    seconds, cpu = time.monotonic() - began, time.process_time() - worked
    connections.close_all()
    return seconds, cpu, process.memory_info().rss, process.num_fds()


def main(jobs: int = 100, at_once: int = 32, delay_seconds: float = 0.5) -> None:
    with model_service(delay_seconds) as service:
        os.environ.update(
            DJANGO_SETTINGS_MODULE="atlas.settings",
            ATLAS_LLM_MODEL="openai/test-double",
            ATLAS_LLM_API_BASE=service.recv(),
            ATLAS_LLM_CONCURRENCY=str(at_once),
            ATLAS_LLM_PRICE="0/0",
        )
        django.setup()
        with empty_database():
            *_, memory, files = measure(2)
            ideal = math.ceil(jobs / at_once) * delay_seconds
            seconds, cpu, memory_after, files_after = measure(jobs)
            service.send("how many at once?")
            print(f"{jobs} jobs, {service.recv()} calls at once of {delay_seconds:g} s")  # noqa: T201
            print(f"{jobs / seconds:6.1f} jobs/s, ideal {jobs / ideal:.1f}: ratio {ideal / seconds:.2f}")  # noqa: T201
            print(f"{cpu / jobs * 1000:6.1f} ms of CPU a job, {cpu / seconds:.0%} of one core")  # noqa: T201
            print(f"{memory / 2**20:6.0f} MB before, {memory_after / 2**20:.0f} MB after")  # noqa: T201
            print(f"{files:6} descriptors before, {files_after} after")  # noqa: T201


if __name__ == "__main__":
    main(*(convert(value) for convert, value in zip((int, int, float), sys.argv[1:], strict=False)))
