"""When a provision changes under an open edition: how the edition ends, and what of its text is handed on."""

from django.db.models import Exists, OuterRef

from atlas.models import Provision
from review.models import Edition, Event, Revision, State
from review.moves import move
from review.policies import load_case

PROVISION_CHANGED = "The provision changed."
ARRIVED_LATE = "The provision had changed when this draft arrived."


def discard_for_change(edition: Edition) -> None:
    """End an open edition whose provision has another text now. Its own text stays in the record."""
    move(edition, State.DISCARDED, "discard", by=None, reason=PROVISION_CHANGED)


def discarded_for_change() -> Exists:
    """Whether an edition of a query ended because its provision changed: the system discards for nothing else."""
    ended = Event.objects.filter(edition_ref=OuterRef("pk"), to_state=State.DISCARDED, actor_ref=None)
    return Exists(ended)


def left_behind(provision: Provision) -> Revision | None:
    """What people had written about ``provision`` when it changed, and no edition has taken up since."""
    latest = Edition.objects.filter(provision=provision).order_by("-pk").values_list("pk", "state").first()
    if latest is None or latest[1] != State.DISCARDED:
        return None
    gave_way = Edition.objects.filter(discarded_for_change(), pk=latest[0])
    edition = gave_way.select_related("head", "carried_from").first()
    if edition is None or edition.head is None:
        return None
    return edition.head if load_case(edition).writers else edition.carried_from
