"""verify_archive reads the archive as it was at one moment."""

import pytest
from django.db import connection

from atlas.archive.verifying import verifying


@pytest.mark.django_db(transaction=True)
def test_it_sees_one_moment_and_writes_nothing() -> None:
    with verifying.one_moment(), connection.cursor() as cursor:
        cursor.execute("SHOW transaction_isolation")
        assert cursor.fetchone() == ("repeatable read",)
        cursor.execute("SHOW transaction_read_only")
        assert cursor.fetchone() == ("on",)
