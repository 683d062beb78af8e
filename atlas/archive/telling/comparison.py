"""Two versions of a document, provision by provision, with what changed word by word. Queries in, values out."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import QuerySet

from atlas.archive.telling.pairing import Couple, couples, load_places, together
from atlas.archive.texts.wording_diff import DiffPart, diff_words
from atlas.models import Change, ChangeKind, Document, Version, Wording

CHANGES_SHOWN = 3  # of one provision, between versions that lie far apart
MOST_CHANGES = 2_000


@dataclass
class Row:
    """A provision on both sides as it is shown. ``parts`` are those of the diff; one side alone has its text."""

    couple: Couple
    old: Wording | None
    new: Wording | None
    parts: list[DiffPart] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    further_changes: int = 0

    @property
    def wording(self) -> Wording:
        wording = self.new or self.old
        assert wording is not None, "a provision stands on one side at least"
        return wording

    @property
    def words(self) -> str:
        """What happened to the provision."""
        kinds = {change.kind for change in self.changes}
        if self.old is None:
            if ChangeKind.SPLIT in kinds:
                return "Split off: what it says stood in another provision before"
            return "Added"
        if self.new is None:
            if ChangeKind.MERGED in kinds:
                return "Merged: what it says stands in another provision now"
            return "Removed"
        if self.couple.has_moved:
            assert self.couple.old and self.couple.new
            places = f"from place {self.couple.old.ordinal} to {self.couple.new.ordinal}"
            return f"Changed and moved {places}" if self.couple.is_reworded else f"Moved {places}, text unchanged"
        if not self.couple.is_reworded:
            return "Unchanged"
        return "Reads the same: only typography or white space differ" if self.reads_same else "Changed"

    @property
    def reads_same(self) -> bool:
        """Whether the texts differ in typography alone, or in no word at all."""
        if self.old is None or self.new is None:
            return False
        return self.old.folded_sha256 == self.new.folded_sha256 or all(part.op == "same" for part in self.parts)


@dataclass(frozen=True)
class Comparison:
    """``groups`` are in the order of the new version; unchanged provisions that follow each other are one group.

    ``counts`` says in words how many provisions are what.
    """

    groups: list[list[Row]]
    counts: list[tuple[str, int]]

    @property
    def rows(self) -> list[Row]:
        return [row for group in self.groups for row in group]

    @property
    def differences(self) -> int:
        return sum(not row.couple.is_unchanged for row in self.rows)


def compare(document: Document, old: Version, new: Version, *, with_unchanged: bool = False) -> Comparison:
    """Both versions are of ``document``; texts of unchanged provisions are read on demand. At most six queries."""
    found = couples(load_places(old), load_places(new))
    wordings = _load_wordings(found, with_unchanged=with_unchanged)
    changes = _changes_between(document, old, new, [couple.provision_id for couple in found if couple.is_reworded])
    groups = [[_row(couple, wordings, changes) for couple in rows] for rows in together(found)]
    return Comparison(groups, _counts(row for group in groups for row in group))


def _load_wordings(found: Iterable[Couple], *, with_unchanged: bool) -> dict[int, Wording]:
    """Those that are shown with their texts, the others without. Two queries."""
    shown: set[int] = set()
    named: set[int] = set()
    for couple in found:
        (shown if couple.is_reworded or with_unchanged else named).update(couple.wording_ids)
    wordings = Wording.objects.select_related("provision")
    bare: QuerySet[Wording] = wordings.defer("text")
    return wordings.in_bulk(shown) | bare.in_bulk(named)


def _changes_between(
    document: Document, old: Version, new: Version, provision_ids: Sequence[int]
) -> dict[int, list[Change]]:
    """The changes of provisions on the way from one version to the other, the latest first. Two queries."""
    start, end = _way(document, old, new)
    rows = Change.objects.filter(
        document=document, provision__in=provision_ids, capture__sequence__gt=start, capture__sequence__lte=end
    )
    by_provision: dict[int, list[Change]] = defaultdict(list)
    for change in rows.order_by("-capture__sequence")[:MOST_CHANGES]:
        by_provision[change.provision_id].append(change)
    return by_provision


def _way(document: Document, old: Version, new: Version) -> tuple[int, int]:
    """The captures after the first and up to the second: the first way that the document went between the versions.

    Where it only ever went from ``new`` to ``old``, that way.
    """
    looks = document.captures.filter(version__in=[old, new]).order_by("sequence").values_list("sequence", "version_id")
    ways: list[tuple[int, int]] = []
    backwards: list[tuple[int, int]] = []
    last: dict[int, int] = {}
    for sequence, version_id in looks:
        assert version_id is not None, "filtered by it"
        last[version_id] = sequence
        other = old.pk if version_id == new.pk else new.pk
        if other in last:
            (ways if version_id == new.pk else backwards).append((last[other], sequence))
    return (ways or backwards)[0]


def _row(couple: Couple, wordings: dict[int, Wording], changes: dict[int, list[Change]]) -> Row:
    old = wordings[couple.old.wording_id] if couple.old else None
    new = wordings[couple.new.wording_id] if couple.new else None
    differs = old is not None and new is not None and couple.is_reworded
    parts = diff_words(old.text, new.text) if differs and old and new else []
    every = changes.get(couple.provision_id, []) if couple.is_reworded else []
    return Row(couple, old, new, parts, every[:CHANGES_SHOWN], max(0, len(every) - CHANGES_SHOWN))


def _counts(rows: Iterable[Row]) -> list[tuple[str, int]]:
    """How many provisions are what, in words."""
    counted = Counter(_sort_of(row) for row in rows)
    order = ("changed", "differing in typography only", "added", "removed", "moved", "unchanged")
    return [(name, counted[name]) for name in order if counted[name]]


def _sort_of(row: Row) -> str:
    if row.old is None:
        return "added"
    if row.new is None:
        return "removed"
    if not row.couple.is_reworded:
        return "moved" if row.couple.has_moved else "unchanged"
    return "differing in typography only" if row.reads_same else "changed"
