"""Bulk rewrites: when a capture changes so much of a document that editors decide on all of it at once.

What counts is provisions, not characters: each changed one would be an item in the queue, whatever its length.
"""

from collections.abc import Sequence

from atlas.archive.record.section_changes import compare_sections
from atlas.archive.record.standing import Piece
from atlas.models import Capture, Change, ChangeCluster, ChangeKind, ClusterKind, Significance

MANY_CHANGES = 60  # more are a rewrite, however long the document
REPLACED_SHARE = 0.60  # of the provisions of both versions; a larger share of changed ones is a rewrite …
FEWEST_CHANGES = 8  # … unless there are so few that each can be an item of its own
LONGEST_TITLE = 300  # characters: ChangeCluster.title


def cluster_rewrite(
    capture: Capture, changes: Sequence[Change], old: Sequence[Piece], new: Sequence[Piece]
) -> ChangeCluster | None:
    """One cluster of the ``changes`` of ``capture`` if they rewrite the document, else None; in five queries, or none.

    To be called in the transaction that inserted the changes. A capture has one cluster, however often it is called.
    """
    announced = [change for change in changes if _is_announced(change)]
    total = len({piece.provision_id for piece in (*old, *new)})
    if not is_rewrite(len(announced), total):
        return None
    if (known := ChangeCluster.objects.filter(capture=capture).first()) is not None:
        return known
    happened = {change.provision_id: _what_happened(change) for change in changes}
    cluster = ChangeCluster.objects.create(
        kind=ClusterKind.REWRITE,
        title=_title(str(capture.document), len(announced), total),
        capture=capture,
        sections=[section.as_json() for section in compare_sections(_texts(old), _texts(new), happened)],
    )
    cluster.changes.add(*announced)
    return cluster


def is_rewrite(changed: int, total: int) -> bool:
    """Are ``changed`` announced changes among the ``total`` provisions of both versions one decision?"""
    return changed > MANY_CHANGES or (changed >= FEWEST_CHANGES and changed > total * REPLACED_SHARE)


def _is_announced(change: Change) -> bool:
    return change.significance == Significance.SUBSTANTIVE and not change.is_return


def _what_happened(change: Change) -> str:
    if change.kind in (ChangeKind.ADDED, ChangeKind.REMOVED, ChangeKind.MOVED):
        return change.kind
    return "modified" if change.significance == Significance.SUBSTANTIVE else "unchanged"


def _title(document: str, changed: int, total: int) -> str:
    rest = f" was rewritten: {changed} of {total} provisions changed"
    room = LONGEST_TITLE - len(rest)
    return (document if len(document) <= room else f"{document[: room - 1]}…") + rest


def _texts(pieces: Sequence[Piece]) -> list[tuple[int, tuple[str, ...], str]]:
    return [(piece.provision_id, piece.text.heading_path, piece.text.text) for piece in pieces]
