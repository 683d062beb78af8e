"""The edge to the models: its errors, and that nothing else carries its weight."""

import os
import subprocess
import sys

import pytest

from analysis import llm
from tests.processes import ROOT

PROBE = """
import django, sys
django.setup()
import analysis.drafting, analysis.tasks, review.tasks
from django.conf import settings
from django.test import Client
settings.ALLOWED_HOSTS = ["testserver"]
assert Client().get("/admin/login/").status_code == 200
assert "litellm" not in sys.modules and "openai" not in sys.modules
"""


def test_litellm_is_not_imported_where_no_model_is_called() -> None:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "atlas.settings"}
    subprocess.run([sys.executable, "-c", PROBE], cwd=ROOT, env=environment, check=True)


def test_preloading_leaves_nothing_of_weight_to_import_while_a_model_is_called() -> None:
    llm.preload()
    assert {"litellm.main", "openai.resources.chat.completions", "litellm.proxy._types"} <= sys.modules.keys()


def test_a_key_is_in_no_representation() -> None:
    call = llm.Call("m", [], {}, 1, 0.0, 1.0, api_key="sk-very-secret")
    assert "sk-very-secret" not in repr(call)


class ProviderError(Exception):
    def __init__(self, status_code: int, message: str = "") -> None:
        super().__init__(message)
        self.status_code = status_code
        self.litellm_response_headers: dict[str, str] = {}


@pytest.mark.parametrize(
    ("status", "message", "kind"),
    [
        (500, "Missing credentials", "config"),
        (500, "Connection error.", "transient"),
        (400, "LLM Provider NOT provided", "config"),
        (400, "stopped by our content policy", "refused"),
        (413, "", "too_long"),
        (504, "", "timeout"),
        (409, "", "transient"),
        (0, "dropped", "transient"),
    ],
)
def test_the_status_code_decides_then_the_words(status: int, message: str, kind: str) -> None:
    assert llm.translate(ProviderError(status, message)).kind == kind


@pytest.mark.parametrize(
    "said",
    ["nan", "inf", "-inf", "-5", "1e400", "9" * 40, "soon", "", "Thu, 26 Nov 2026 16:00:00 -0000", "Fri, 99 Foo 2026"],
)
@pytest.mark.parametrize("header", ["retry-after", "retry-after-ms"])
def test_an_odd_wish_for_patience_is_a_time_that_can_be_waited_for_or_none(header: str, said: str) -> None:
    error = ProviderError(429, "slow down")
    error.litellm_response_headers = {header: said}
    seconds = llm.translate(error).retry_after
    assert seconds is None or 0 <= seconds <= 24 * 3600
