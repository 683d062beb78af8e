"""The database of this process: the server of DATABASE_URL, or an embedded PostgreSQL for each data folder.

One embedded server serves all processes that use the same data folder. Each holds a shared lock on a file while it
lives; the last one to leave stops the server, and a keeper (:mod:`atlas.postgres_keeper`) does so if it was killed.
"""

import atexit
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from atlas.postgres_place import EmbeddedPostgresError, Place, prepare_place, run_as

DATABASE = "atlas"
START_SECONDS = 60  # recovery after a crash can take a while
CONNECT_SECONDS = 5
PID_WIDTH = 20
LEFTOVERS = "is still in use"  # what PostgreSQL says while processes of a killed server are still ending

# Not lasting: a test database may be lost with the machine, and is twice as fast.
NOT_DURABLE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
SERVER_OPTIONS = ("listen_addresses=", "client_connection_check_interval=10s", "log_checkpoints=off")


class DatabaseUnavailableError(Exception):
    """There is no database to work with; the message says why and what to do, in one line."""


@dataclass
class Membership:
    """This process uses the server of ``data_dir`` until it leaves (or dies)."""

    data_dir: Path
    url: str = ""
    users: int = -1  # file descriptor; holds the shared lock
    pid: int = field(default_factory=os.getpid)
    keeper: subprocess.Popen[bytes] | None = None  # if it is our child

    @property
    def keeper_lock(self) -> Path:
        """Locked as long as the server's keeper lives; holds its process number."""
        return self.data_dir / "postgres.keeper"

    @property
    def users_lock(self) -> Path:
        return self.data_dir / "postgres.users"

    @property
    def log(self) -> Path:
        return self.data_dir / "postgres.log"

    def join(self, *, durable: bool) -> None:
        """Use the server; start it if nobody has."""
        self.users = _open(self.users_lock)
        fcntl.flock(self.users, fcntl.LOCK_SH)  # waits while the server is being stopped
        self.url = _start_or_find(self, durable=durable)

    def leave(self) -> None:
        """Stop using the server, and stop it if nobody else does. In a forked child of the member: nothing."""
        if self.users < 0 or os.getpid() != self.pid:
            return
        fcntl.flock(self.users, fcntl.LOCK_UN)
        if _try_lock(self.users, fcntl.LOCK_EX):
            self._stop_keeper()
        elif not _try_lock(self.users, fcntl.LOCK_SH):
            fcntl.flock(self.users, fcntl.LOCK_SH)  # its keeper was faster: wait until it has stopped the server
        os.close(self.users)
        self.users = -1
        if self.keeper and self.keeper.poll() is None:
            self.keeper.returncode = 0  # others use its server: it outlives us on purpose

    def _stop_keeper(self) -> None:
        lock = _open(self.keeper_lock)
        if not _try_lock(lock, fcntl.LOCK_EX):
            with suppress(ProcessLookupError):
                os.kill(int(os.pread(lock, PID_WIDTH, 0)), signal.SIGTERM)
            fcntl.flock(lock, fcntl.LOCK_EX)
        os.close(lock)


_memberships: dict[Path, Membership] = {}


def start_embedded(data_dir: Path, *, durable: bool = True) -> str:
    """Start (or join) the PostgreSQL under ``data_dir`` and return the URL of its database.

    This process uses the server until it ends or calls :func:`leave_embedded`; the server stops with its last user.
    ``durable=False`` trades safety against a crash of the machine for speed: for tests.

    Raises:
        DatabaseUnavailableError: if the server can't run; one line that says what to do.
    """
    data_dir = data_dir.absolute()
    if data_dir not in _memberships:
        membership = Membership(data_dir)
        with _explained(data_dir):
            _make_folder(data_dir)
            membership.join(durable=durable)
        _memberships[data_dir] = membership
        atexit.register(membership.leave)
    return _memberships[data_dir].url


def leave_embedded(data_dir: Path) -> None:
    """Stop using the server of ``data_dir``; returns when it has stopped, if this was its last user."""
    membership = _memberships.pop(data_dir.absolute(), None)
    if membership:
        atexit.unregister(membership.leave)
        membership.leave()


def revive_embedded(data_dir: Path) -> bool:
    """Start the server of ``data_dir`` again if it has died under us; true if it had."""
    membership = _memberships.get(data_dir.absolute())
    if membership is None or _is_locked(membership.keeper_lock):
        return False
    with _explained(data_dir):
        _start_or_find(membership, durable=True)
    return True


def inheritable_handles() -> tuple[int, ...]:
    """Descriptors to pass to child processes, so that the server outlives us until they too have ended."""
    return tuple(membership.users for membership in _memberships.values())


def check_reachable(url: str) -> None:
    """Connect once.

    Raises:
        DatabaseUnavailableError: if that fails; one line that says what to do.
    """
    try:
        psycopg.connect(url, connect_timeout=CONNECT_SECONDS).close()
    except psycopg.OperationalError as error:
        raise DatabaseUnavailableError(f"The database of DATABASE_URL can't be used. {_advice(str(error))}") from None


def _advice(reason: str) -> str:
    """What PostgreSQL said, without line breaks, and what to do about it."""
    said = " ".join(reason.partition("\nMultiple connection attempts")[0].split()).rstrip(".")
    if "authentication" in said or "password" in said or ("role" in said and "does not exist" in said):
        return f"{said}. Correct the user and the password in it."
    if "database" in said and "does not exist" in said:
        return f"{said}. Create that database (createdb), or correct the name in it."
    return f"{said}. Start that server, correct its address, or unset DATABASE_URL: Atlas brings a PostgreSQL along."


@contextmanager
def _explained(data_dir: Path) -> Iterator[None]:
    try:
        yield
    except EmbeddedPostgresError as error:
        raise DatabaseUnavailableError(str(error)) from None
    except OSError as error:
        raise DatabaseUnavailableError(
            f"Atlas can't use its data folder {data_dir} ({error.strerror}: {error.filename})."
            " Get the right to write there, or set ATLAS_DATA_DIR to another folder."
        ) from None


def _make_folder(data_dir: Path) -> None:
    if not data_dir.exists():
        data_dir.mkdir(parents=True)
        data_dir.chmod(0o755)  # whatever the umask: PostgreSQL may run as another account


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)


def _try_lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_locked(path: Path) -> bool:
    descriptor = _open(path)
    try:
        return not _try_lock(descriptor, fcntl.LOCK_SH)
    finally:
        os.close(descriptor)


def _start_or_find(membership: Membership, *, durable: bool) -> str:
    """The URL of the running server. Whoever gets the keeper's lock starts it, the others wait for it."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        lock = _open(membership.keeper_lock)
        try:
            if _try_lock(lock, fcntl.LOCK_EX):
                return _start(membership, lock, durable=durable)
        finally:
            os.close(lock)
        place = prepare_place(membership.data_dir, durable=durable) if _made(membership.data_dir) else None
        if place and _answers(_url(place.sockets, "postgres")):
            return _with_database(place)
        time.sleep(0.05)
    raise EmbeddedPostgresError(f"The PostgreSQL of {membership.data_dir} does not answer. See its postgres.log.")


def _made(data_dir: Path) -> bool:
    return (data_dir / "postgres" / "PG_VERSION").exists()


def _start(membership: Membership, lock: int, *, durable: bool) -> str:
    """Start the server under a keeper that takes over ``lock``; it has an answering server when we return."""
    place = prepare_place(membership.data_dir, durable=durable)
    _clear_stray(place)
    deadline = time.monotonic() + START_SECONDS
    while not _comes_up(_launch_keeper(membership, place, lock, durable=durable), place, lock, deadline):
        if LEFTOVERS not in membership.log.read_text(errors="replace") or time.monotonic() > deadline:
            raise EmbeddedPostgresError(
                f"PostgreSQL did not start: {_last_line(membership.log)} More is in {membership.log}."
            )
        time.sleep(0.2)
    return _with_database(place)


def _comes_up(keeper: subprocess.Popen[bytes], place: Place, lock: int, deadline: float) -> bool:
    os.pwrite(lock, f"{keeper.pid}\n".ljust(PID_WIDTH).encode(), 0)
    while not _answers(_url(place.sockets, "postgres")):
        if keeper.poll() is not None or time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _clear_stray(place: Place) -> None:
    """Stop a server whose keeper was killed. Where its number now belongs to another program, forget the number."""
    noted = place.data / "postmaster.pid"
    if not noted.exists():
        return
    if str(place.data) in _command_of(int(noted.read_text().split()[0])):
        stop: list[str | Path] = [place.programs / "pg_ctl", "stop", "-w", "-m", "fast", "-D", place.data]
        subprocess.run(stop, capture_output=True, cwd="/", **run_as(place.account))
    else:
        noted.unlink(missing_ok=True)


def _command_of(pid: int) -> str:
    """The command line of a running process; empty if there is none."""
    listed = Path(f"/proc/{pid}/cmdline")
    if listed.exists():
        return listed.read_text(errors="replace")
    if Path("/proc/self").exists():
        return ""
    return subprocess.run(["ps", "-p", str(pid), "-o", "command="], capture_output=True, text=True).stdout


def _launch_keeper(membership: Membership, place: Place, lock: int, *, durable: bool) -> subprocess.Popen[bytes]:
    account = [str(place.account.uid), str(place.account.gid)] if place.account else ["-", "-"]
    options = [f'unix_socket_directories="{place.sockets}"', *SERVER_OPTIONS, *(() if durable else NOT_DURABLE)]
    server: list[str | Path] = [place.programs / "postgres", "-D", place.data, *(f"-c{option}" for option in options)]
    script = Path(__file__).with_name("postgres_keeper.py")
    if membership.keeper:
        membership.keeper.wait()  # it gave its lock back, so it has ended
    membership.keeper = subprocess.Popen(
        [sys.executable, "-ISE", script, membership.users_lock, membership.log, *account, *server],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        start_new_session=True,
        pass_fds=[lock],
    )
    return membership.keeper


def _url(sockets: Path, database: str) -> str:
    return f"postgresql://postgres@/{database}?host={quote(str(sockets))}"


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=CONNECT_SECONDS).close()
    except psycopg.OperationalError:
        return False
    return True


def _with_database(place: Place) -> str:
    """The URL of our database, made if it is not there yet."""
    with psycopg.connect(_url(place.sockets, "postgres"), autocommit=True) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if not known:
            _create_database(connection)
    return _url(place.sockets, DATABASE)


def _create_database(connection: psycopg.Connection) -> None:
    with suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):  # another process was faster
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").split("\n") if log.exists() else []
    told = [line for line in lines if "FATAL" in line or "error" in line] or ["it said nothing."]
    return told[-1].strip()
