"""Which jobs go first: what a person asked for, then what somebody watches, then what weighs most.

| what | points |
|---|---|
| a person asked for it | 20, and nothing else counts |
| a person asked for many at once | -5, and nothing else counts |
| a noise rule matches the change | -10, and nothing else counts |
| readers see an analysis of another text of the provision | 8 |
| somebody watches its platform, document, provision or one of its topics | 4 |
| one of its topics starts at high exposure, or else at medium | 2, or 1 |
"""

from django.db.models import Exists, OuterRef, Q

from atlas.models import Change, Exposure, Publication, Topic, Watch
from atlas.models.provisions import ChangeQuerySet

REQUESTED = 20
REQUESTED_IN_BULK = -5  # a thousand of them must not keep back what changed
NOISE = -10
READ_ELSEWHERE = 8
WATCHED = 4
WEIGHT = {Exposure.HIGH: 2, Exposure.MEDIUM: 1}


def with_reasons(changes: ChangeQuerySet) -> ChangeQuerySet:
    """``changes``, each knowing what counts for it.

    A live publication is one of another text: a change to a text that has its own awaits no analysis.
    """
    watches = Watch.objects.filter(
        Q(platform=OuterRef("document__platform"))
        | Q(document=OuterRef("document"))
        | Q(provision=OuterRef("provision"))
        | Q(topic__provisions=OuterRef("provision"))
    )
    topics = Topic.objects.filter(provisions=OuterRef("provision"), is_retired=False)
    return changes.annotate(
        is_published=Exists(Publication.objects.live().filter(provision=OuterRef("provision"))),
        is_watched=Exists(watches),
        is_high=Exists(topics.filter(default_exposure=Exposure.HIGH)),
        is_medium=Exists(topics.filter(default_exposure=Exposure.MEDIUM)),
    )


def priority_of(change: Change, *, is_noise: bool) -> int:
    """The points of a change that `with_reasons` gave."""
    if is_noise:
        return NOISE
    weight = WEIGHT[Exposure.HIGH] * change.is_high or WEIGHT[Exposure.MEDIUM] * change.is_medium  # type: ignore[attr-defined]
    reasons = READ_ELSEWHERE * change.is_published + WATCHED * change.is_watched  # type: ignore[attr-defined]
    return reasons + weight  # type: ignore[no-any-return]


def in_words(priority: int) -> str:
    """Why a job goes when it goes, for the list of jobs."""
    if priority >= REQUESTED:
        return "First: somebody asked for it"
    if priority <= NOISE:
        return "Last: noise"
    if priority == REQUESTED_IN_BULK:
        return "After what changed: one of many asked for at once"
    reasons = ["readers see an analysis of another text"] if priority & READ_ELSEWHERE else []
    reasons += ["watched"] if priority & WATCHED else []
    reasons += {2: ["high exposure"], 1: ["medium exposure"]}.get(priority % WATCHED, [])
    return ", ".join(reasons).capitalize() or "In turn"
