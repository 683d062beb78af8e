"""Has this process been asked to stop? Long drains look here between two pieces of work and hand back the rest."""

import signal
from types import FrameType

_asked = False


def listen(*signals: signal.Signals) -> None:
    """From now on these signals ask this process to stop instead of ending it. Main thread only."""
    for number in signals:
        signal.signal(number, _ask)


def stop_requested() -> bool:
    """True once one of the signals has come. `manage.py cluster` sends SIGUSR1 to its workers when it stops."""
    return _asked


def _ask(signum: int, frame: FrameType | None) -> None:
    global _asked
    _asked = True
