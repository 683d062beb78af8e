"""Two versions of a document side by side, provision by provision, with what changed word by word."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from atlas.admin.history import page, require
from atlas.archive.telling.line_details import stated_dates
from atlas.archive.telling.pairing import Couple, couples, load_places, together
from atlas.archive.texts.wording_diff import DiffPart, diff_words
from atlas.models import Capture, Change, ChangeKind, Document, StatedDate, UnknownIdentifier, Version, Wording

CHANGES_SHOWN = 3  # of one provision, between versions that lie far apart
LARGEST_NUMBER = 2**31 - 1
MOST_CHANGES = 2_000


class NotComparable(ValueError):
    """The versions asked for cannot be compared; the message says why and what to do."""


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
class Side:
    """One of the two versions, with the four dates."""

    version: Version
    first: Capture | None
    last: Capture | None
    dates: list[StatedDate]


def side_by_side(request: HttpRequest, document_id: int) -> HttpResponse:
    """``?old=3&new=5`` (numbers, or identifiers like AT-V-000012); ``all=1`` with the text of what is unchanged."""
    require(request, "atlas.view_document")
    document = get_object_or_404(Document.objects.select_related("platform"), pk=document_id)
    versions = list(document.versions.order_by("-number"))
    shows_all = request.GET.get("all") == "1"
    context = {"document": document, "versions": versions, "shows_all": shows_all}
    try:
        old, new = _asked_versions(request, document, versions)
    except NotComparable as refused:
        context["refused"] = str(refused)
    else:
        context |= {"old": old, "new": new} | _comparison(document, old, new, shows_all=shows_all)
    title = f"Versions of {document} side by side"
    return page(request, "document/side_by_side.html", title, context)


def _asked_versions(request: HttpRequest, document: Document, versions: Sequence[Version]) -> tuple[Version, Version]:
    """The two versions that are asked for, by default the one that stands and the one that stood before it.

    Raises:
        NotComparable: if one of them is none of ``document``, or there are no two.
    """
    if len(versions) < 2:
        raise NotComparable(
            "There is only one version of this document so far: nothing to compare it with. A second one is recorded "
            "when a capture finds another text."
            if versions
            else "No version of this document has been recorded yet. Import a collection, or look at its history."
        )
    by_number = {version.number: version for version in versions}
    new_asked, old_asked = request.GET.get("new", "").strip(), request.GET.get("old", "").strip()
    new = _version(new_asked, by_number) if new_asked else _standing(document, by_number)
    old = _version(old_asked, by_number) if old_asked else _standing_before(document, by_number, new)
    if old == new:
        raise NotComparable(f"Both sides are version {new.number}. Choose two different versions.")
    return old, new


def _version(asked: str, by_number: dict[int, Version]) -> Version:
    """
    Raises:
        NotComparable: if no version of the document has this number or identifier.
    """
    if asked.isascii() and asked.isdigit() and len(asked) < 10 and int(asked) in by_number:
        return by_number[int(asked)]
    try:
        key = Version.key_from(asked)
    except UnknownIdentifier:
        key = 0
    for version in by_number.values():
        if version.pk == key:
            return version
    if key:
        raise NotComparable(f"{asked} is not a version of this document. Choose two of its versions below.")
    raise NotComparable(f"This document has no version “{asked[:40]}”. Its versions are 1 to {max(by_number)}.")


def _standing(document: Document, by_number: dict[int, Version]) -> Version:
    good = document.captures.exclude(version=None).order_by("-sequence")
    return by_number[good.values_list("version__number", flat=True)[0]]


def _standing_before(document: Document, by_number: dict[int, Version], new: Version) -> Version:
    """What stood when ``new`` came last: the version of the good capture before; for the first one, the second."""
    looks = document.captures.exclude(version=None)
    other = looks.exclude(version=new)
    latest = looks.filter(version=new).order_by("-sequence").values("sequence")[:1]
    numbers = other.filter(sequence__lt=latest).order_by("-sequence").values_list("version__number", flat=True)
    number = numbers.first() or other.order_by("sequence").values_list("version__number", flat=True)[0]
    return by_number[number]


def _comparison(document: Document, old: Version, new: Version, *, shows_all: bool) -> dict[str, object]:
    """What the page shows of two versions. Ten queries."""
    found = couples(load_places(old), load_places(new))
    wordings = _load_wordings(found, with_unchanged=shows_all)
    changes = _changes_between(document, old, new, [couple.provision_id for couple in found if couple.is_reworded])
    groups = [[_row(couple, wordings, changes) for couple in rows] for rows in together(found)]
    rows = [row for group in groups for row in group]
    dates = stated_dates([old.pk, new.pk])
    return {
        "groups": [(group[0].couple.is_unchanged, group) for group in groups],
        "counts": _counts(rows),
        "differences": sum(not row.couple.is_unchanged for row in rows),
        "sides": [_side(old, dates), _side(new, dates)],
        "is_backwards": old.number > new.number,
    }


def _side(version: Version, dates: Iterable[StatedDate]) -> Side:
    looks = version.captures.select_related("collection").order_by("sequence")
    return Side(version, looks.first(), looks.last(), [row for row in dates if row.version_id == version.pk])


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
