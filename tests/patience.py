"""A limit against hanging, not a measurement: those are in ``tests/benchmarks``."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

HANGS = 60  # seconds of CPU; what is meant to take a fraction of one has no way to need this many on any machine


@contextmanager
def no_hang() -> Iterator[None]:
    """Fail if the block is still busy after a minute of CPU, as an expression that backtracks would be."""

    def give_up(signum: int, frame: FrameType | None) -> None:
        raise AssertionError(f"still busy after {HANGS} s of CPU: does it backtrack?")

    previous = signal.signal(signal.SIGPROF, give_up)
    signal.setitimer(signal.ITIMER_PROF, HANGS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, previous)
