"""Which jobs go first: what a person asked for, then what somebody watches, then what weighs most.

| what | points |
|---|---|
| a person asked for it | 20, and nothing else counts |
| a noise rule matches the change | -10, and nothing else counts |
| somebody watches its platform, document, provision or one of its topics | 4 |
| one of its topics starts at high exposure, or else at medium | 2, or 1 |
"""

from django.db.models import Exists, OuterRef, Q

from atlas.models import Change, Exposure, Topic, Watch
from atlas.models.provisions import ChangeQuerySet

REQUESTED = 20
NOISE = -10
WATCHED = 4
WEIGHT = {Exposure.HIGH: 2, Exposure.MEDIUM: 1}


def with_reasons(changes: ChangeQuerySet) -> ChangeQuerySet:
    """``changes``, each knowing whether it is watched, and whether a topic of it starts at high or medium exposure."""
    watches = Watch.objects.filter(
        Q(platform=OuterRef("document__platform"))
        | Q(document=OuterRef("document"))
        | Q(provision=OuterRef("provision"))
        | Q(topic__provisions=OuterRef("provision"))
    )
    topics = Topic.objects.filter(provisions=OuterRef("provision"), is_retired=False)
    return changes.annotate(
        is_watched=Exists(watches),
        is_high=Exists(topics.filter(default_exposure=Exposure.HIGH)),
        is_medium=Exists(topics.filter(default_exposure=Exposure.MEDIUM)),
    )


def priority_of(change: Change, *, is_noise: bool) -> int:
    """The points of a change that `with_reasons` gave."""
    if is_noise:
        return NOISE
    weight = WEIGHT[Exposure.HIGH] * change.is_high or WEIGHT[Exposure.MEDIUM] * change.is_medium  # type: ignore[attr-defined]
    return WATCHED * change.is_watched + weight  # type: ignore[attr-defined,no-any-return]


def in_words(priority: int) -> str:
    """Why a job goes when it goes, for the list of jobs."""
    if priority >= REQUESTED:
        return "First: somebody asked for it"
    if priority <= NOISE:
        return "Last: noise"
    reasons = ["watched"] if priority >= WATCHED else []
    reasons += {2: ["high exposure"], 1: ["medium exposure"]}.get(priority % WATCHED, [])
    return ", ".join(reasons).capitalize() or "In turn"
