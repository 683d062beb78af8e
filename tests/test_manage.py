"""The command line itself: what needs a database, and how it ends when its output is not wanted any more."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NOWHERE = "postgresql://nobody:nothing@localhost:1/none"


def manage(*arguments: str, data: Path, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    environment = {"PATH": "/usr/bin:/bin", "DATABASE_URL": NOWHERE, "ATLAS_DATA_DIR": str(data)}
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, env=environment, check=False)


def test_texts_and_changes_are_judged_without_a_database(tmp_path: Path) -> None:
    text = tmp_path / "terms.md"
    text.write_text("# Terms\n\nWe keep it for 30 days.\n")
    assert manage("compare_texts", str(text), str(text), data=tmp_path).returncode == 0
    told = manage("classify_changes", "--repository", str(tmp_path), data=tmp_path).stderr.decode()
    assert "cannot be read as a git repository" in told and "DATABASE_URL" not in told


def test_a_command_that_needs_one_says_which_is_missing(tmp_path: Path) -> None:
    told = manage("archive_report", data=tmp_path)
    assert told.returncode == 1
    assert "DATABASE_URL can't be used" in told.stderr.decode() and "Traceback" not in told.stderr.decode()


def test_checking_needs_one_only_where_it_is_to_be_checked(tmp_path: Path) -> None:
    assert manage("check", data=tmp_path).returncode == 0
    assert "DATABASE_URL can't be used" in manage("check", "--database", "default", data=tmp_path).stderr.decode()


def test_a_reader_who_has_enough_gets_no_stack_trace(tmp_path: Path) -> None:
    command = f"'{sys.executable}' '{ROOT / 'manage.py'}' compare_texts --help | head -c 1"
    environment = {"PATH": "/usr/bin:/bin", "ATLAS_DATA_DIR": str(tmp_path), "PYTHONUNBUFFERED": "1"}
    done = subprocess.run(command, shell=True, capture_output=True, env=environment, check=False)
    assert b"Traceback" not in done.stderr
