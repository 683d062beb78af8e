"""The log: one readable line an event, and never a secret."""

import logging
from logging.config import DictConfigurator

import pytest

from atlas.logs import HIDDEN, logging_settings, renderer

SECRET = "sk-very-secret-key"


def line(*, is_terminal: bool = False, **event: object) -> str:
    return str(renderer([SECRET, ""], is_terminal=is_terminal)(None, "info", dict(event)))


def test_a_line_for_machines_has_names_and_values() -> None:
    assert line(event="drafted", level="info", job=12) == "level=info event=drafted job=12"


def test_a_secret_is_hidden_wherever_it_stands() -> None:
    told = line(event=f"refused key {SECRET}", key=SECRET, exception=f"Traceback\nValueError: {SECRET}")

    assert SECRET not in told
    assert told.count(HIDDEN) == 3


def test_a_secret_is_hidden_on_a_terminal_too() -> None:
    assert SECRET not in line(is_terminal=True, event="refused", key=SECRET)


def test_a_traceback_stays_readable() -> None:
    assert line(event="broke", exception="Traceback\n  line 1").splitlines()[1:] == ["Traceback", "  line 1"]


def test_names_that_logfmt_refuses_are_made_plain() -> None:
    assert line(event="seen", **{"a name": 1}) == "event=seen a_name=1"


@pytest.mark.parametrize(("level", "is_told"), [(logging.WARNING, False), (logging.ERROR, True)])
def test_a_refused_page_is_one_line_and_a_fault_keeps_its_traceback(level: int, is_told: bool) -> None:
    formatter = DictConfigurator(logging_settings([])).configure_formatter(logging_settings([])["formatters"]["line"])
    fault = PermissionError("no")
    told = logging.LogRecord("django.request", level, "", 0, "Forbidden: /x", (), (PermissionError, fault, None))
    words = formatter.format(told)
    assert "Forbidden: /x" in words
    assert ("PermissionError" in words) is is_told
