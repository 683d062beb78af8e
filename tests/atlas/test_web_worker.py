"""The web server shares readers out among its processes. A real gunicorn."""

import http.client
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.processes import ROOT, environment, eventually

THREADS, WORKERS = 4, 2


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Of a server with the product's worker, and an application that says which process answered."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = int(probe.getsockname()[1])
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "--bind",
        f"127.0.0.1:{free}",
        "--worker-class",
        "atlas.web_worker.FairWorker",
    ]
    command += [
        "--workers",
        str(WORKERS),
        "--threads",
        str(THREADS),
        "--no-control-socket",
        "tests.atlas.web_app:application",
    ]
    server = subprocess.Popen(command, cwd=ROOT, env=environment(), stderr=subprocess.DEVNULL)
    try:
        eventually(lambda: len({answered_by(free, "/") for _ in range(20)}) == WORKERS)
        yield free
    finally:
        server.terminate()
        server.wait(20)


def answered_by(port: int, path: str) -> str:
    """The process that answered, or nothing if none is there yet."""
    reader = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        reader.request("GET", path)
        return reader.getresponse().read().decode()
    except (OSError, http.client.HTTPException):
        return ""
    finally:
        reader.close()


def test_readers_who_come_at_once_are_shared_out_evenly(port: int) -> None:
    with ThreadPoolExecutor(THREADS * WORKERS) as readers:
        answers = Counter(readers.map(lambda _: answered_by(port, "/slow/"), range(THREADS * WORKERS)))
    assert list(answers.values()) == [THREADS, THREADS]


def test_who_finds_all_busy_waits_and_is_answered(port: int) -> None:
    many = 3 * THREADS * WORKERS
    with ThreadPoolExecutor(many) as readers:
        answers = list(readers.map(lambda _: answered_by(port, "/slow/"), range(many)))
    assert all(answers)


def test_who_only_keeps_a_connection_open_keeps_nobody_out(port: int) -> None:
    idle = [http.client.HTTPConnection("127.0.0.1", port, timeout=20) for _ in range(3 * THREADS * WORKERS)]
    for reader in idle:
        reader.request("GET", "/")
        assert reader.getresponse().read()
    assert answered_by(port, "/")
    for reader in idle:
        reader.close()
