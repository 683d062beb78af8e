"""What the archive's tests share."""

from datetime import timedelta

import pytest
from django.test import Client

from atlas.archive.record.recording import record_capture
from atlas.models import Document, User
from tests.atlas.looks import See
from tests.atlas.site_rows import allow_publications_past_review
from tests.factories import NOON, make_document


@pytest.fixture
def editor(client: Client) -> User:
    """Somebody who may look at everything, logged in."""
    person = User.objects.create_superuser("ada", public_name="Ada Lovelace")
    client.force_login(person)
    return person


@pytest.fixture
def past_review(db: None) -> None:
    """Publications are written without an approved revision behind them, until the test ends."""
    allow_publications_past_review()


@pytest.fixture
def terms() -> Document:
    return make_document(name="Terms of Service")


@pytest.fixture
def see(terms: Document) -> See:
    """``see(text)`` records a look at the terms, each a day after the one before."""
    days = iter(range(1000))
    return lambda text, **options: record_capture(
        terms, text=text, captured_at=NOON + timedelta(days=next(days)), **options
    )
