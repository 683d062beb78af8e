"""Small Open Terms Archive collections with fictional services, made with one ``git fast-import`` each."""

import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

START = datetime(2026, 1, 5, 6, tzinfo=UTC)
README = (
    "# Versions of terms from the *invented* collection\n\n"
    "The terms in this collection are tracked by the members of the Institute of Invented Terms ✍️ using "
    "[Open Terms Archive](https://opentermsarchive.org).\n\n"
    "Distributed under an [ODC-BY 1.0](https://opendatacommons.org/licenses/by/1-0/) license, as long as you attribute "
    "the resulting works to *_ _ _ _ _ ✍️ and Open Terms Archive contributors*.\n"
)
BODY = """This version was recorded after extracting from snapshot https://example.org/snapshots/commit/{number:040x}

X-engine-version: 14.0.0
"""


@dataclass
class CollectionMaker:
    """Collects commits; ``write`` makes them a bare repository. Each commit is twelve hours after the one before."""

    commits: list[tuple[str, datetime, dict[str, str | None]]] = field(default_factory=list)
    offset: str = "+0000"

    def commit(self, message: str, files: dict[str, str | None], *, at: datetime | None = None) -> "CollectionMaker":
        """Any commit; a path with None is deleted."""
        at = at or (self.commits[-1][1] + timedelta(hours=12) if self.commits else START)
        self.commits.append((message, at, files))
        return self

    def record(
        self, subject: str, service: str, terms_type: str, text: str, *, at: datetime | None = None
    ) -> "CollectionMaker":
        """A record as the engine writes it: ``subject`` is its prefix."""
        message = f"{subject} {service} {terms_type}\n\n{BODY.format(number=len(self.commits))}"
        return self.commit(message, {f"{service}/{terms_type}.md": text}, at=at)

    def first(self, service: str, terms_type: str, text: str, *, at: datetime | None = None) -> "CollectionMaker":
        return self.record("First record of", service, terms_type, text, at=at)

    def change(self, service: str, terms_type: str, text: str, *, at: datetime | None = None) -> "CollectionMaker":
        return self.record("Record new changes of", service, terms_type, text, at=at)

    def upgrade(self, service: str, terms_type: str, text: str, *, at: datetime | None = None) -> "CollectionMaker":
        return self.record("Apply technical or declaration upgrade on", service, terms_type, text, at=at)

    def write(self, path: Path) -> Path:
        """A bare repository at ``path``, made anew."""
        path.mkdir(parents=True, exist_ok=True)
        subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", str(path)], check=True)
        stream = b"reset refs/heads/main\n\n" + b"".join(self._commit(*commit) for commit in self.commits)
        subprocess.run(["git", "-C", str(path), "fast-import", "--quiet", "--force"], input=stream, check=True)
        return path

    def _commit(self, message: str, at: datetime, files: dict[str, str | None]) -> bytes:
        who = f"Open Terms Archive Bot <bot@example.org> {int(at.timestamp())} {self.offset}"
        parts = [f"commit refs/heads/main\nauthor {who}\ncommitter {who}\n".encode(), _data(message)]
        for name, text in files.items():
            if text is None:
                parts.append(f"D {_quoted(name)}\n".encode())
            else:
                parts.append(f"M 100644 inline {_quoted(name)}\n".encode() + _data(text))
        return b"".join([*parts, b"\n"])


def _data(text: str) -> bytes:
    content = text.encode()
    return f"data {len(content)}\n".encode() + content + b"\n"


def _quoted(path: str) -> str:
    return '"' + path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
