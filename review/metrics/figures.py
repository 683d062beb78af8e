"""What several tables count from, asked of the database once a page."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from atlas.models import Approval, Publication
from review.metrics.period import Period
from review.metrics.sample import Published, sample
from review.models import Decision, DecisionKind

WORDS_A_SECOND = 10  # 600 a minute: nobody reads faster and knows what they read
MEASURED = Q(dwell_seconds__gt=0, words_to_read__isnull=False)
CORRECTION = Q(minor__gt=0)  # of the number of a publication: 1.1 corrects 1.0
FAST = MEASURED & Q(words_to_read__gt=F("dwell_seconds") * WORDS_A_SECOND)


@dataclass(frozen=True)
class Figures:
    """Everything that the tables of one page share. Asked for when first needed."""

    period: Period

    @cached_property
    def decisions(self) -> dict[str, int]:
        """How many of each kind in the period; and of the approvals ``self``, ``measured`` and ``fast``. One query."""
        approvals = Q(kind=DecisionKind.APPROVE)
        return _counted(
            Decision.objects.filter(at__gte=self.period.start),
            {
                **{kind.value: Q(kind=kind) for kind in DecisionKind},
                "self": approvals & Q(is_self_approval=True),
                "measured": approvals & MEASURED,
                "fast": approvals & FAST,
            },
        )

    @cached_property
    def publications(self) -> dict[str, int]:
        """How many in the period: ``all``, ``corrections``, ``solo``, and by how many people. One query."""
        approvals = Approval.objects.filter(publication=OuterRef("pk")).order_by().values("publication")
        people = approvals.annotate(n=Count("pk")).values("n")
        rows = Publication.objects.filter(published_at__gte=self.period.start)
        return _counted(
            rows.annotate(people=Coalesce(Subquery(people), 0)).order_by(),
            {
                "all": Q(),
                "corrections": CORRECTION,
                "solo": Q(solo_review=True),
                "one": Q(people=1),
                "two": Q(people=2),
                "more": Q(people__gt=2),
            },
        )

    @cached_property
    def sample(self) -> list[Published]:
        return sample(self.period)


def _counted(rows: Any, conditions: dict[str, Q]) -> dict[str, int]:
    counted = {f"n_{name}": Count("pk", filter=condition) for name, condition in conditions.items()}
    found: dict[str, int] = rows.aggregate(**counted)
    return {name.removeprefix("n_"): number for name, number in found.items()}
