"""One topic across platforms: the archived texts beside each other, those with an approved analysis first."""

from collections.abc import Collection
from dataclasses import dataclass, field

from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber

from atlas.comparing.moments import Moment
from atlas.comparing.standing import standing, stood
from atlas.models import Platform, Provision, Publication, Topic


@dataclass
class Texts:
    """Of one platform: ``publications`` on the topic, and ``provisions`` that nobody analysed; the first of ``total``
    and of ``waiting``."""

    publications: list[Publication] = field(default_factory=list)
    provisions: list[Provision] = field(default_factory=list)
    total: int = 0
    waiting: int = 0


def texts_on(topic: Topic, moment: Moment, platforms: Collection[Platform], *, most: int) -> dict[int, Texts]:
    """For each of ``platforms`` by key, ``most`` analyses and ``most`` provisions. Three queries; of the past two.

    Which provisions were on a topic is not recorded with its time: of the past there are analyses alone.
    """
    found = {platform.pk: Texts() for platform in platforms}
    for publication in _publications(topic, moment, platforms, most):
        texts = found[publication.provision.document.platform_id]
        texts.publications.append(publication)
        texts.total = publication.total  # type: ignore[attr-defined]
    if moment.is_past:
        return found
    for provision in _provisions(topic, platforms, most):
        texts = found[provision.document.platform_id]
        texts.provisions.append(provision)
        texts.waiting = provision.total  # type: ignore[attr-defined]
    return found


def _publications(topic: Topic, moment: Moment, platforms: Collection[Platform], most: int) -> list[Publication]:
    """The newest first. Their order rests on nothing that changes, so of the past the same ones are shown.

    Which they are is asked alone: most topics have none, and whether one is stale costs more than to find it.
    """
    platform = "provision__document__platform"
    rows = stood(moment).filter(topics__contains=[topic.pk], provision__document__platform__in=platforms)
    placed = rows.order_by().annotate(
        place=Window(RowNumber(), partition_by=platform, order_by=[F("published_at").desc(), F("pk").desc()]),
        total=Window(Count("pk"), partition_by=platform),
    )
    totals = dict(placed.filter(place__lte=most).values_list("pk", "total"))
    if not totals:
        return []
    shown = standing(moment).filter(pk__in=totals).order_by("-published_at", "-pk")
    found = list(
        shown.select_related(
            "provision__document__platform", "provision__document__collection", "wording__first_capture", "version"
        )
    )
    for publication in found:
        publication.total = totals[publication.pk]  # type: ignore[attr-defined]
    return found


def _provisions(topic: Topic, platforms: Collection[Platform], most: int) -> list[Provision]:
    """Those in force without a live analysis on the topic, in the order of their documents."""
    analysed = Publication.objects.live().filter(topics__contains=[topic.pk]).values("provision")
    rows = Provision.objects.in_force().filter(topics=topic, document__platform__in=platforms)
    placed = rows.exclude(pk__in=analysed).annotate(
        place=Window(
            RowNumber(), partition_by="document__platform", order_by=["document__name", "document", "ordinal", "pk"]
        ),
        total=Window(Count("pk"), partition_by="document__platform"),
    )
    shown = placed.filter(place__lte=most).select_related(
        "document__platform", "document__collection", "current_wording__first_capture"
    )
    return list(shown.order_by("document__platform", "place"))
