"""Fills a scratch database with as many rows as a large deployment has, in SQL: minutes instead of days.

The rows are believable in number, size and mix, not in what they say. Guards are off while they are written: this is
for measuring, in a database of its own, and nothing else.
"""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import connection, models

ROOMS = ("atlas", "analysis", "review")


@contextmanager
def scratch_database() -> Iterator[None]:
    """A migrated, empty database on a server that forgets, dropped at the end. Call ``django.setup()`` before."""
    from django.conf import settings

    from atlas.config import load_config
    from atlas.database import start_embedded
    from atlas.settings import database_settings

    url = load_config().database_url or start_embedded(load_config().data_dir / "test", durable=False)
    settings.DATABASES["default"].update(database_settings(url))
    connection.settings_dict.update(settings.DATABASES["default"])
    name = connection.settings_dict["NAME"]
    connection.settings_dict.setdefault("TEST", {})["NAME"] = f"atlas_benchmark_{os.getpid()}"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


@contextmanager
def guards_off() -> Iterator[None]:
    """No trigger and no foreign key is checked; the tables are analysed at the end."""
    tables = [model._meta.db_table for label in ROOMS for model in apps.get_app_config(label).get_models(True)]
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        cursor.execute("SET session_replication_role = origin")
        for table in tables:
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}") if any(
                column.name == "id" for column in connection.introspection.get_table_description(cursor, table)
            ) else None
        cursor.execute("VACUUM ANALYZE")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def fill(model: type[models.Model], count: int, **columns: str) -> None:
    """Insert ``count`` rows; ``columns`` are SQL expressions of ``n`` (1, 2 …), by name of the column.

    Columns that are left out get the field's default, or nothing.
    """
    begin = time.perf_counter()
    values = {"id": "n"} if model._meta.pk.name == "id" else {}
    for field in model._meta.concrete_fields:
        if field.column not in columns and field.column != "id" and (literal := _default(field)) is not None:
            values[field.column] = literal
    values |= columns
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} ({', '.join(map(connection.ops.quote_name, values))})"
            f" SELECT {', '.join(values.values())} FROM generate_series(1, {count}) n"
        )
    say(f"  {count:>9,} {model._meta.verbose_name_plural} in {time.perf_counter() - begin:.1f} s")


def _default(field: "models.Field[Any, Any]") -> str | None:
    """SQL for the default of a column that must have a value; None: leave it out."""
    if field.null or field.has_db_default():
        return None
    if isinstance(field, models.DateTimeField):
        return "now()"
    value = field.get_default() if field.has_default() else ""
    if isinstance(field, models.JSONField):
        return "'{}'::jsonb" if value == {} else "'[]'::jsonb"
    if isinstance(value, bool | int):
        return str(value).lower()
    if isinstance(value, list):
        return "'{}'"
    return f"'{value}'"


def prose(words: int) -> str:
    """SQL for about ``words`` words that differ from row to row."""
    return (
        f"repeat('The document states what the platform may do with content that customers send, and when. ',"
        f" {max(1, words // 15)}) || md5(n::text)"
    )
