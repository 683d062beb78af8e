"""Where the texts of each document stand in a collection's history, whatever the commits say of themselves."""

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from atlas.archive.collections.ota import Repository, SourceError, fetch_collection


@dataclass(frozen=True, slots=True)
class Recorded:
    """A text of a document as the collection has it; ``position`` counts commits, parents before children."""

    position: int
    commit: str
    blob: str
    captured_at: datetime


@dataclass
class PastTexts:
    """The texts of each document (``<service>/<type>``) in order of the commits that wrote them."""

    positions: dict[str, int] = field(default_factory=dict)
    documents: dict[str, list[Recorded]] = field(default_factory=lambda: defaultdict(list))

    def at(self, document: str, commit: str) -> Recorded | None:
        """What ``document`` was at ``commit``: its latest text then. None if there was none, or no such commit."""
        position = self.positions.get(commit.strip().lower())
        recorded = self.documents.get(document, [])
        if position is None:
            return None
        index = bisect_right(recorded, position, key=lambda text: text.position)
        return recorded[index - 1] if index else None


def open_collection(source: str, folder: Path) -> Repository:
    """A clone (bare or not) is read where it is; of a bundle or URL a copy is kept under ``folder``.

    Raises:
        SourceError: if there is no such path, or it is not a git repository or bundle.
    """
    path = Path(source).expanduser()
    return Repository(path, source) if path.is_dir() else fetch_collection(source, folder)


def read_past_texts(repository: Repository) -> PastTexts:
    """From one ``git log`` over all branches.

    Raises:
        SourceError: if it is not a repository or has no commits.
    """
    repository.tip()
    past = PastTexts()
    for position, commit in enumerate(repository.commits("--all")):
        past.positions[commit.sha] = position
        for _, blob, status, path in commit.files:
            if status in {"A", "M"} and path.endswith(".md"):
                text = Recorded(position, commit.sha, blob, commit.authored_at)
                past.documents[path.removesuffix(".md")].append(text)
    if not past.positions:
        raise SourceError(f"{repository.source}: has no commits, so there is nothing to judge changes by.")
    return past
