"""Everything for trying out, with one command: database, catalogue, sample, web server and cluster."""

import argparse
import errno
import fcntl
import http.client
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor

from atlas.config import BASE_DIR
from atlas.database import DatabaseUnavailableError, inheritable_handles, revive_embedded
from atlas.supervision import Child, end_with_parent, stop_all

HOST = "127.0.0.1"
GRACE_SECONDS = 60.0  # a running draft is handed back at once; this is for what can't be


class Command(BaseCommand):
    help = (
        "Start Atlas: database, legal catalogue, sample data (first time), web server and task cluster."
        " Ctrl-C stops all of it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=port_number, default=8000, help="port of the site (default 8000)")
        parser.add_argument("--no-sample", action="store_true", help="do not load the sample data and its people")

    def handle(self, *args: Any, **options: Any) -> None:
        self.signals: list[int] = []
        self.may_interrupt = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.on_signal)
        end_with_uv()
        with only_copy(settings.CONFIG.data_dir):
            require_free_port(options["port"])
            self.run(options["port"], sample=not options["no_sample"])

    def run(self, port: int, *, sample: bool) -> None:
        web, cluster = self.children(port)
        try:
            with self.interruptible():
                migrate()
            web.tick(time.monotonic())
            with self.interruptible():
                call_command("load_catalogue", stdout=self.stdout)
                if sample:
                    call_command(
                        "load_sample", stdout=self.stdout, verbosity=0
                    )  # its people stand in our own last lines
                people = sample_people()
                connections.close_all()
            self.supervise(port, [web, cluster], people)
        except KeyboardInterrupt:
            pass
        finally:
            self.say("Stopping …")
            stop_all([web, cluster], grace=GRACE_SECONDS, hurry=lambda: len(self.signals) > 1)

    def children(self, port: int) -> tuple[Child, Child]:
        environment = {"ATLAS_BASE_URL": f"http://localhost:{port}", **os.environ, "PYTHONUNBUFFERED": "1"}
        gunicorn = [sys.executable, "-m", "gunicorn", "-c", str(BASE_DIR / "atlas" / "gunicorn_conf.py")]
        manage = [sys.executable, str(BASE_DIR / "manage.py")]
        handles = inheritable_handles()
        return (
            Child("The web server", [*gunicorn, "--bind", f"{HOST}:{port}"], environment, handles, self.say),
            Child("The cluster", [*manage, "cluster"], environment, handles, self.say),
        )

    def supervise(self, port: int, children: list[Child], people: list[str]) -> None:
        """Until we are asked to stop: restart what has died. Say so when the first page can be read."""
        is_announced = False
        while not self.signals:
            for child in children:
                child.tick(time.monotonic())
            self.revive_database()
            if not is_announced and answers(port):
                is_announced = True
                self.announce(port, people)
            time.sleep(0.1)

    def revive_database(self) -> None:
        try:
            if revive_embedded(settings.CONFIG.data_dir):
                self.say("PostgreSQL had died and was started again.")
        except DatabaseUnavailableError as error:
            raise CommandError(str(error)) from None

    def announce(self, port: int, people: list[str]) -> None:
        site = f"http://localhost:{port}/"
        lines = ["", "Atlas is running.", f"  Site           {site}", f"  Editors' desk  {site}admin/"]
        if people:
            lines.append(f'  Sample people, all with the password "{settings.ATLAS_SAMPLE_PASSWORD}":')
            lines += [f"    {person}" for person in people]
        self.say("\n".join([*lines, "Ctrl-C stops it.", ""]))

    def say(self, text: str) -> None:
        with suppress(BrokenPipeError):
            self.stdout.write(text)
            self.stdout.flush()

    def on_signal(self, number: int, frame: FrameType | None) -> None:
        """While loading, a signal breaks off at once (the transaction rolls back); later the loop looks for it."""
        self.signals.append(number)
        if self.may_interrupt:
            raise KeyboardInterrupt

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        self.may_interrupt = True
        try:
            if self.signals:
                raise KeyboardInterrupt
            yield
        finally:
            self.may_interrupt = False


def port_number(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text} is not a port; it should be a number from 1 to 65535")
    return int(text)


@contextmanager
def only_copy(data_dir: Path) -> Iterator[None]:
    """Hold the data folder's lock; the kernel gives it back however we end.

    Raises:
        CommandError: if another copy holds it.
    """
    try:
        lock = os.open(data_dir / "up.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise CommandError(f"Can't write in the data folder {data_dir} ({error.strerror}). {ELSEWHERE}") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(lock, 20, 0).decode().strip()
        raise CommandError(
            f"Another `up` (process {holder}) already runs on the data folder {data_dir}."
            f" Stop that one first, or give this one its own: {ELSEWHERE}"
        ) from None
    os.pwrite(lock, str(os.getpid()).ljust(20).encode(), 0)
    try:
        yield
    finally:
        os.close(lock)


ELSEWHERE = "set ATLAS_DATA_DIR to another folder."


def require_free_port(port: int) -> None:
    """Raises:
    CommandError: if we can't listen there.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            why = "is in use by another program" if error.errno == errno.EADDRINUSE else f"({error.strerror})"
            raise CommandError(
                f"Can't listen on port {port}: it {why}. Choose another: uv run manage.py up --port {port % 65535 + 1}"
            ) from None


def migrate() -> None:
    """Apply what is pending; knowing that nothing is takes a tenth of the time."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0, interactive=False)


def sample_people() -> list[str]:
    """One line for each person of the sample who can log in: name and roles."""
    from atlas.models import User

    people = User.objects.filter(is_sample=True, is_active=True).prefetch_related("groups").order_by("pk")
    return [f"{person.username:<12} {roles(person)}" for person in people]


def roles(person: Any) -> str:
    names = [group.name for group in person.groups.all()]
    return ", ".join(["Administrator", *names] if person.is_superuser else names) or "Reader"


def answers(port: int) -> bool:
    """Has the site served its first page? (What went wrong in it, if it did, stands in the log.)"""
    site = http.client.HTTPConnection(HOST, port, timeout=30)
    try:
        site.request("GET", "/", headers={"Host": f"localhost:{port}"})
        return bool(site.getresponse().status)
    except (OSError, http.client.HTTPException):
        return False
    finally:
        site.close()


def end_with_uv() -> None:
    """`uv run` waits for us as our parent: when it is killed, we should not live on unseen."""
    name = Path(f"/proc/{os.getppid()}/comm")
    if name.exists() and name.read_text().strip() == "uv":
        end_with_parent(os.getppid())
