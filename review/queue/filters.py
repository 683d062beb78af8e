"""What the queue can be narrowed to. Filters combine; each knows its words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce, Concat, NullIf, Trim

from analysis.models import DraftJob, DraftRun, Reason
from atlas.choices import choices_of
from atlas.models import Change, ChangeCluster, Exposure, Platform, Publication, Topic, User
from review.models import AuthorKind, Edition, Revision

BY_HAND = "by_hand"  # the cause of an edition that no draft began
CAUSES = [*Reason.choices, (BY_HAND, "Started by hand")]
LATEST_CLUSTERS = 50  # offered as a choice


@dataclass(frozen=True)
class Filters:
    """Each is empty where it does not narrow. ``cluster`` is a key, ``drafter`` a model's name or an author kind."""

    platform: str = ""
    topic: str = ""
    exposure: str = ""
    cause: str = ""
    cluster: str = ""
    drafter: str = ""
    q: str = ""

    @classmethod
    def asked(cls, query: Mapping[str, Any]) -> "Filters":
        """Those of an address. What is no choice narrows to nothing, and says so by an empty list."""
        return cls(**{field.name: str(query.get(field.name, "")).replace("\0", "").strip() for field in fields(cls)})

    @property
    def any(self) -> bool:
        return self != Filters()

    def narrow(self, rows: QuerySet[Any], prefix: str) -> QuerySet[Any]:
        """``rows`` of editions, publications or draft jobs; ``prefix`` leads from a row to its provision's keys."""
        if self.platform:
            rows = rows.filter(**{f"{prefix}provision__document__platform__slug": self.platform})
        if self.cluster:
            rows = rows.filter(wording__in=_wordings_of_cluster(self.cluster))
        if self.q:
            rows = rows.filter(_said(self.q, prefix))
        return _NARROW[rows.model](self, rows)


def _said(words: str, prefix: str) -> Q:
    places = ("title", "document__name", "document__platform__name")
    found = Q()
    for place in places:
        found |= Q(**{f"{prefix}provision__{place}__icontains": words})
    return found


def _wordings_of_cluster(key: str) -> QuerySet[Any]:
    changes = Change.objects.filter(clusters=int(key)) if key.isdecimal() and len(key) < 19 else Change.objects.none()
    return changes.values("new_wording")


def _editions(filters: Filters, rows: QuerySet[Edition]) -> QuerySet[Edition]:
    if filters.exposure:
        rows = rows.filter(head__exposure_level=filters.exposure)
    if filters.topic:
        rows = rows.filter(head__topics__contains=[filters.topic])
    if filters.cause:
        rows = rows.filter(Exists(Revision.objects.filter(_cause(filters.cause), edition=OuterRef("pk"), number=1)))
    return rows.filter(_drafter(filters.drafter, "head__")) if filters.drafter else rows


def _cause(cause: str) -> Q:
    return Q(draft_run=None) if cause == BY_HAND else Q(draft_run__job__reason=cause)


def _drafter(drafter: str, prefix: str = "") -> Q:
    """Whose text it is now, as the column says."""
    if drafter in AuthorKind.values:
        return Q(**{f"{prefix}author_kind": drafter})
    return Q(**{f"{prefix}draft_run__model_requested": drafter})


def _publications(filters: Filters, rows: QuerySet[Publication]) -> QuerySet[Publication]:
    if filters.exposure:
        rows = rows.filter(exposure_level=filters.exposure)
    if filters.topic:
        rows = rows.filter(topics__contains=[filters.topic])
    if filters.cause:
        first = Revision.objects.filter(_cause(filters.cause), number=1, edition__revisions=OuterRef("revision_id"))
        rows = rows.filter(Exists(first))
    if filters.drafter:
        rows = rows.filter(Exists(Revision.objects.filter(_drafter(filters.drafter), pk=OuterRef("revision_id"))))
    return rows


def _jobs(filters: Filters, rows: QuerySet[DraftJob]) -> QuerySet[DraftJob]:
    """A job that failed has no exposure yet; its topics are those of its provision."""
    if filters.topic:
        rows = rows.filter(wording__provision__topics=filters.topic)
    if filters.cause:
        rows = rows.filter(reason=filters.cause)
    if filters.drafter:
        rows = rows.filter(Exists(DraftRun.objects.filter(job=OuterRef("pk"), model_requested=filters.drafter)))
    return rows.none() if filters.exposure else rows


_NARROW: dict[type[Any], Callable[[Filters, Any], QuerySet[Any]]] = {
    Edition: _editions,
    Publication: _publications,
    DraftJob: _jobs,
}


def choices(*, with_colleagues: bool = False) -> dict[str, list[tuple[str, str]]]:
    """What can be chosen for each filter, and as assignee: value and words. One query."""
    clusters = ChangeCluster.objects.order_by("-pk").values("pk")[:LATEST_CLUSTERS]
    models = DraftRun.objects.exclude(model_requested="").distinct()
    editors = User.objects.with_perm("review.change_edition", backend=BACKEND)
    found = choices_of(
        {
            "platform": (Platform.objects.all(), "slug", "name"),
            "topic": (Topic.objects.filter(is_retired=False), "key", "name"),
            "cluster": (ChangeCluster.objects.filter(pk__in=clusters), "pk", "title"),
            "drafter": (models, "model_requested", "model_requested"),
            "colleague": (editors if with_colleagues else editors.none(), "pk", _SHOWN_NAME),
        }
    )
    return {
        **found,
        "exposure": list(Exposure.choices),
        "cause": CAUSES,
        "drafter": [*found["drafter"], *((kind.value, kind.label) for kind in _KINDS)],
    }


BACKEND = "django.contrib.auth.backends.ModelBackend"
_FULL_NAME = Trim(Concat("first_name", Value(" "), "last_name"))
_SHOWN_NAME = Coalesce(NullIf("public_name", Value("")), NullIf(_FULL_NAME, Value("")), "username")  # User.shown_name
_KINDS = (AuthorKind.OUTLINE, AuthorKind.PERSON)
