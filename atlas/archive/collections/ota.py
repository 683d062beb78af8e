"""Reading an Open Terms Archive *versions* collection: a git repository with one commit a recorded version.

One ``git log`` and one ``git cat-file --batch`` a run, whatever the size. The format and its traps are described in
docs/decisions/0004-import.md: the path says which document it is, never the subject; order is the parent chain,
never a date.
"""

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import IO

SUBJECT = re.compile(
    r"(First record of|Start tracking|Record new changes of|Update|Apply technical or declaration upgrade on|Refilter)"
    r" \S"
)
ENGINE = re.compile(r"^X-engine-version: (\S+)$", re.MULTILINE)
SNAPSHOT = re.compile(
    r"^This version was recorded after (?:extracting from|filtering) snapshot (?:with Mongo ID ?)?(\S+)\s*$",
    re.MULTILINE,
)
SNAPSHOTS = re.compile(
    r"^This version was recorded after (?:extracting from|filtering) and assembling the following snapshots "
    r"from \d+ (?:source documents|pages):\n((?:- \S+\n?)+)",
    re.MULTILINE,
)
LONGEST_SERVICE, LONGEST_TYPE = 200, 100  # characters: the columns of Platform.name and Document.terms_type
FILE_MODES = {"100644", "100755"}


class SourceError(Exception):
    """A source cannot be imported; the message names it and says what is wrong with it."""


class RecordKind(StrEnum):
    FIRST = "first"
    CHANGES = "changes"
    UPGRADE = "upgrades"


KINDS = {
    "First record of": RecordKind.FIRST,
    "Start tracking": RecordKind.FIRST,
    "Record new changes of": RecordKind.CHANGES,
    "Update": RecordKind.CHANGES,
    "Apply technical or declaration upgrade on": RecordKind.UPGRADE,
    "Refilter": RecordKind.UPGRADE,
}


@dataclass(frozen=True)
class Commit:
    """One commit as ``git log --raw`` tells it. ``files`` are (mode, blob, status, path)."""

    sha: str
    authored_at: datetime
    message: str
    files: tuple[tuple[str, str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Record:
    """One recorded version of one document."""

    commit: str
    blob: str
    service: str
    terms_type: str
    kind: RecordKind
    captured_at: datetime
    engine_version: str = ""
    snapshots: tuple[str, ...] = ()

    @property
    def document(self) -> tuple[str, str]:
        return self.service, self.terms_type


def parse_record(commit: Commit) -> Record | None:
    """The record in ``commit``, or None: a record touches exactly one ``<service>/<type>.md`` and says so."""
    subject = SUBJECT.match(commit.message)
    if subject is None or len(commit.files) != 1:
        return None
    mode, blob, status, path = commit.files[0]
    if status not in {"A", "M"} or mode not in FILE_MODES or path.count("/") != 1 or not path.endswith(".md"):
        return None
    service, terms_type = path.removesuffix(".md").split("/")
    if not (_is_name(service, LONGEST_SERVICE) and _is_name(terms_type, LONGEST_TYPE)):
        return None
    return Record(
        commit=commit.sha,
        blob=blob,
        service=service,
        terms_type=terms_type,
        kind=_kind(subject[1], status),
        captured_at=commit.authored_at,
        engine_version=_engine_version(commit.message),
        snapshots=_snapshots(commit.message),
    )


def _is_name(text: str, longest: int) -> bool:
    """Words that fit their column, without line breaks and without characters that turn or hide what follows."""
    return bool(text.strip()) and len(text) <= longest and text.isprintable()


def _kind(prefix: str, status: str) -> RecordKind:
    """Old engines wrote "Start tracking" on documents that had been recorded before: the file's status tells."""
    kind = KINDS[prefix]
    return RecordKind.CHANGES if kind is RecordKind.FIRST and status == "M" else kind


def _engine_version(message: str) -> str:
    match = ENGINE.search(message)
    return "" if match is None or match[1] == "undefined" else match[1]


def _snapshots(message: str) -> tuple[str, ...]:
    if match := SNAPSHOTS.search(message):
        return tuple(line.removeprefix("- ") for line in match[1].splitlines())
    match = SNAPSHOT.search(message)
    return (match[1],) if match else ()


def is_url(source: str) -> bool:
    return "://" in source or re.match(r"[\w.-]+@[\w.-]+:", source) is not None


def without_credentials(source: str) -> str:
    """The address without the user name and password that may stand in it."""
    return re.sub(r"(?<=://)[^/@]*@", "", source)


def fetch_collection(source: str, folder: Path) -> "Repository":
    """A bare copy of ``source`` under ``folder``, made now or brought up to date.

    Raises:
        SourceError: if there is no such path, it is not a git repository, or it cannot be reached.
    """
    address = source
    if not is_url(source):
        path = Path(source).expanduser()
        if not path.exists():
            raise SourceError(f"{source}: no such file or directory. Give a git URL, a clone or a bundle.")
        address = str(path.resolve())
    copy = folder / f"{hashlib.sha256(address.encode()).hexdigest()[:32]}.git"
    if copy.exists():
        _git(["-C", str(copy), "fetch", "--quiet", "--prune", "--", address, "+refs/heads/*:refs/heads/*"], source)
    else:
        _clone(address, copy, source)
    return Repository(copy, source)


def _clone(address: str, copy: Path, source: str) -> None:
    """Into a folder beside, then renamed: a killed clone is never taken for a finished one."""
    copy.parent.mkdir(parents=True, exist_ok=True)
    unfinished = copy.with_suffix(f".{os.getpid()}")
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        _git(["clone", "--quiet", "--bare", "--", address, str(unfinished)], source)
        unfinished.rename(copy)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _environment() -> dict[str, str]:
    """Git must not ask anybody for a password, nor wait for ever on a silent server."""
    quiet = {"GIT_TERMINAL_PROMPT": "0", "GIT_SSH_COMMAND": "ssh -o BatchMode=yes -o ConnectTimeout=20"}
    patience = {"GIT_HTTP_LOW_SPEED_LIMIT": "1000", "GIT_HTTP_LOW_SPEED_TIME": "30", "LC_ALL": "C"}
    kept = {name: value for name, value in os.environ.items() if name not in {"GIT_DIR", "GIT_WORK_TREE"}}
    return kept | quiet | patience


def _git(arguments: list[str], source: str) -> str:
    """Run git and return what it prints. Raises SourceError with git's own last words."""
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, env=_environment(), check=False)
    except FileNotFoundError:
        raise SourceError("git is not installed; importing a collection needs it.") from None
    if done.returncode != 0:
        lines = [line for line in done.stderr.decode(errors="replace").splitlines() if line.strip()]
        words = next((line for line in lines if line.startswith(("fatal:", "error:"))), lines[-1] if lines else "")
        what = "cannot be read" if is_url(source) else "cannot be read as a git repository or bundle"
        raise SourceError(f"{without_credentials(source)} {what}: {without_credentials(words) or 'git failed'}")
    return done.stdout.decode(errors="replace")


class Repository:
    """A bare git repository on disk, read as a collection."""

    def __init__(self, path: Path, source: str) -> None:
        self.path = path
        self.source = source

    def _git(self, *arguments: str) -> str:
        return _git(["-C", str(self.path), *arguments], self.source)

    def tip(self) -> str:
        """The commit that the collection's main branch ends in."""
        for name in ("HEAD", "refs/heads/main", "refs/heads/master"):
            try:
                return self._git("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}").strip()
            except SourceError:
                continue
        branches = self._git("for-each-ref", "--format=%(objectname)", "refs/heads").split()
        if len(branches) != 1:
            raise SourceError(f"{self.source}: has no branch main, so there is nothing to import.")
        return branches[0]

    def first_commit(self, tip: str) -> str:
        """What every clone of a collection shares: the oldest commit without a parent."""
        return self._git("rev-list", "--max-parents=0", tip).split()[-1]

    def commits(self, tip: str) -> Iterator[Commit]:
        """Every commit but merges, parents before children, streamed."""
        log = [
            "log",
            "--topo-order",
            "--reverse",
            "--no-merges",
            "--root",
            "--raw",
            "-z",
            "--no-abbrev",
            "--no-renames",
        ]
        command = [
            "git",
            "-C",
            str(self.path),
            "-c",
            "log.showSignature=false",
            *log,
            "--format=%x01%H%x00%at%x00%B",
            tip,
        ]
        with subprocess.Popen(command, stdout=subprocess.PIPE, env=_environment()) as process:
            assert process.stdout is not None
            yield from _parse_log(_fields(process.stdout))
        if process.returncode != 0:
            raise SourceError(f"{self.source}: git log failed; the repository may be damaged.")

    def texts(self) -> "Texts":
        return Texts(self.path)


def _fields(stream: IO[bytes]) -> Iterator[str]:
    """The NUL-separated fields of a stream."""
    rest = b""
    while block := stream.read(1 << 20):
        *fields, rest = (rest + block).split(b"\0")
        for field in fields:
            yield field.decode(errors="replace")
    if rest:
        yield rest.decode(errors="replace")


def _parse_log(fields: Iterator[str]) -> Iterator[Commit]:
    sha, field = "", next(fields, "")
    while field:
        sha, authored_at, message = field.removeprefix("\x01"), next(fields), next(fields)
        files = []
        while (field := next(fields, "")).startswith(("\n:", ":")):
            _, mode, _, blob, status = field.lstrip("\n").removeprefix(":").split(" ")
            files.append((mode, blob, status, next(fields)))
        try:
            yield Commit(sha, datetime.fromtimestamp(int(authored_at), UTC), message, tuple(files))
        except (ValueError, OverflowError, OSError):  # a date in no calendar: then it records nothing either
            yield Commit(sha, datetime.fromtimestamp(0, UTC), message, ())


class Texts:
    """The texts of blobs, from one ``git cat-file --batch``. A context manager."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> "Texts":
        command = ["git", "-C", str(self.path), "cat-file", "--batch"]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=_environment(), bufsize=1 << 16
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        self._process.wait()

    def read(self, blob: str) -> str:
        """The text of ``blob``. What PostgreSQL or UTF-8 cannot hold becomes U+FFFD.

        Raises:
            SourceError: if the repository does not have it (a damaged or partial clone).
        """
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None and stdout is not None
        stdin.write(f"{blob}\n".encode())
        stdin.flush()
        head = stdout.readline().split()
        if len(head) != 3:
            raise SourceError(f"{self.path}: text {blob} is missing; the clone is damaged or partial. Clone it anew.")
        content = stdout.read(int(head[2]) + 1)[:-1]
        return content.decode(errors="replace").replace("\0", "\ufffd")

    def file(self, tip: str, path: str) -> str:
        """The text of a file at ``tip``; empty if there is none."""
        try:
            return self.read(f"{tip}:{path}")
        except SourceError:
            return ""
