"""What we hold of a platform: without it, nothing that is missing beside another platform means anything."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from atlas.archive.telling.counting import counted_by
from atlas.comparing.moments import Moment
from atlas.comparing.standing import captures_until, each_topic, stood
from atlas.models import Attribute, Document, Incident, Platform, Provision, Topic
from atlas.site.coverage import NOT_GOOD

# The way to the platform.
OF_ANALYSIS, OF_PROVISION = "provision__document__platform", "document__platform"


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
    rows = rows.select_related("platform").only("name", "slug", "platform__slug")
    if not moment.is_past:
        return rows.annotate(is_not_captured=Exists(Incident.objects.filter(document=OuterRef("pk"), closed_at=None)))
    rows = rows.annotate(outcome=Subquery(looks.values("outcome")[:1])).filter(outcome__isnull=False)
    return rows.annotate(is_not_captured=Q(outcome__in=NOT_GOOD))


def read_of_each(moment: Moment, platforms: Collection[Platform]) -> dict[int, tuple[int, int]]:
    """How many analyses of a platform stood, and how many of its provisions are in force now, by key. One query."""
    analyses = stood(moment).filter(provision__document__platform__in=platforms)
    in_force = Provision.objects.in_force().filter(document__platform__in=platforms)
    found = counted_by({"analyses": (analyses, OF_ANALYSIS), "in force": (in_force, OF_PROVISION)})
    return {row.pk: (found["analyses"].get(row.pk, 0), found["in force"].get(row.pk, 0)) for row in platforms}


def among(moment: Moment, slugs: Collection[str]) -> QuerySet[Platform]:
    """The platforms named by ``slugs``; without any, all, or of the past all that Atlas had looked at by then."""
    if slugs:
        return Platform.objects.filter(slug__in=slugs)
    if not moment.is_past:
        return Platform.objects.all()
    return Platform.objects.filter(Exists(captures_until(moment).filter(document__platform=OuterRef("pk"))))


def ranked(
    platforms: QuerySet[Platform], moment: Moment, *, topic: Topic | None = None, attribute: Attribute | None = None
) -> list[Platform]:
    """Those with most analyses that stood (on ``topic``, with a value of ``attribute``) first, then those with most
    provisions in force on ``topic``, so that what there is to read comes first; then by name. Two queries.
    """
    counted = stood(moment)
    if topic is not None:
        counted = counted.filter(topics__contains=[topic.pk])
    if attribute is not None:
        counted = counted.filter(attribute_values__attribute=attribute)  # of which a publication has one value
    on_topic = Provision.objects.in_force().filter(topics=topic)
    if topic is None or moment.is_past:  # which provisions were on a topic is not told of the past
        on_topic = on_topic.none()
    found = counted_by({"analyses": (counted, OF_ANALYSIS), "on topic": (on_topic, OF_PROVISION)})
    by_name = platforms.order_by("name", "pk")
    return sorted(by_name, key=lambda row: tuple(number.get(row.pk, 0) for number in found.values()), reverse=True)


def topics_of(moment: Moment, keys: Sequence[str]) -> list[Topic]:
    """The topics with these ``keys``; without any, those of the catalogue, or of the past those analysed by then.

    The catalogue changes and keeps no dates, so a page of the past takes its lines from what was published.
    """
    topics = Topic.objects.only("name")
    if keys:
        return list(topics.filter(pk__in=keys))
    if not moment.is_past:
        return list(topics.filter(is_retired=False))
    named = stood(moment).annotate(topic=each_topic())
    return list(topics.filter(pk__in=named.order_by().values("topic")))
