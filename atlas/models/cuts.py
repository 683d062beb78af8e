"""Whether a text that a rebuild cut otherwise still stands: docs/decisions/0014-rebuild.md."""

from django.db.models import Exists, F, OuterRef, Q

from atlas.models.provisions import Placement


def stands_cut_anew(*, version: str, wording: str) -> Q:
    """For rows that name a wording and a version with it: a later splitter cut that version, and every piece that it
    made of the wording's stretch still reads the same in the document."""
    pieces = Placement.objects.filter(
        version=OuterRef("version"),
        splitter__gt=OuterRef("splitter"),
        start__lt=OuterRef("end"),
        end__gt=OuterRef("start"),
    ).current()
    stands = Q(
        wording__provision__removed_at=None,
        wording__provision__current_wording__folded_sha256=F("wording__folded_sha256"),
    )
    placed = Placement.objects.filter(version=OuterRef(version), wording=OuterRef(wording))
    return Q(Exists(placed.filter(Exists(pieces), ~Exists(pieces.filter(~stands)))))
