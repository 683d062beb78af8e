"""Workers that can be killed one after another: a process that imports everything once and keeps two forks draining.

For `test_chaos` alone. Like `manage.py cluster` it forks workers that share litellm; unlike it, it does not end when
one of them is killed, but forks the next, so that twenty deaths do not cost twenty starts of Python. Leases are of two
seconds instead of sixty, and what a schedule does every minute is done five times a second.
"""

import ctypes
import os
import signal
import sys
import time
import traceback
from datetime import timedelta

import django

WORKERS = 2
ROUND_SECONDS = 0.2
LEASE_SECONDS = 2.0
PR_SET_PDEATHSIG = 1


def main() -> None:
    django.setup()
    from analysis import leases, llm

    llm.preload()
    leases.LEASE = timedelta(seconds=LEASE_SECONDS)
    leases.HEARTBEAT_SECONDS = LEASE_SECONDS / 4
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    print("pool started", flush=True)  # noqa: T201
    workers: set[int] = set()
    while True:
        workers -= set(_ended())
        workers |= {_fork() for _ in range(WORKERS - len(workers))}
        _sweep()
        signal.sigtimedwait({signal.SIGCHLD}, ROUND_SECONDS)


def _ended() -> list[int]:
    ended = []
    try:
        while pid := os.waitpid(-1, os.WNOHANG)[0]:
            ended.append(pid)
    except ChildProcessError:
        pass
    return ended


def _fork() -> int:
    pid = os.fork()
    if pid == 0:
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        _work()
    return pid


def _work() -> None:
    """Drain until the database fails; the successor goes on then, as after a kill."""
    from analysis.drafting import drain

    try:
        while True:
            drain()
            time.sleep(ROUND_SECONDS)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(1)


def _sweep() -> None:
    from django.db import DatabaseError, connections

    from analysis import leases

    try:
        leases.sweep()
    except DatabaseError:
        traceback.print_exc()
    finally:
        connections.close_all()  # no fork inherits one


if __name__ == "__main__":
    main()
