"""Tests that commit empty the tables afterwards; the roles, which a migration made, are put back."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission

from review.roles import make_roles


@pytest.fixture
def _roles_put_back(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    yield
    with django_db_blocker.unblock():
        make_roles(Group, Permission)


@pytest.fixture
def committing(_roles_put_back: None, transactional_db: None) -> None:
    """A database in which every transaction commits, as threads need it."""
