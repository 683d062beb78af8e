"""Whether a text that a rebuild cut otherwise still stands: docs/decisions/0014-rebuild.md."""

from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.lookups import IsNull

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
    anew = placed.filter(Exists(pieces), ~Exists(pieces.filter(~stands)))
    # A value instead of EXISTS, of which PostgreSQL would make a hash of all placements there are, for a page of rows.
    return Q(IsNull(Subquery(anew.order_by().values("pk")[:1]), False))
