"""The drafter's tests talk to a model service of their own."""

from collections.abc import Iterator

import pytest
from django.core.management import call_command

from atlas.config import load_config
from tests.servers.openai import ModelServer


@pytest.fixture
def model_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    """A running model service that Atlas is configured to draft with."""
    with ModelServer().running() as server:
        monkeypatch.setenv("ATLAS_LLM_MODEL", "openai/test-double")
        monkeypatch.setenv("ATLAS_LLM_API_BASE", server.url)
        monkeypatch.setenv("ATLAS_LLM_TIMEOUT", "20")
        load_config.cache_clear()
        yield server
    monkeypatch.undo()
    load_config.cache_clear()


@pytest.fixture
def catalogue() -> None:
    """The legal catalogue as rows; the test asks for the database itself."""
    call_command("load_catalogue", verbosity=0)
