"""The embedded PostgreSQL: one server for all users of a data folder, gone with the last of them."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest

from atlas.database import (
    DatabaseUnavailableError,
    check_reachable,
    leave_embedded,
    revive_embedded,
    start_embedded,
)
from tests.processes import ROOT, environment, eventually, open_folder, processes_of

MEMBER = "import pathlib, sys; from atlas.database import start_embedded; \
print(start_embedded(pathlib.Path(sys.argv[1]), durable=False), flush=True); sys.stdin.read()"


@pytest.fixture
def data_dir() -> Iterator[Path]:
    with open_folder() as folder:
        yield folder / "var"
        leave_embedded(folder / "var")
        eventually(lambda: not processes_of(folder / "var"))


@contextmanager
def other_member(data_dir: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that uses the server until its input ends."""
    command = [sys.executable, "-c", MEMBER, str(data_dir)]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as member:
        assert member.stdout is not None
        member.url = member.stdout.readline().strip()  # type: ignore[attr-defined]
        yield member


@contextmanager
def as_ordinary_user() -> Iterator[None]:
    """Root may write everywhere; the tests of refusals shall hold for root too."""
    us = os.geteuid()
    if us == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(us)


def only_root(test: Callable[..., None]) -> Callable[..., None] | None:
    """Collect a test for root alone. (A skip would fail CI, which skips nothing.)"""
    return test if os.geteuid() == 0 else None


def server_of(data_dir: Path) -> psutil.Process:
    noted = (data_dir / "postgres" / "postmaster.pid").read_text().split()[0]
    return psutil.Process(int(noted))


def answers(url: str) -> bool:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT current_database()").fetchone() == ("atlas",)


def test_a_server_starts_and_ends_with_its_only_user(data_dir: Path) -> None:
    assert answers(start_embedded(data_dir, durable=False))

    leave_embedded(data_dir)

    assert not processes_of(data_dir)


def test_a_second_process_joins_and_the_last_one_to_leave_stops_the_server(data_dir: Path) -> None:
    url = start_embedded(data_dir, durable=False)
    with other_member(data_dir) as member:
        assert member.url == url  # type: ignore[attr-defined]
        leave_embedded(data_dir)
        assert answers(url)

    eventually(lambda: not processes_of(data_dir))


def test_a_killed_user_leaves_no_server_behind_and_its_successor_starts_a_new_one(data_dir: Path) -> None:
    with other_member(data_dir) as member:
        server = server_of(data_dir)
        member.kill()
        eventually(lambda: not server.is_running())

    assert answers(start_embedded(data_dir, durable=False))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent was killed")
def test_a_killed_keeper_takes_the_server_along_and_it_can_be_revived(data_dir: Path) -> None:
    url = start_embedded(data_dir, durable=False)
    server = server_of(data_dir)
    assert not revive_embedded(data_dir)

    server.parent().kill()  # type: ignore[union-attr]
    eventually(lambda: not server.is_running())

    assert eventually(lambda: revive_embedded(data_dir))
    assert answers(url)


def test_a_killed_server_is_revived(data_dir: Path) -> None:
    url = start_embedded(data_dir, durable=False)

    server_of(data_dir).send_signal(signal.SIGKILL)

    assert eventually(lambda: revive_embedded(data_dir))
    assert answers(url)


def test_a_stale_process_number_that_now_belongs_to_another_program_is_forgotten(data_dir: Path) -> None:
    start_embedded(data_dir, durable=False)
    stale = (data_dir / "postgres" / "postmaster.pid").read_text().split("\n")
    leave_embedded(data_dir)
    stale[0] = str(os.getpid())
    (data_dir / "postgres" / "postmaster.pid").write_text("\n".join(stale))

    assert answers(start_embedded(data_dir, durable=False))


def test_a_path_too_long_for_a_socket_is_no_obstacle(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(data_dir.parent))
    long = data_dir / ("long" * 20)
    try:
        assert answers(start_embedded(long, durable=False))
    finally:
        leave_embedded(long)


@only_root
def test_root_keeps_the_data_elsewhere_rather_than_open_a_closed_folder(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = data_dir / "closed"
    closed.mkdir(parents=True, mode=0o700)
    monkeypatch.setattr("atlas.postgres_place.SERVICE_FOLDER", data_dir.parent / "service")
    try:
        assert answers(start_embedded(closed / "var", durable=False))
    finally:
        leave_embedded(closed / "var")

    assert closed.stat().st_mode & 0o777 == 0o700
    assert (closed / "var" / "postgres").resolve().parent == data_dir.parent / "service"


def test_no_right_to_write_is_told_in_one_line(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "closed").mkdir(mode=0o555)

    with as_ordinary_user(), pytest.raises(DatabaseUnavailableError) as error:
        start_embedded(tmp_path / "closed" / "var")

    assert "ATLAS_DATA_DIR" in str(error.value)
    assert "\n" not in str(error.value)


@only_root
def test_the_database_of_somebody_else_is_told_in_one_line(data_dir: Path) -> None:
    data_dir.mkdir()
    (data_dir / "postgres").mkdir(mode=0o755)
    (data_dir / "postgres" / "PG_VERSION").write_text("18\n")
    os.chown(data_dir, 65534, -1)
    os.chown(data_dir / "postgres", 1, -1)

    with as_ordinary_user(), pytest.raises(DatabaseUnavailableError, match="belongs to another user") as error:
        start_embedded(data_dir)

    assert "\n" not in str(error.value)


def told_of(url: str) -> str:
    """What somebody reads whose DATABASE_URL this is."""
    with pytest.raises(DatabaseUnavailableError) as error:
        check_reachable(url)
    return str(error.value)


def test_a_database_that_cannot_be_used_is_told_in_one_line(data_dir: Path) -> None:
    url = start_embedded(data_dir, durable=False)
    unusable = {
        url.replace("/atlas?", "/nowhere?"): "createdb",
        url.replace("postgres@", "nobody-here@"): "user and the password",
        "postgresql://postgres@127.0.0.1:9/atlas": "Start that server",
        "postgresql://postgres@nowhere.invalid/atlas": "correct its address",
    }

    told = {address: told_of(address) for address in unusable}

    for address, advice in unusable.items():
        assert advice in told[address]
        assert "DATABASE_URL" in told[address]
        assert "\n" not in told[address]
