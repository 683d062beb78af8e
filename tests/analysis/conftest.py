"""What the drafter's tests share."""

import pytest
from django.core.management import call_command


@pytest.fixture
def catalogue() -> None:
    """The legal catalogue as rows; the test asks for the database itself."""
    call_command("load_catalogue", verbosity=0)
