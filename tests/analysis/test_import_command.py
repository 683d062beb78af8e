"""What `import_ota` says when a person stops it; what it does is in tests/atlas/test_importing.py."""

import pytest
from django.core.management.base import CommandError

from analysis.management.commands.import_ota import promise_to_go_on


def test_ctrl_c_is_answered_with_how_to_go_on_and_the_usual_exit_code() -> None:
    with pytest.raises(CommandError, match="goes on where this one was") as stopped, promise_to_go_on():
        raise KeyboardInterrupt
    assert stopped.value.returncode == 130
