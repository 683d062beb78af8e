"""What Atlas corrected, withdrew or retracted, so that whoever cited an analysis learns what became of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from atlas.models import Publication

Kind = Literal["corrected", "withdrawn", "retracted"]
KINDS: dict[str, Q] = {
    "corrected": ~Q(public_note="") & Q(withdrawn_at=None, retracted_at=None),
    "withdrawn": Q(withdrawn_at__isnull=False, retracted_at=None),
    "retracted": Q(retracted_at__isnull=False),
}


@dataclass(frozen=True)
class Correction:
    """A publication that corrects another, or was taken down. ``why`` is the public note.

    ``corrected`` is what a correction took the place of; ``stands_now`` the live analysis of the provision, where it
    came after this one.
    """

    kind: Kind
    publication: Publication
    why: str
    corrected: Publication | None
    stands_now: Publication | None

    @property
    def title(self) -> str:
        """What it was about. Of what was taken down not even the title, which is content, is repeated."""
        return self.publication.title if self.kind == "corrected" else self.publication.provision.title


def corrections(kind: str = "") -> QuerySet[Publication]:
    """What the register lists, the latest first: ``at`` is when it happened, and there are the keys of the others."""
    rows = Publication.objects.filter(KINDS[kind] if kind else KINDS["corrected"] | _taken_down())
    same = Publication.objects.filter(provision=OuterRef("provision"))
    return (
        rows.annotate(
            at=Coalesce(F("retracted_at"), F("withdrawn_at"), F("published_at")),
            corrected_key=Subquery(same.filter(pk__lt=OuterRef("pk")).order_by("-pk").values("pk")[:1]),
            stands_now_key=Subquery(same.live().filter(pk__gt=OuterRef("pk")).values("pk")[:1]),
        )
        .order_by("-at", "-pk")
        .select_related("provision__document__platform")
        .prefetch_related("approvals")
    )


def described(rows: Iterable[Publication]) -> list[Correction]:
    """``rows`` of :func:`corrections` in words. One query, and one for the approvals."""
    rows = list(rows)
    keys = {key for row in rows for key in (_key(row, "corrected_key"), _key(row, "stands_now_key")) if key}
    others = {row.pk: row for row in Publication.objects.filter(pk__in=keys).only("pk", "major", "minor")}
    return [_described(row, others) for row in rows]


def briefly(number: int) -> list[Correction]:
    """The latest ``number`` entries without what they replaced and what stands now. One query."""
    rows = corrections().prefetch_related(None)[:number]
    return [_described(row, {}) for row in rows]


def _described(row: Publication, others: dict[int, Publication]) -> Correction:
    stands_now = others.get(_key(row, "stands_now_key") or 0)
    if row.retracted_at:
        return Correction("retracted", row, row.retraction_note, None, stands_now)
    if row.withdrawn_at:
        return Correction("withdrawn", row, row.withdrawal_note, None, stands_now)
    return Correction("corrected", row, row.public_note, others.get(_key(row, "corrected_key") or 0), stands_now)


def _key(row: Publication, name: str) -> int | None:
    key: int | None = getattr(row, name)
    return key


def _taken_down() -> Q:
    return Q(withdrawn_at__isnull=False) | Q(retracted_at__isnull=False)
