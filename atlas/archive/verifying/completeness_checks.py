"""Whether a change is missing: what differs between two versions that followed each other must stand as their changes.

A change has no number whose gap would tell. But the placements of both versions do tell which provisions differ.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import lru_cache

from atlas.archive.verifying.verifying import ROWS_AT_ONCE, Verdicts, say
from atlas.models import Capture, Change, ChangeKind, Outcome, Placement

REMEMBERED_VERSIONS = 16  # a page that flaps goes back and forth between few

Steps = dict[int, tuple[int | None, int | None]]  # provision → its wording before and after
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


def _differing(load_cuts: Callable[[int], Cuts], old: int, new: int) -> list[Steps]:
    """The provisions that differ, by each splitter that cut both; none where they were first cut by different ones.

    A rebuild adds cuts to versions whose changes were found in earlier ones.
    """
    before, after = load_cuts(old), load_cuts(new)
    if not before or not after or min(before) != min(after):
        return []
    return [_between(before[splitter], after[splitter]) for splitter in sorted(before.keys() & after.keys())]


def _between(before: dict[int, int], after: dict[int, int]) -> Steps:
    steps = {provision: (before.get(provision), after.get(provision)) for provision in before.keys() | after.keys()}
    return {provision: (old, new) for provision, (old, new) in steps.items() if old != new}


def _problem(capture: Capture, differing: list[Steps]) -> str:
    changes = Change.objects.filter(capture=capture).exclude(kind=ChangeKind.MOVED).order_by()
    rows = changes.values_list("provision_id", "old_wording_id", "new_wording_id")
    told: Steps = {provision: (old, new) for provision, old, new in rows}
    if told in differing:
        return ""
    steps = next((steps for steps in differing if steps.keys() == told.keys()), differing[0])
    if missing := steps.keys() - told.keys():
        return f"provision {min(missing)} differs from the version before, and no change says so."
    if more := told.keys() - steps.keys():
        return f"a change is recorded of provision {min(more)}, which is as in the version before."
    other = min(provision for provision in steps if steps[provision] != told[provision])
    return (
        f"the change that is recorded of provision {other} is not from the wording that stood to the one that stands."
    )
