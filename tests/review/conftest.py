"""Rows that the tests of a file share, made once for it. What a test does to them is rolled back after it."""

import pytest
from django.conf import settings
from django.test import Client

from review.models import Edition
from tests.review.factories import make_edition, make_editor


@pytest.fixture(scope="module")
def key_of_edition(shared_rows: None) -> int:
    return make_edition().pk


@pytest.fixture
def edition(key_of_edition: int, db: None) -> Edition:
    """In review, with one drafted revision; the same row for all tests of the file."""
    return Edition.objects.select_related("head").get(pk=key_of_edition)


@pytest.fixture(scope="module")
def session_of_senior(shared_rows: None) -> str:
    client = Client()
    client.force_login(make_editor("Senior reviewer", "senior"))
    return client.cookies[settings.SESSION_COOKIE_NAME].value


@pytest.fixture
def senior(session_of_senior: str, db: None) -> Client:
    """The browser of a senior reviewer who has logged in."""
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = session_of_senior
    return client
