"""Whether a change is missing: what differs between two versions that followed each other must stand as their changes.

A change has no number whose gap would tell. But the placements of both versions do tell which provisions differ.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import lru_cache

from atlas.archive.verifying import ROWS_AT_ONCE, Verdicts, say
from atlas.models import Capture, Change, ChangeKind, Outcome, Placement

REMEMBERED_VERSIONS = 16  # a page that flaps goes back and forth between few

Cuts = dict[int, dict[int, int]]  # splitter → provision → its wording


def compared_captures() -> int:
    return Capture.objects.filter(outcome__in=(Outcome.CHANGED, Outcome.RETURNED)).count()


def missing_changes() -> Verdicts:
    """One verdict a capture that was compared with the one before."""
    load_cuts = lru_cache(REMEMBERED_VERSIONS)(_load_cuts)
    for capture, before in _compared():
        assert capture.version_id is not None
        differing = _differing(load_cuts, before, capture.version_id)
        yield say(capture, _problem(capture, differing) if differing else "")


def _compared() -> Iterator[tuple[Capture, int]]:
    """Each capture that was compared, with the version that stood before it."""
    good = Capture.objects.filter(version__isnull=False).order_by("document_id", "sequence")
    document, standing = 0, 0
    for capture in good.iterator(ROWS_AT_ONCE):
        if capture.outcome in (Outcome.CHANGED, Outcome.RETURNED) and capture.document_id == document:
            yield capture, standing
        document, standing = capture.document_id, capture.version_id or 0


def _load_cuts(version_id: int) -> Cuts:
    rows = Placement.objects.filter(version=version_id).order_by()
    cuts: Cuts = defaultdict(dict)
    for splitter, provision_id, wording_id in rows.values_list("splitter", "wording__provision_id", "wording_id"):
        cuts[splitter][provision_id] = wording_id
    return cuts


def _differing(load_cuts: Callable[[int], Cuts], old: int, new: int) -> list[set[int]]:
    """The provisions that differ, by each splitter that cut both; none where they were first cut by different ones.

    A rebuild adds cuts to versions whose changes were found in earlier ones.
    """
    before, after = load_cuts(old), load_cuts(new)
    if not before or not after or min(before) != min(after):
        return []
    return [_between(before[splitter], after[splitter]) for splitter in sorted(before.keys() & after.keys())]


def _between(before: dict[int, int], after: dict[int, int]) -> set[int]:
    return {provision for provision in before.keys() | after.keys() if before.get(provision) != after.get(provision)}


def _problem(capture: Capture, differing: list[set[int]]) -> str:
    changes = Change.objects.filter(capture=capture).order_by()
    kinds = dict(changes.values_list("provision_id", "kind"))
    told = {provision_id for provision_id, kind in kinds.items() if kind != ChangeKind.MOVED}
    if told in differing:
        return ""
    if missing := differing[0] - told:
        return f"provision {min(missing)} differs from the version before, and no change says so."
    return f"a change is recorded of provision {min(told - differing[0])}, which is as in the version before."
