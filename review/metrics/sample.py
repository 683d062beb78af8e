"""The latest published analyses with the drafts they were made from: what quality is counted on.

Texts are compared here, word by word; so that a year of them does not take a minute, only the latest are taken.
"""

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce
from rapidfuzz.distance import Indel

from atlas.models import TEXT_FIELDS, Publication
from review.metrics.period import Period
from review.models import Decision, DecisionKind, Revision

AT_MOST = 500
BY_HAND = "Written by hand"
_RUN = ("drafter", "model_requested", "model_returned", "prompt_name", "prompt_version")


@dataclass(frozen=True)
class Published:
    """A published text and the drafter's last text before it, if a drafter wrote any in its edition."""

    revision: Revision
    draft: Revision | None
    rounds: int

    @property
    def drafter(self) -> str:
        run = self.draft.draft_run if self.draft else None
        return run.drafter_words if run else BY_HAND

    @property
    def is_unchanged(self) -> bool:
        return self.draft is not None and self.draft.content_sha256 == self.revision.content_sha256

    def words_changed(self, part: str) -> int:
        """How many words were taken out of the draft's ``part``, and how many put in."""
        if self.draft is None or self.is_unchanged:
            return 0
        before, after = getattr(self.draft, part).split(), getattr(self.revision, part).split()
        return Indel.distance(before, after)

    def is_edited(self, part: str) -> bool:
        """Whether ``part`` differs from the draft's; of what is no text of its own, whether anything does."""
        if part not in TEXT_FIELDS:
            return self.draft is not None and not self.is_unchanged
        return self.words_changed(part) > 0


def sample(period: Period) -> list[Published]:
    """The latest first; a text that was published again counts once. Three queries."""
    earlier = Publication.objects.filter(revision_id=OuterRef("revision_id"), pk__lt=OuterRef("pk"))
    latest = Publication.objects.filter(~Exists(earlier), published_at__gte=period.start)
    keys = list(latest.order_by("-published_at", "-pk").values_list("revision_id", flat=True)[:AT_MOST])
    drafts = Revision.objects.filter(
        edition=OuterRef("edition"), number__lte=OuterRef("number"), draft_run__isnull=False
    ).order_by("-number")
    returned = Decision.objects.filter(
        edition=OuterRef("edition"), kind__in=[DecisionKind.REQUEST_CHANGES, DecisionKind.VOID]
    ).order_by()
    rounds = returned.values("edition").annotate(n=Count("pk")).values("n")
    published = Revision.objects.annotate(
        draft_key=Subquery(drafts.values("pk")[:1]), rounds=Coalesce(Subquery(rounds), 0) + 1
    ).in_bulk(keys)
    draft_keys = [row.draft_key for row in published.values() if row.draft_key]
    run = (f"draft_run__{name}" for name in _RUN)
    drafted = (
        Revision.objects.select_related("draft_run").only(*TEXT_FIELDS, "content_sha256", *run).in_bulk(draft_keys)
    )
    rows = [published[key] for key in keys if key in published]
    return [Published(row, drafted.get(row.draft_key), row.rounds) for row in rows]
