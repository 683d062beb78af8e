"""Changes that editors decide on together: which are held back, which clusters wait, and deciding."""

from collections.abc import Sequence

import structlog
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact

from atlas.archive.judgements.judging import Refused, check_permission, check_words
from atlas.models import Change, ChangeCluster, ClusterDecision, ClusterKind, ClusterRuling, User
from atlas.models.provisions import ChangeQuerySet
from atlas.rooms import wake

logger = structlog.get_logger(__name__)

LONGEST_TITLE = 300  # characters: ChangeCluster.title
MOST_CHANGES = 2_000  # that one person can mean at once


def open_to_analysis(changes: ChangeQuerySet) -> ChangeQuerySet:
    """Those in no cluster, and those of which the latest decision says that they are to be analysed.

    A change may be in several clusters, say a part of a rewrite that has a cause of its own: the latest word counts.
    """
    in_cluster = Exists(ChangeCluster.objects.filter(changes=OuterRef("pk")))
    return changes.filter(~in_cluster | Q(Exact(_latest_ruling(), ClusterRuling.ANALYSE)))


def set_aside(changes: ChangeQuerySet) -> ChangeQuerySet:
    """Those of which the latest decision says that there is nothing to analyse."""
    ever = ChangeCluster.changes.through.objects.filter(changecluster__decisions__ruling=ClusterRuling.SET_ASIDE)
    return changes.filter(Exact(_latest_ruling(), ClusterRuling.SET_ASIDE), pk__in=ever.values("change"))


def _latest_ruling() -> Subquery:
    decisions = ClusterDecision.objects.filter(cluster__changes=OuterRef("pk")).order_by("-pk")
    return Subquery(decisions.values("ruling")[:1])


def waiting() -> QuerySet[ChangeCluster]:
    """Clusters that nobody decided on, where a decision would still have something drafted."""
    to_draft = Change.objects.awaiting_analysis().filter(clusters=OuterRef("pk"))
    return ChangeCluster.objects.filter(Exists(to_draft), decisions=None)


def with_numbers(clusters: QuerySet[ChangeCluster]) -> QuerySet[ChangeCluster]:
    """With ``size``, ``would_draft`` (see :func:`drafts_to_expect`) and the latest ``ruling``, or None."""
    decisions = ClusterDecision.objects.filter(cluster=OuterRef("pk")).order_by("-pk")
    return clusters.annotate(
        size=_number_of(Change.objects.all(), "pk"),
        would_draft=_number_of(Change.objects.awaiting_analysis(), "new_wording"),
        ruling=Subquery(decisions.values("ruling")[:1]),
    )


def _number_of(changes: QuerySet[Change], what: str) -> Coalesce:
    mine = changes.filter(clusters=OuterRef("pk")).order_by().values("clusters")
    return Coalesce(Subquery(mine.annotate(n=Count(what, distinct=True)).values("n")), 0)


def drafts_to_expect(changes: ChangeQuerySet) -> int:
    """How many drafts analysing ``changes`` takes at most: wordings that are in force and no old history.

    Those that have a draft already are not drafted again, which this floor does not know of.
    """
    return changes.order_by().awaiting_analysis().values("new_wording").distinct().count()


@transaction.atomic
def decide(
    cluster: ChangeCluster, ruling: ClusterRuling, *, reason: str, by: User, after: int | None
) -> ClusterDecision:
    """Record what is to become of the changes of ``cluster``, and wake whoever queues drafts.

    ``after`` is the key of the latest decision that ``by`` knew of, None if there was none.

    Raises:
        Refused: without permission or reason, or if somebody else decided meanwhile.
    """
    check_permission(by, "atlas.add_clusterdecision", "decide on clusters of changes")
    reason = check_words(reason, "a reason")
    ChangeCluster.objects.select_for_update(no_key=True).get(pk=cluster.pk)
    latest = ClusterDecision.objects.filter(cluster=cluster).select_related("decided_by").first()
    if latest is not None and latest.pk != after:
        raise Refused(
            f"{latest.decided_by.shown_name} has decided meanwhile: {latest.get_ruling_display().lower()}. "
            "If you still want to decide otherwise, give your reason again."
        )
    decision = ClusterDecision.objects.create(cluster=cluster, ruling=ruling, reason=reason, decided_by=by)
    wake("changes_recorded")
    logger.info("decided on cluster", cluster=cluster.pk, ruling=str(ruling), by=by.pk)
    return decision


@transaction.atomic
def decide_together(
    changes: Sequence[Change], *, title: str, ruling: ClusterRuling, reason: str, by: User
) -> ChangeCluster:
    """Make a cluster of changes that have one cause, with the decision on all of them: both or neither.

    Raises:
        Refused: without permission, title or reason; if there are no changes, or too many.
    """
    check_permission(by, "atlas.add_changecluster", "put changes together")
    title = " ".join(check_words(title, "the cause that the changes have in common").split())
    if not changes:
        raise Refused("Select the changes that have one cause.")
    if len(changes) > MOST_CHANGES:
        raise Refused(f"{len(changes):,} changes are too many for one decision; select at most {MOST_CHANGES:,}.")
    cluster = ChangeCluster.objects.create(kind=ClusterKind.CAUSE, title=title[:LONGEST_TITLE], made_by=by)
    cluster.changes.add(*changes)
    decide(cluster, ruling, reason=reason, by=by, after=None)
    return cluster
