"""The product's web server on the database at hand, and readers that ask it: eight, who keep their connections.

As a program: ``public_load.py PORT SECONDS``, addresses on standard input; prints JSON. It is a process of its own, so
that the readers' work is not taken from the server's.
"""

import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

CLIENTS = 8


@contextmanager
def serving() -> Iterator[int]:
    """Gunicorn as `up` starts it, on the database that Django is connected to. Gives its port."""
    from django.db import connection

    where = connection.settings_dict
    url = f"postgresql://{where['USER']}@/{where['NAME']}?host={where['HOST']}"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "-c", "atlas/gunicorn_conf.py", "--bind", f"127.0.0.1:{port}"]
    server = subprocess.Popen(command, env={**os.environ, "DATABASE_URL": url, "ATLAS_DEBUG": ""})
    try:
        wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait(20)


@contextmanager
def committing() -> Iterator[None]:
    """Another session takes a transaction number a hundred times a second: to a reader all may have changed."""
    from django.db import connection

    where = connection.settings_dict
    with psycopg.connect(host=where["HOST"], user=where["USER"], dbname=where["NAME"], autocommit=True) as other:
        is_over = threading.Event()
        writer = threading.Thread(target=_commit_until, args=(other, is_over))
        writer.start()
        try:
            yield
        finally:
            is_over.set()
            writer.join()


def _commit_until(session: psycopg.Connection, is_over: threading.Event) -> None:
    while not is_over.wait(0.01):
        session.execute("SELECT pg_current_xact_id()")


def wait_for(port: int) -> None:
    """Until somebody answers at ``port``."""
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(f"Nothing answers at port {port}.")


def ask(port: int, addresses: list[str], seconds: float) -> dict[str, float]:
    """Ask with eight clients in another process: median and 99th percentile in milliseconds, requests a second."""
    command = [sys.executable, __file__, str(port), str(seconds)]
    told = subprocess.run(command, input="\n".join(addresses), capture_output=True, text=True, check=True)
    answer: dict[str, float] = json.loads(told.stdout)
    return answer


def main() -> None:
    port, seconds, addresses = int(sys.argv[1]), float(sys.argv[2]), sys.stdin.read().split()
    times: list[float] = []
    until = time.perf_counter() + seconds
    readers = [threading.Thread(target=_read, args=(port, addresses, n, until, times)) for n in range(CLIENTS)]
    begin = time.perf_counter()
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    elapsed = time.perf_counter() - begin
    times.sort()
    p99 = times[max(0, int(len(times) * 0.99) - 1)]
    sys.stdout.write(json.dumps({"median": statistics.median(times), "p99": p99, "rate": len(times) / elapsed}))


def _read(port: int, addresses: list[str], number: int, until: float, times: list[float]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    place = number * 7
    while time.perf_counter() < until:
        begin = time.perf_counter()
        connection.request("GET", addresses[place % len(addresses)], headers={"Accept-Encoding": "gzip"})
        response = connection.getresponse()
        response.read()
        if response.status not in (200, 410):
            raise SystemExit(f"{addresses[place % len(addresses)]} answered {response.status}")
        times.append((time.perf_counter() - begin) * 1000)
        place += 1


if __name__ == "__main__":
    main()
