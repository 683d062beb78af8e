"""What a drain asks of the process that it runs in: the model for itself, and threads that take short turns."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from atlas.config import load_config

SWITCH_SECONDS = 0.0005  # a tenth of Python's own
_model_in_use = Lock()


class AlreadyDraftingError(RuntimeError):
    """Two drains with a model in one process: they would close each other's connections."""


@contextmanager
def threads_taking_short_turns() -> Iterator[None]:
    """The loop does little at a time and often: it must not queue behind the thread that reads and writes rows."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


@contextmanager
def alone_with_the_model() -> Iterator[None]:
    """litellm keeps its clients and its background worker for the process, bound to one event loop.

    Raises:
        AlreadyDraftingError: if another thread of this process is drafting with a model.
    """
    if not load_config().llm_model:
        yield
    elif _model_in_use.acquire(blocking=False):
        try:
            yield
        finally:
            _model_in_use.release()
    else:
        raise AlreadyDraftingError("This process is drafting already; run a second drain in a process of its own")
