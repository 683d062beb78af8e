"""What only the owner of the tables can do: alter the record behind its guards."""

from django.db import connection


def tamper(table: str, sql: str, *values: object) -> None:
    """Run ``sql`` with the triggers and foreign keys of ``table`` off, to leave no trace."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        cursor.execute(sql, values)
        assert cursor.rowcount, f"altered nothing: {sql}"
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
