"""What the cluster tests let a worker do."""

import os
import time
from pathlib import Path

from django.db import connection

from atlas.stopping import stop_requested

GATE = 77  # number of an advisory lock that a test holds; a task waits in front of it


def note_process(path: str) -> None:
    Path(path).write_text(str(os.getpid()))


def wait_at_gate(path: str) -> None:
    note_process(path)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s), pg_advisory_unlock(%s)", [GATE, GATE])


def work_until_asked_to_stop(path: str) -> None:
    """A long drain in small: looks for the stop between two pieces of work."""
    note_process(path)
    deadline = time.monotonic() + 30
    while not stop_requested() and time.monotonic() < deadline:
        time.sleep(0.01)
    Path(path).write_text("handed back")
