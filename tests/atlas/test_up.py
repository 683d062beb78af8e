"""`manage.py up`: serves, restarts what dies, stops without a trace, starts again on the same data. Real processes."""

import argparse
import http.client
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from atlas.management.commands.up import port_number
from tests.processes import Running, eventually, manage, open_folder, processes_of


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Up:
    """A running copy on a data folder."""

    def __init__(self, data_dir: Path) -> None:
        data_dir.parent.mkdir(exist_ok=True)
        self.data_dir, self.port = data_dir, free_port()
        self.running = self._begun()

    def start_again(self) -> None:
        """On the same data, after it has ended."""
        self.running = self._begun()
        self.wait()

    def _begun(self) -> Running:
        log, port = self.data_dir.parent / "up.log", str(self.port)
        return Running(log, "up", "--no-sample", "--port", port, ATLAS_DATA_DIR=self.data_dir)

    def status(self) -> int:
        site = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            site.request("GET", "/admin/login/")
            return site.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            site.close()

    def wait(self) -> None:
        """Until the first page is there."""
        eventually(lambda: self.running.said("Atlas is running."), seconds=90)
        assert self.status() == 200

    def child(self, words: str) -> psutil.Process:
        """The child with these words in its command line."""
        return eventually(lambda: next((p for p in self.children() if words in " ".join(p.cmdline())), None))

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.running.process.pid).children()


@pytest.fixture(scope="module")
def up() -> Iterator[Up]:
    """One copy for the tests that leave it running."""
    with open_folder() as folder:
        made = Up(folder / "var")
        try:
            made.wait()
            yield made
            assert made.running.stop(signal.SIGTERM) == 0
            assert not processes_of(made.data_dir)
        finally:
            made.running.clear()


@pytest.fixture
def data_dir() -> Iterator[Path]:
    with open_folder() as folder:
        yield folder / "var"


def test_it_prints_where_the_site_and_the_desk_are(up: Up) -> None:
    assert up.running.said(f"http://localhost:{up.port}/")
    assert up.running.said(f"http://localhost:{up.port}/admin/")


def test_a_second_copy_on_the_same_data_says_so_in_one_line(up: Up) -> None:
    second = manage("up", "--port", str(free_port()), ATLAS_DATA_DIR=up.data_dir)

    assert second.returncode == 1
    assert f"Another `up` (process {up.running.process.pid}) already runs" in second.stdout
    assert len(second.stdout.splitlines()) == 1
    assert up.status() == 200


def test_other_commands_work_beside_it(up: Up) -> None:
    assert manage("migrate", "--check", ATLAS_DATA_DIR=up.data_dir).returncode == 0
    assert up.status() == 200


def test_a_killed_web_server_comes_back(up: Up) -> None:
    up.child("gunicorn").kill()

    eventually(lambda: up.running.said("The web server ended (killed by SIGKILL)"))
    eventually(lambda: up.status() == 200)


def test_a_killed_worker_of_the_cluster_brings_a_fresh_cluster(up: Up) -> None:
    cluster = up.child("manage.py cluster")
    monitor = eventually(lambda: len(pool := cluster.children(recursive=True)) >= 5 and pool[3])

    monitor.kill()

    eventually(lambda: up.running.said("The cluster ended (exit code 70)"))
    eventually(lambda: up.child("manage.py cluster").pid != cluster.pid)


@pytest.mark.skipif(os.uname().sysname != "Linux", reason="only Linux tells a process that its parent was killed")
def test_killed_or_stopped_it_leaves_no_process_and_starts_again(up: Up) -> None:
    up.running.process.kill()
    up.running.process.wait()
    eventually(lambda: not processes_of(up.data_dir))
    up.start_again()

    assert up.running.stop(signal.SIGINT) == 0
    assert not processes_of(up.data_dir)
    up.start_again()


def test_a_port_in_use_is_told_in_one_line(data_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = manage("up", "--port", str(port), ATLAS_DATA_DIR=data_dir)

    assert done.returncode == 1
    assert f"port {port}" in done.stdout
    assert len(done.stdout.splitlines()) == 1
    assert not processes_of(data_dir)


@pytest.mark.parametrize("text", ["0", "70000", "http", "-1"])
def test_a_port_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="from 1 to 65535"):
        port_number(text)


def test_bad_usage_has_an_exit_code_of_its_own(up: Up) -> None:
    assert manage("up", "--port", "http", ATLAS_DATA_DIR=up.data_dir).returncode == 2


def test_a_database_out_of_reach_is_told_in_one_line(tmp_path: Path) -> None:
    url = "postgresql://erika:hunter2secret@127.0.0.1:9/atlas"
    done = manage("up", DATABASE_URL=url, ATLAS_DATA_DIR=tmp_path)

    assert done.returncode == 1
    assert "DATABASE_URL" in done.stdout
    assert "hunter2secret" not in done.stdout
    assert len(done.stdout.splitlines()) == 1


def test_a_data_folder_that_cannot_be_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = manage("up", ATLAS_DATA_DIR=tmp_path / "file" / "var")

    assert done.returncode == 1
    assert "ATLAS_DATA_DIR" in done.stdout
    assert len(done.stdout.splitlines()) == 1


def test_wrong_settings_are_told_in_a_line_each() -> None:
    done = manage("up", ATLAS_LLM_TIMEOUT="soon", ATLAS_SOLO_REVIEW="perhaps")

    assert done.returncode == 2
    assert "ATLAS_LLM_TIMEOUT" in done.stdout
    assert "ATLAS_SOLO_REVIEW" in done.stdout
    assert "Traceback" not in done.stdout
