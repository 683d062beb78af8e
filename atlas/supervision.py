"""Child processes that are restarted when they die and stopped together, whatever happens to us."""

import ctypes
import os
import platform
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

FIRST_DELAY = 0.5  # seconds until the first restart; doubles while the child dies young
LONGEST_DELAY = 30.0
YOUNG = 10.0  # seconds; a child that lived longer starts again with the first delay
PR_SET_PDEATHSIG = 1

Tell = Callable[[str], None]


def end_with_parent(parent: int) -> None:
    """Linux: this process gets SIGTERM when its parent dies, even by kill -9."""
    if platform.system() != "Linux":
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it died before we could ask
        os.kill(os.getpid(), signal.SIGTERM)


@dataclass
class Child:
    """One command, in a session of its own: the terminal's Ctrl-C reaches us, and we tell the child."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    handles: tuple[int, ...] = ()  # descriptors it inherits
    tell: Tell = print
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    early_deaths: int = 0
    next_start: float = field(default=0.0)

    def tick(self, now: float) -> None:
        """Notice a death, start when it is time."""
        if self.process is not None and self.process.poll() is not None:
            self._plan_restart(now)
        if self.process is None and now >= self.next_start:
            self.start(now)

    def start(self, now: float) -> None:
        us = os.getpid()
        self.started = now
        self.process = subprocess.Popen(
            self.command,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=self.handles,
            preexec_fn=lambda: end_with_parent(us),
        )

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def ask_to_stop(self) -> None:
        """SIGTERM to the child alone; it knows how to stop its own children."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)

    def sweep(self) -> None:
        """Kill what is left of the child and of its session."""
        if self.process is None:
            return
        with suppress(ProcessLookupError, PermissionError):  # macOS says the latter of a group of zombies
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def _plan_restart(self, now: float) -> None:
        assert self.process is not None
        self.early_deaths = self.early_deaths + 1 if now - self.started < YOUNG else 0
        delay = min(LONGEST_DELAY, FIRST_DELAY * 2**self.early_deaths)
        self.tell(f"{self.name} ended ({_how(self.process.returncode)}); it starts again in {delay:g} s.")
        self.sweep()
        self.process = None
        self.next_start = now + delay


def stop_all(children: Iterable[Child], *, grace: float, hurry: Callable[[], bool]) -> None:
    """Ask all to stop and wait ``grace`` seconds (or until ``hurry()``); then kill what is left."""
    children = list(children)
    deadline = time.monotonic() + grace
    for child in children:
        child.ask_to_stop()
    while any(child.is_running() for child in children) and not hurry() and time.monotonic() < deadline:
        time.sleep(0.05)
    for child in children:
        child.sweep()


def _how(returncode: int) -> str:
    return f"killed by {signal.Signals(-returncode).name}" if returncode < 0 else f"exit code {returncode}"
