"""Settings from the environment: typed, and a wrong one names itself."""

import pytest

from atlas.config import ConfigError, load_config
from atlas.settings import database_settings


@pytest.fixture(autouse=True)
def _read_again() -> object:
    load_config.cache_clear()
    yield
    load_config.cache_clear()


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("DATABASE_URL", "mysql://localhost/atlas", "postgresql://user:password@host:5432/atlas"),
        ("DATABASE_URL", "postgresql://localhost:port/atlas", "postgresql://user:password@host:5432/atlas"),
        ("ATLAS_SECRET_KEY", "short", "at least 32 characters"),
        ("ATLAS_BASE_URL", "atlas.example", "URL"),
        ("ATLAS_LLM_CONCURRENCY", "many", "integer"),
        ("ATLAS_LLM_CONCURRENCY", "0", "greater than or equal to 1"),
        ("ATLAS_LLM_TIMEOUT", "-1", "greater than 0"),
        ("ATLAS_SOLO_REVIEW", "perhaps", "boolean"),
        ("ATLAS_DEBUG", "perhaps", "boolean"),
    ],
)
def test_a_wrong_setting_names_itself_and_says_what_it_should_be(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, told: str
) -> None:
    monkeypatch.setenv(variable, value)

    with pytest.raises(ConfigError) as error:
        load_config()

    assert variable in str(error.value)
    assert told in str(error.value)


def test_every_wrong_setting_has_a_line_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATLAS_LLM_TIMEOUT", "soon")
    monkeypatch.setenv("ATLAS_SOLO_REVIEW", "perhaps")

    with pytest.raises(ConfigError) as error:
        load_config()

    assert len(str(error.value).splitlines()) == 2


def test_an_error_does_not_show_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATLAS_SECRET_KEY", "hunter2")
    monkeypatch.setenv("DATABASE_URL", "postgresql://erika:hunter2@localhost:port/atlas")

    with pytest.raises(ConfigError) as error:
        load_config()

    assert "hunter2" not in str(error.value)


def test_hosts_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATLAS_ALLOWED_HOSTS", "atlas.example, www.atlas.example")

    assert load_config().allowed_hosts == ["atlas.example", "www.atlas.example"]


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "")
    monkeypatch.setenv("ATLAS_LLM_TIMEOUT", "")

    assert load_config().database_url is None
    assert load_config().llm_timeout == 120


def test_what_django_has_no_name_for_goes_to_postgresql_as_it_is() -> None:
    made = database_settings("postgresql://erika:secret@db.example:5433/atlas?sslmode=require")

    assert (made["HOST"], made["PORT"], made["NAME"]) == ("db.example", "5433", "atlas")
    assert made["OPTIONS"]["sslmode"] == "require"
    assert "lock_timeout=10s" in made["OPTIONS"]["options"]


def test_connections_wait_for_locks_with_a_limit(db: None) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('lock_timeout'), current_setting('idle_in_transaction_session_timeout')")
        assert cursor.fetchone() == ("10s", "1min")
