"""A test that commits leaves empty tables behind, but for what migrations made: kinds of rows, rights, roles.

Django empties these too, and has them made anew from the models; that takes twice as long as the emptying.
"""

from collections.abc import Callable

from django.contrib.auth.models import Group, Permission
from django.core.management.color import no_style
from django.db import connection
from django.test import TransactionTestCase

from review.roles import make_roles

STANDING = ("django_content_type", "auth_permission", "auth_group", "auth_group_permissions")


def keep_what_migrations_made() -> None:
    """From now on, tests that commit leave the standing tables as they are; whoever altered one pays for it."""
    tables = sorted(set(connection.introspection.django_table_names(only_existing=True)) - set(STANDING))
    sql = connection.ops.sql_flush(no_style(), tables)
    empty_all: Callable[[TransactionTestCase], None] = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]
    made = _standing()

    def leave_empty(case: TransactionTestCase) -> None:
        nonlocal made
        if _standing() == made:
            connection.ops.execute_sql_flush(sql)
        else:
            empty_all(case)
            make_roles(Group, Permission)
            made = _standing()

    TransactionTestCase._fixture_teardown = leave_empty  # type: ignore[attr-defined]


def _standing() -> list[str]:
    """A hash of the rows of each standing table."""
    with connection.cursor() as cursor:
        each = "SELECT md5(string_agg(t::text, '' ORDER BY t::text)) FROM {} t"
        cursor.execute(" UNION ALL ".join(each.format(table) for table in STANDING))
        return [digest for (digest,) in cursor.fetchall()]
