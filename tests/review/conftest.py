"""Rows that the tests of a file share, made once for it. What a test does to them is rolled back after it."""

import pytest
from django.conf import settings
from django.test import Client

from atlas.models import User
from review.models import Edition
from tests.review.factories import make_edition, make_editor

SESSION = settings.SESSION_COOKIE_NAME


@pytest.fixture(scope="module")
def key_of_edition(shared_rows: None) -> int:
    return make_edition().pk


@pytest.fixture
def edition(key_of_edition: int, db: None) -> Edition:
    """In review, with one drafted revision; the same row for all tests of the file."""
    return Edition.objects.select_related("head").get(pk=key_of_edition)


@pytest.fixture(scope="module")
def logged_in(shared_rows: None) -> tuple[int, str]:
    """The key of a senior reviewer, and of their session."""
    client, user = Client(), make_editor("Senior reviewer", "senior")
    client.force_login(user)
    return user.pk, client.cookies[SESSION].value


@pytest.fixture
def senior(logged_in: tuple[int, str], db: None) -> Client:
    """The browser of a senior reviewer who has logged in."""
    client = Client()
    client.cookies[SESSION] = logged_in[1]
    return client


@pytest.fixture
def by(logged_in: tuple[int, str], db: None) -> User:
    """Who sits at ``senior``."""
    return User.objects.get(pk=logged_in[0])


@pytest.fixture
def manager(client: Client) -> Client:
    """The browser of a managing editor who has logged in."""
    client.force_login(make_editor("Managing editor"))
    return client
