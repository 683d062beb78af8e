"""``manage.py mcp``: the tools of Atlas for an assistant on this machine, over standard input and output."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections

from atlas.mcp.handler import answer
from atlas.mcp.messages import INVALID_REQUEST, Answer, RpcError
from atlas.mcp.views import LARGEST


class Command(BaseCommand):
    help = (
        "Speak the Model Context Protocol on standard input and output, one JSON message a line, until the input ends. "
        "Read-only: the same tools as at /mcp/ on the web server. Logs go to standard error."
    )
    requires_system_checks: list[str] = []  # their words would stand between the messages

    def handle(self, *args: Any, **options: Any) -> None:
        while line := sys.stdin.buffer.readline(LARGEST + 1):
            told: Answer | None
            if len(line) > LARGEST:
                told = RpcError(INVALID_REQUEST, f"Messages have at most {LARGEST:,} bytes.").answer()
                _skip_to_end_of_line(line)
            elif not line.strip():
                continue
            else:
                told = answer(line)
            close_old_connections()
            if told is not None:
                sys.stdout.write(json.dumps(told) + "\n")
                sys.stdout.flush()


def _skip_to_end_of_line(line: bytes) -> None:
    while line and not line.endswith(b"\n"):
        line = sys.stdin.buffer.readline(LARGEST)
