"""What we hold of a platform: without it, nothing that is missing beside another platform means anything."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from atlas.comparing.moments import Moment
from atlas.comparing.standing import captures_until, each_topic
from atlas.models import Attribute, AttributeValue, Document, Incident, Outcome, Platform, Provision, Publication, Topic

_NOT_GOOD = (Outcome.QUARANTINED, Outcome.FAILED)


@dataclass
class Coverage:
    """Of one platform: its documents (of the past those looked at until then), how many of them have an archived
    text, and which cannot be captured."""

    documents: int = 0
    held: int = 0
    not_captured: list[Document] = field(default_factory=list)


def coverage_of(moment: Moment, platforms: Collection[Platform]) -> dict[int, Coverage]:
    """For each of ``platforms`` by its key. One query."""
    found = {platform.pk: Coverage() for platform in platforms}
    for document in _documents(moment).filter(platform__in=found):
        coverage = found[document.platform_id]
        coverage.documents += 1
        coverage.held += document.has_text  # type: ignore[attr-defined]
        if document.is_not_captured:  # type: ignore[attr-defined]
            coverage.not_captured.append(document)
    return found


def _documents(moment: Moment) -> QuerySet[Document]:
    looks = captures_until(moment).filter(document=OuterRef("pk")).order_by("-sequence")
    rows = Document.objects.annotate(has_text=Exists(looks.filter(version__isnull=False))).order_by("name", "pk")
    rows = rows.select_related("platform")
    if not moment.is_past:
        return rows.annotate(is_not_captured=Exists(Incident.objects.filter(document=OuterRef("pk"), closed_at=None)))
    rows = rows.annotate(outcome=Subquery(looks.values("outcome")[:1])).filter(outcome__isnull=False)
    return rows.annotate(is_not_captured=Q(outcome__in=_NOT_GOOD))


def provisions_in_force(platforms: Collection[Platform]) -> dict[int, int]:
    """How many there are now, by key of the platform. One query."""
    rows = Provision.objects.in_force().filter(document__platform__in=platforms)
    return dict(rows.order_by().values_list("document__platform").annotate(Count("pk")))


def ranked(
    moment: Moment, *, slugs: Collection[str] = (), topic: Topic | None = None, attribute: Attribute | None = None
) -> QuerySet[Platform]:
    """Platforms with ``analyses``, how many stood (on ``topic``, with a value of ``attribute``), to sort by ``RANK``.

    Those named by ``slugs``, or all; of the past, all that Atlas had looked at by then.
    """
    stood = Publication.objects.live_at(moment.at) if moment.is_past else Publication.objects.live()
    if topic is not None:
        stood = stood.filter(topics__contains=[topic.pk])
    if attribute is not None:
        stood = stood.filter(Exists(AttributeValue.objects.filter(publication=OuterRef("pk"), attribute=attribute)))
    rows = Platform.objects.filter(slug__in=slugs) if slugs else Platform.objects.all()
    if moment.is_past and not slugs:
        rows = rows.filter(Exists(captures_until(moment).filter(document__platform=OuterRef("pk"))))
    return rows.annotate(analyses=_number_of(stood, "provision__document__platform"), held=_held(moment, topic))


RANK = ("-analyses", "-held", "name", "pk")


def _held(moment: Moment, topic: Topic | None) -> Coalesce | Value:
    """Provisions in force on ``topic``, so that platforms with something to read come first. Not told of the past."""
    if topic is None or moment.is_past:
        return Value(0)
    return _number_of(Provision.objects.in_force().filter(topics=topic), "document__platform")


def _number_of(rows: QuerySet[Publication] | QuerySet[Provision], platform: str) -> Coalesce:
    of_each = rows.filter(**{platform: OuterRef("pk")}).order_by().values(platform).annotate(number=Count("pk"))
    return Coalesce(Subquery(of_each.values("number")), 0)


def topics_of(moment: Moment, keys: Sequence[str]) -> list[Topic]:
    """The topics with these ``keys``; without any, those of the catalogue, or of the past those analysed by then.

    The catalogue changes and keeps no dates, so a page of the past takes its lines from what was published.
    """
    if keys:
        return list(Topic.objects.filter(pk__in=keys))
    if not moment.is_past:
        return list(Topic.objects.filter(is_retired=False))
    named = Publication.objects.live_at(moment.at).annotate(topic=each_topic())
    return list(Topic.objects.filter(pk__in=named.order_by().values("topic")))
