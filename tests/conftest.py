"""The test run has a PostgreSQL of its own under ``var/test`` (or uses DATABASE_URL). Nothing to start by hand."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction
from pytest_django import DjangoDbBlocker

from atlas.config import load_config
from atlas.database import start_embedded
from atlas.settings import CONFIG, database_settings
from tests.emptying import keep_what_migrations_made
from tests.servers.openai import ModelServer


def pytest_configure(config: pytest.Config) -> None:
    """Start the server in the first process; xdist's workers inherit its address. Passwords are hashed quickly."""
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", None):  # then all that tests start would compile litellm anew
        os.environ["PYTHONPYCACHEPREFIX"] = str(CONFIG.data_dir / "test" / "bytecode")
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    if CONFIG.database_url is None:
        os.environ["DATABASE_URL"] = start_embedded(CONFIG.data_dir / "test", durable=False)
        settings.DATABASES["default"].update(database_settings(os.environ["DATABASE_URL"]))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long tests first: begun last, one of them is all that a worker does while the others have nothing left."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is imported and collected stays to the end: the garbage collector need not look at it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 1_000)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI nothing may be skipped: what a test needs is to be installed there."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter is not None and reporter.stats.get("skipped"):
        reporter.write_line("Tests were skipped, which CI does not allow.", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """The test database without autovacuum.

    It sees nothing of what a test has not committed: it would note full tables as empty, and PostgreSQL would then
    plan for empty tables.
    """
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            name = connection.ops.quote_name(table)
            cursor.execute(f"ALTER TABLE {name} SET (autovacuum_enabled = false)")
        keep_what_migrations_made()


@pytest.fixture(scope="module")
def shared_rows(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A transaction round all tests of a file, for rows that are made once for them. What a test changes is rolled
    back after it, all else after the last. Not for files with tests that commit."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="session")
def shared_path() -> Path:
    """The folder of real data beside the checkout; where it is missing, its tests skip (in CI that is a failure)."""
    path = Path(__file__).resolve().parents[2] / "shared"
    if not path.is_dir():
        pytest.skip("needs the folder ../shared with real data, which this machine does not have")
    return path


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
