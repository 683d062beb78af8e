"""Attribute tables: approved coded facts with the words they rest on, platform by platform."""

from collections.abc import Collection
from dataclasses import dataclass, field

from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber

from atlas.comparing.moments import Moment
from atlas.comparing.standing import standing, stood
from atlas.models import Attribute, AttributeValue, Platform, Publication

# Codes of the catalogue by which a document itself says that there is no such thing.
_ABSENT = {"none", "no", "never"}


@dataclass(frozen=True)
class Fact:
    """An approved value. If its publication ``has_ended``, neither value nor quote may be shown."""

    row: AttributeValue
    publication: Publication

    @property
    def has_ended(self) -> bool:
        return bool(self.publication.has_ended)  # type: ignore[attr-defined]

    @property
    def is_stale(self) -> bool:
        return bool(self.publication.is_stale)  # type: ignore[attr-defined]

    @property
    def is_absent(self) -> bool:
        """The document states that there is none, which is more than that we found none."""
        return self.row.attribute.kind == "choice" and self.row.value in _ABSENT


@dataclass
class Facts:
    """Of one platform and one attribute: the newest of ``total`` approved values."""

    rows: list[Fact] = field(default_factory=list)
    total: int = 0

    @property
    def differ(self) -> bool:
        """Its documents state different values, as far as analyses describe texts in force."""
        return len({fact.row.value for fact in self.rows if not fact.has_ended and not fact.is_stale}) > 1


@dataclass(frozen=True)
class Tally:
    """An attribute, and how many values of how many platforms are approved."""

    attribute: Attribute
    values: int
    platforms: int


def facts_of(
    moment: Moment, attributes: Collection[Attribute], platforms: Collection[Platform], *, most: int
) -> dict[tuple[int, str], Facts]:
    """By key of platform and attribute, at most ``most`` each. Three queries."""
    platform = "publication__provision__document__platform"
    group = [F(platform), F("attribute")]
    publications_of = stood(moment).filter(provision__document__platform__in=platforms).order_by().values("pk")
    values = AttributeValue.objects.filter(attribute__in=attributes, publication__in=publications_of)
    values = values.annotate(
        place=Window(RowNumber(), partition_by=group, order_by=[F("publication__published_at").desc(), F("pk").desc()]),
        total=Window(Count("pk"), partition_by=group),
    )
    rows = list(values.filter(place__lte=most).select_related("attribute").order_by("attribute", "place"))
    publications = (
        standing(moment)
        .select_related("provision__document__platform", "provision__document__collection")
        .prefetch_related("approvals")
        .in_bulk([row.publication_id for row in rows])
    )
    found: dict[tuple[int, str], Facts] = {}
    for row in rows:
        publication = publications[row.publication_id]
        facts = found.setdefault((publication.provision.document.platform_id, row.attribute_id), Facts())
        facts.rows.append(Fact(row, publication))
        facts.total = row.total
    return found


def tallies(moment: Moment) -> list[Tally]:
    """Every attribute with its numbers; of the past those with a value by then, since the catalogue keeps no dates."""
    platform = "publication__provision__document__platform"
    counted = (
        AttributeValue.objects.filter(publication__in=stood(moment).order_by().values("pk"))
        .order_by()
        .values_list("attribute")
        .annotate(values=Count("pk"), platforms=Count(platform, distinct=True))
    )
    numbers = {key: (values, platforms) for key, values, platforms in counted}
    return [
        Tally(attribute, *numbers.get(attribute.pk, (0, 0)))
        for attribute in Attribute.objects.select_related("topic").order_by("topic__name", "name")
        if attribute.pk in numbers or not (moment.is_past or attribute.is_retired)
    ]
