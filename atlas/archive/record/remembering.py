"""What a document said before: which version stood until when, and which sentences came and went.

Kept in step by the write path; read from the archive where a process meets the document for the first time, so that
both judge the next capture alike.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby, zip_longest

from atlas.archive.changes.history import FLAPPING, SentenceHistory
from atlas.archive.record.standing import split_texts
from atlas.models import Capture, Document, Outcome, Version

# What went 90 days ago may have come 90 days before: nothing older bears on what comes next.
REMEMBERED = 2 * FLAPPING


@dataclass
class Sentences(SentenceHistory):
    """A history that tells apart what went by our own doing: ``lost`` says when an upgrade last dropped a sentence.

    Such a sentence is no news when it comes back, but the platform has not taken it out yet.
    """

    lost: dict[int, datetime] = field(default_factory=dict)

    def see_upgrade(self, texts: Iterable[str], at: datetime) -> None:
        """Take in a text that differs because our extraction changed."""
        gone, self.gone = self.gone, self.lost
        self.see(texts, at)
        self.gone, self.lost = gone, self.gone

    def came_back(self, key: str, at: datetime) -> bool:
        lost = self.lost.get(hash(key))
        was_lost = lost is not None and at - lost <= FLAPPING and not self.stands(key)
        return was_lost or super().came_back(key, at)


@dataclass
class Past:
    """``left`` tells when the platform last replaced each version; ``sentences`` are of the last 180 days' captures."""

    sentences: Sentences = field(default_factory=Sentences)
    left: dict[int, datetime] = field(default_factory=dict)
    standing: int | None = None

    def see(self, version_id: int, texts: Sequence[str], at: datetime, *, is_upgrade: bool = False) -> None:
        """A good capture of ``version_id``, whose provisions are ``texts``."""
        if version_id == self.standing:
            return
        self.leave(at, is_upgrade=is_upgrade)
        self.standing = version_id
        (self.sentences.see_upgrade if is_upgrade else self.sentences.see)(texts, at)

    def leave(self, at: datetime, *, is_upgrade: bool) -> None:
        """The standing version is replaced. What an upgrade parts is not compared as a whole, but by its sentences."""
        if is_upgrade:
            self.left.clear()
        elif self.standing is not None:
            self.left[self.standing] = at

    def stood_lately(self, version_id: int, at: datetime) -> bool:
        """Was the version replaced no more than 90 days before ``at``?"""
        left = self.left.get(version_id)
        return left is not None and at - left <= FLAPPING

    def versions_lately(self, at: datetime) -> list[int]:
        """Those for which ``stood_lately`` holds."""
        return [version_id for version_id in self.left if self.stood_lately(version_id, at)]


def load_past(document: Document, *, at: datetime, before: int) -> Past:
    """The past of ``document`` as its captures tell it, as far as it bears on one at ``at``; in two queries.

    ``before`` is the sequence of that capture.
    """
    good = Capture.objects.filter(document=document, version__isnull=False, sequence__lt=before)
    captures = good.order_by("sequence")
    stays = list(_stays(captures.values_list("version", "captured_at", "outcome")))
    lately = [stay for stay in stays if stay.until is None or at - stay.until <= REMEMBERED]
    texts = _texts({stay.version_id for stay in lately})
    past = Past()
    for stay in lately:
        past.see(stay.version_id, texts[stay.version_id], stay.since, is_upgrade=stay.by_upgrade)
    return past


@dataclass(frozen=True, slots=True)
class _Stay:
    """A version stood from ``since`` until another replaced it; None if it still stands."""

    version_id: int
    since: datetime
    until: datetime | None
    by_upgrade: bool


def _stays(captures: Iterable[tuple[int, datetime, str]]) -> Iterator[_Stay]:
    runs = [next(run) for _, run in groupby(captures, key=lambda capture: capture[0])]
    ends = [since for _, since, _ in runs[1:]]
    for (version_id, since, outcome), until in zip_longest(runs, ends):
        yield _Stay(version_id, since, until, outcome == Outcome.UPGRADED)


def _texts(version_ids: Collection[int]) -> dict[int, list[str]]:
    """The texts of the provisions of each version."""
    versions = Version.objects.filter(pk__in=version_ids).order_by().values_list("pk", "snapshot__text")
    return {version_id: [piece.text for piece in split_texts(text)] for version_id, text in versions}
