"""How quick a whole import is, against merely reading the same texts. Run by hand, on a quiet machine:

    PYTHONPATH=. uv run python tests/benchmarks/bench_import.py SOURCE

SOURCE is a git URL, clone or bundle of an Open Terms Archive versions collection. It is imported into a database of its
own in a temporary folder by the command that people use. Prints versions a second, CPU and memory of the command, and,
to compare between machines, the ratio to reading every text once through one ``git cat-file --batch``.
"""

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from atlas.archive.collections.ota import fetch_collection, parse_record
from atlas.database import leave_embedded, start_embedded

CHECKOUT = Path(__file__).parents[2]


def read_texts(source: str, folder: Path) -> tuple[float, int]:
    """Seconds that reading takes, and the characters read."""
    repository = fetch_collection(source, folder)
    records = [record for commit in repository.commits(repository.tip()) if (record := parse_record(commit))]
    begin, characters = time.monotonic(), 0
    with repository.texts() as texts:
        for record in records:
            characters += len(texts.read(record.blob))
    return time.monotonic() - begin, characters


def run(*arguments: str) -> str:
    """A command of manage.py, in a process of its own; what it prints."""
    command = [sys.executable, str(CHECKOUT / "manage.py"), *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def import_into(data_dir: Path, source: str) -> tuple[dict[str, Any], float, float]:
    """The summary of an import into a new database, its seconds by the clock and of its own CPU."""
    os.environ["DATABASE_URL"] = start_embedded(data_dir)
    try:
        run("migrate", "-v0")
        run("load_catalogue")
        begin, cpu = time.monotonic(), cpu_of_children()
        summary: dict[str, Any] = json.loads(run("import_ota", source, "--json"))
        return summary, time.monotonic() - begin, cpu_of_children() - cpu
    finally:
        leave_embedded(data_dir)


def cpu_of_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main(source: str) -> None:
    with TemporaryDirectory() as folder:
        data_dir = Path(folder) / "data"
        os.environ["ATLAS_DATA_DIR"] = str(data_dir)
        reading, characters = read_texts(source, data_dir / "collections")
        summary, seconds, cpu = import_into(data_dir, source)
    captures, versions = summary["recorded"]["total"], summary["versions"]
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{captures:,} captures, {versions:,} versions, {characters:,} characters")  # noqa: T201
    print(f"{reading:6.1f} s  reading the texts")  # noqa: T201
    print(f"{seconds:6.1f} s  importing them ({seconds / reading:.0f} times reading); {cpu:.1f} s CPU")  # noqa: T201
    print(f"{versions / seconds:6.1f} versions a second; {memory:.0f} MB at most (Linux)")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1])
