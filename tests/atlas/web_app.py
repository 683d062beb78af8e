"""An application for tests of the web server: each answer takes a while, and says which process gave it."""

import os
import time
from collections.abc import Callable, Iterable
from typing import Any

SECONDS = 0.5


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    if environ["PATH_INFO"] == "/slow/":
        time.sleep(SECONDS)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(os.getpid()).encode()]
