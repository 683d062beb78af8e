"""What a document said before: which version stood until when, and which sentences came and went.

Kept in step by the write path; read from the archive where a process meets the document for the first time, so that
both judge the next capture alike.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby, zip_longest

from atlas.archive.history import FLAPPING, SentenceHistory
from atlas.archive.standing import split_texts
from atlas.models import Capture, Document, Version

# What went 90 days ago may have come 90 days before: nothing older bears on what comes next.
REMEMBERED = 2 * FLAPPING


@dataclass
class Past:
    """``left`` tells when each version was last replaced; ``sentences`` are of the captures of the last 180 days."""

    sentences: SentenceHistory = field(default_factory=SentenceHistory)
    left: dict[int, datetime] = field(default_factory=dict)
    standing: int | None = None

    def see(self, version_id: int, texts: Sequence[str], at: datetime) -> None:
        """A good capture of ``version_id``, whose provisions are ``texts``."""
        if version_id == self.standing:
            return
        if self.standing is not None:
            self.left[self.standing] = at
        self.standing = version_id
        self.sentences.see(texts, at)

    def stood_lately(self, version_id: int, at: datetime) -> bool:
        """Was the version replaced no more than 90 days before ``at``?"""
        left = self.left.get(version_id)
        return left is not None and at - left <= FLAPPING


def load_past(document: Document, *, at: datetime, before: int) -> Past:
    """The past of ``document`` as its captures tell it, as far as it bears on one at ``at``; in two queries.

    ``before`` is the sequence of that capture.
    """
    good = Capture.objects.filter(document=document, version__isnull=False, sequence__lt=before)
    captures = good.order_by("sequence")
    stays = list(_stays(captures.values_list("version", "captured_at")))
    lately = [stay for stay in stays if stay.until is None or at - stay.until <= REMEMBERED]
    texts = _texts({stay.version_id for stay in lately})
    past = Past(left={stay.version_id: stay.until for stay in stays if stay.until is not None})
    for stay in lately:
        past.see(stay.version_id, texts[stay.version_id], stay.since)
    return past


@dataclass(frozen=True, slots=True)
class _Stay:
    """A version stood from ``since`` until another replaced it; None if it still stands."""

    version_id: int
    since: datetime
    until: datetime | None


def _stays(captures: Iterable[tuple[int, datetime]]) -> Iterator[_Stay]:
    runs = [next(run) for _, run in groupby(captures, key=lambda capture: capture[0])]
    ends = [since for _, since in runs[1:]]
    for (version_id, since), until in zip_longest(runs, ends):
        yield _Stay(version_id, since, until)


def _texts(version_ids: Collection[int]) -> dict[int, list[str]]:
    """The texts of the provisions of each version."""
    versions = Version.objects.filter(pk__in=version_ids).order_by().values_list("pk", "snapshot__text")
    return {version_id: [piece.text for piece in split_texts(text)] for version_id, text in versions}
