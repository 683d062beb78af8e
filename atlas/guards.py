"""SQL that makes PostgreSQL itself refuse to alter the record. Used by the migrations of every floor.

Why triggers, what they cannot do, why TRUNCATE passes in test databases: docs/decisions/0005-insert-only.md.
A refusal reaches Django as ``IntegrityError`` (SQLSTATE 23001, restrict_violation).
"""

from collections.abc import Iterable

# The guard of one row. Arguments of the trigger: the columns that may move, once, from empty to a value.
FUNCTION = """
CREATE OR REPLACE FUNCTION atlas_insert_only() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    movable text;
    before jsonb;
    after jsonb;
BEGIN
    IF TG_OP = 'UPDATE' AND TG_NARGS > 0 THEN
        before := to_jsonb(OLD);
        after := to_jsonb(NEW);
        FOREACH movable IN ARRAY TG_ARGV LOOP
            IF after -> movable IS DISTINCT FROM before -> movable AND coalesce(before ->> movable, '') <> '' THEN
                RAISE EXCEPTION '%.% of row % is set and stays as it is', TG_TABLE_NAME, movable, before ->> 'id'
                    USING ERRCODE = 'restrict_violation',
                          HINT = 'It may be set once. Record what happened since as a new row.';
            END IF;
            before := before - movable;
            after := after - movable;
        END LOOP;
        IF before = after THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '% of % refused: its rows are the record and are only ever added', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation',
              HINT = 'Record the correction as a new row (a new capture, revision or publication).';
END $$;
"""
FUNCTION_REVERSE = "DROP FUNCTION IF EXISTS atlas_insert_only();"


def insert_only_sql(table: str, movable: Iterable[str] = ()) -> str:
    """SQL that refuses UPDATE, DELETE and TRUNCATE of ``table``, for its owner and in replica mode too.

    Each column of ``movable`` may be set once, from null or empty to a value. Django's test runner empties tables with
    TRUNCATE, so databases whose name starts with ``test_`` (its own naming) let that through.
    """
    columns = ", ".join(f"'{column}'" for column in movable)
    return f"""
CREATE TRIGGER {table}_insert_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION atlas_insert_only({columns});
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT WHEN (current_database() NOT LIKE 'test\\_%')
    EXECUTE FUNCTION atlas_insert_only();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_insert_only;
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_truncate;
"""


def insert_only_reverse_sql(table: str) -> str:
    """SQL that takes the guard of ``table`` away again."""
    return f"""
DROP TRIGGER IF EXISTS {table}_insert_only ON {table};
DROP TRIGGER IF EXISTS {table}_no_truncate ON {table};
"""
