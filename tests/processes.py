"""Real processes for tests: start a command, wait for conditions, see what is left."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlencode

import psutil
from django.db import connection

ROOT = Path(__file__).resolve().parents[1]
SETTINGS = ("DATABASE_URL", "PYTEST_ADDOPTS")

T = TypeVar("T")


@contextmanager
def open_folder() -> Iterator[Path]:
    """A temporary folder that PostgreSQL's account may enter when root runs the tests (pytest's own is closed)."""
    folder = Path(tempfile.mkdtemp(prefix="atlas-test-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def eventually(condition: Callable[[], T], *, seconds: float = 30) -> T:
    """The first true value of ``condition``, looked at every 20 ms until the deadline."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.02)
    return value


def database_url() -> str:
    """The address of this test's database, for processes that it starts."""
    given = {name: connection.settings_dict[name.upper()] for name in ("user", "password", "host", "port")}
    query = urlencode({name: value for name, value in given.items() if value})
    return f"postgresql:///{connection.settings_dict['NAME']}?{query}"


def environment(**variables: object) -> dict[str, str]:
    """Ours without what pytest's own database set, and with ``variables``."""
    inherited = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    return {**inherited, **{name: str(value) for name, value in variables.items()}}


def manage(*arguments: str, **variables: object) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; stdout and stderr together in ``stdout``."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment(**variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
    )


class Running:
    """A command that runs until told otherwise, in a session of its own, with what it says in a file."""

    def __init__(self, log: Path, *arguments: str, **variables: object) -> None:
        self.log = log
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", *arguments],
                cwd=ROOT,
                env=environment(**variables),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def said(self, text: str) -> bool:
        assert self.process.poll() is None or text in self.log.read_text(), self.log.read_text()
        return text in self.log.read_text()

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Send the signal and wait; the exit code."""
        self.process.send_signal(how)
        return self.process.wait(30)

    def descendants(self) -> list[psutil.Process]:
        return sorted(psutil.Process(self.process.pid).children(recursive=True), key=lambda child: child.pid)

    def clear(self) -> None:
        """However the test ended: leave nothing."""
        if self.process.poll() is None:
            left = self.descendants()
            self.process.kill()
            self.process.wait()
            for process in left:
                if process.is_running():
                    process.kill()


@contextmanager
def clusters(folder: Path, data_dir: Path) -> Iterator[Callable[[], Running]]:
    """A function that starts `manage.py cluster` on the test's database; all clusters are gone at the end."""
    started: list[Running] = []

    def start() -> Running:
        cluster = Running(
            folder / f"cluster{len(started)}.log",
            "cluster",
            DATABASE_URL=database_url(),
            DJANGO_SETTINGS_MODULE="tests.atlas.cluster_settings",
            ATLAS_DATA_DIR=data_dir,
        )
        started.append(cluster)
        eventually(lambda: cluster.said("cluster started"), seconds=90)
        return cluster

    try:
        yield start
    finally:
        for cluster in started:
            cluster.clear()


def processes_of(data_dir: Path) -> list[psutil.Process]:
    """All living processes of an Atlas on ``data_dir``: they have it in their environment or command line."""
    return [process for process in psutil.process_iter() if process.pid != os.getpid() and _is_of(process, data_dir)]


def _is_of(process: psutil.Process, data_dir: Path) -> bool:
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        return process.environ().get("ATLAS_DATA_DIR") == str(data_dir) or str(data_dir) in " ".join(process.cmdline())
    except psutil.Error:
        return False
