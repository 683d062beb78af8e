"""What the drafter's tests share."""

import pytest
from django.core.management import call_command

from tests.analysis.catalogue_rows import make_small_catalogue


@pytest.fixture
def catalogue() -> None:
    """The legal catalogue as rows; the test asks for the database itself."""
    call_command("load_catalogue", verbosity=0)


@pytest.fixture
def small_catalogue(request: pytest.FixtureRequest) -> None:
    """The few rows of `catalogue_rows`, which is all that a drain needs."""
    committed = request.node.get_closest_marker("django_db").kwargs.get("transaction")
    request.getfixturevalue("transactional_db" if committed else "db")
    make_small_catalogue()
