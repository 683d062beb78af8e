"""What `manage.py check` says about a configuration, and the headers every page carries."""

from typing import Any

import pytest
from django.test import Client
from django.utils.module_loading import import_string

from atlas import system_checks
from atlas.models import User


def ids(messages: list) -> list[str]:
    return [message.id for message in messages]


def test_the_product_as_it_is_has_nothing_to_tell(settings: Any) -> None:
    assert system_checks.queue_repeats_nothing_that_still_runs(None) == []
    assert system_checks.connections_are_not_pooled(None) == []
    assert system_checks.base_url_is_an_allowed_host(None) == []


def test_a_public_address_must_be_an_allowed_host(settings: Any) -> None:
    settings.BASE_URL = "https://atlas.example"

    assert ids(system_checks.base_url_is_an_allowed_host(None)) == ["atlas.E001"]


def test_a_retry_that_comes_too_soon_is_an_error(settings: Any) -> None:
    settings.Q_CLUSTER = {**settings.Q_CLUSTER, "retry": 300}

    assert ids(system_checks.queue_repeats_nothing_that_still_runs(None)) == ["atlas.E002"]


def test_a_connection_pool_is_an_error(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings.DATABASES["default"]["OPTIONS"], "pool", True)

    assert ids(system_checks.connections_are_not_pooled(None)) == ["atlas.E003"]


def test_a_public_site_shows_no_errors_and_has_a_key_of_its_own(settings: Any) -> None:
    settings.BASE_URL, settings.DEBUG = "https://atlas.example", True
    settings.CONFIG = settings.CONFIG.model_copy(update={"secret_key": None})

    assert ids(system_checks.errors_are_not_shown_to_readers(None)) == ["atlas.E004"]
    assert ids(system_checks.secret_key_is_set(None)) == ["atlas.W005"]


@pytest.mark.django_db
def test_the_people_of_the_sample_have_no_place_on_a_public_site(settings: Any) -> None:
    User.objects.create(username="erika", is_sample=True)
    assert system_checks.sample_people_are_gone(None, databases=["default"]) == []

    settings.BASE_URL = "https://atlas.example"
    assert ids(system_checks.sample_people_are_gone(None, databases=["default"])) == ["atlas.E006"]


@pytest.mark.django_db
def test_every_page_says_that_only_our_own_scripts_run(client: Client) -> None:
    response = client.get("/admin/login/")

    assert "default-src 'self'" in response["Content-Security-Policy"]
    assert "object-src 'none'" in response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "strict-origin-when-cross-origin"


@pytest.mark.parametrize("setting", ["ATLAS_ROOMS", "ATLAS_SCHEDULES"])
def test_every_bell_and_schedule_rings_something_that_exists(settings: Any, setting: str) -> None:
    for function in getattr(settings, setting).values():
        assert callable(import_string(function))


def test_what_the_cluster_prepares_with_a_model_exists() -> None:
    assert callable(import_string("analysis.llm.preload"))
