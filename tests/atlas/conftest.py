"""What the archive's tests share."""

from datetime import timedelta

import pytest

from atlas.archive.record.recording import record_capture
from atlas.models import Document
from tests.atlas.looks import See
from tests.factories import NOON, make_document


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
