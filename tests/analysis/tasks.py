"""What the drafter's cluster tests let a worker do."""

import sys
from pathlib import Path

from analysis import tasks


def drain_and_tell_what_was_imported(path: str) -> None:
    drafted = tasks.drain()
    Path(path).write_text(f"{drafted} drafted, litellm {'imported' if 'litellm' in sys.modules else 'not imported'}")
