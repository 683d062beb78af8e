"""Runs one embedded PostgreSQL for as long as any process uses it. A script of the standard library alone.

Usage: ``postgres_keeper.py USERS_LOCK LOG UID GID PROGRAM ARGUMENT…`` (UID and GID may be ``-``: stay who you are).

Whoever uses the server holds a shared lock on the file USERS_LOCK, which the kernel gives back even after a
``kill -9``. The keeper waits for that lock alone: when it gets it, nobody is left, and it stops the server. Killing
the keeper stops the server too.
"""

import ctypes
import fcntl
import os
import signal
import subprocess
import sys
from types import FrameType

STOP_SECONDS = 60  # for the last checkpoint; after that the server is killed and recovers at its next start
PR_SET_PDEATHSIG = 1


def _stop_with_keeper() -> None:
    """Linux: a killed keeper takes its server along (SIGINT is PostgreSQL's fast, clean stop)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT)


def _start(command: list[str], log: str, uid: str, gid: str) -> subprocess.Popen[bytes]:
    with open(log, "wb") as output:  # noqa: PTH123 (no pathlib: this script should start fast)
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=_stop_with_keeper,
            user=None if uid == "-" else int(uid),
            group=None if gid == "-" else int(gid),
            extra_groups=None if gid == "-" else [],
        )


def _stop(server: subprocess.Popen[bytes]) -> None:
    if server.poll() is None:
        server.send_signal(signal.SIGINT)
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.send_signal(signal.SIGQUIT)
        server.wait()


def _leave(signum: int, frame: FrameType | None) -> None:
    """Either we are asked to stop (SIGTERM), or the server has ended by itself (SIGCHLD)."""
    sys.exit(0 if signum == signal.SIGTERM else 1)


def keep(users_lock: str, log: str, uid: str, gid: str, *command: str) -> None:
    """Start the server, wait until nobody uses it or somebody asks, stop it."""
    for ignored in (signal.SIGINT, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    users = os.open(users_lock, os.O_RDWR)
    server = _start(list(command), log, uid, gid)
    try:
        signal.signal(signal.SIGTERM, _leave)
        signal.signal(signal.SIGCHLD, _leave)
        if server.poll() is None:
            fcntl.flock(users, fcntl.LOCK_EX)
    finally:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        _stop(server)


if __name__ == "__main__":
    keep(*sys.argv[1:])
