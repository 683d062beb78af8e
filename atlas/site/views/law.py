"""The legal catalogue for readers: topics, instruments, and the provisions whose analyses cite them."""

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from atlas.models import AttributeValue, Collection, Instrument, Obligation, Provision, Publication, Topic
from atlas.site.coverage import sample_names
from atlas.site.paging import paged
from atlas.site.reading import read_all

# Enough to see how an obligation is met; the number beside them links to all.
SHOWN_PER_OBLIGATION = 5
SHOWN_VALUES = 100


def topics(request: HttpRequest) -> HttpResponse:
    held = Count("provisions", filter=Q(provisions__removed_at=None))
    rows = Topic.objects.filter(is_retired=False).only("key", "name").annotate(held=held).order_by("name")
    return render(request, "atlas/topics.html", {"topics": rows, "here": "topics"})


def topic(request: HttpRequest, key: str) -> HttpResponse:
    row = get_object_or_404(Topic, key=key)
    provisions = Provision.objects.in_force().filter(topics=row).for_lists()
    page = paged(request, provisions, ("document__platform__name", "document__name", "document_id", "ordinal", "pk"))
    values = _approved_values(row)
    platforms = [provision.document.platform for provision in page.rows]
    platforms += [value.publication.provision.document.platform for value in values]
    context = {
        "topic": row,
        "page": page,
        "readings": read_all(page.rows),
        "values": values,
        "collections": _collections_of(values),
        "obligations": row.obligations.filter(is_retired=False).select_related("instrument"),
        "sample_platforms": sample_names(platforms),
        "here": "topics",
    }
    return render(request, "atlas/topic.html", context)


def _approved_values(topic: Topic) -> QuerySet[AttributeValue]:
    """Coded facts of analyses that describe the text in force, newest first."""
    current = Publication.objects.current()
    rows = AttributeValue.objects.filter(attribute__topic=topic, publication__in=current)
    rows = rows.select_related(
        "attribute", "publication__provision__document__platform", "publication__provision__document__collection"
    )
    return rows.order_by("attribute__name", "publication__provision__document__platform__name")[:SHOWN_VALUES]


def _collections_of(values: Iterable[AttributeValue]) -> list[Collection]:
    """Where the quoted texts were imported from, each once."""
    named = {value.publication.provision.document.collection for value in values}
    return sorted((collection for collection in named if collection), key=lambda collection: collection.name)


def instruments(request: HttpRequest) -> HttpResponse:
    rows = Instrument.objects.filter(is_retired=False).select_related("jurisdiction")
    rows = rows.annotate(units=Count("obligations", filter=Q(obligations__is_retired=False)))
    citing = Publication.objects.live().values_list("cited__instrument").annotate(Count("pk", distinct=True)).order_by()
    context = {
        "instruments": rows.order_by("jurisdiction__name", "short_name"),
        "citing": dict(citing),
        "here": "law",
    }
    return render(request, "atlas/instruments.html", context)


@dataclass(frozen=True)
class CitedUnit:
    """An obligation as its instrument's page shows it: ``total`` live analyses cite it, the newest are at hand."""

    obligation: Obligation
    is_applicable: bool
    publications: list[Publication]
    total: int


def instrument(request: HttpRequest, key: str) -> HttpResponse:
    row = get_object_or_404(Instrument.objects.select_related("jurisdiction"), key=key)
    units = _units(row, today=timezone.now().date())
    platforms = [publication.provision.document.platform for unit in units for publication in unit.publications]
    context = {
        "instrument": row,
        "is_applicable": row.in_force_since <= timezone.now().date(),
        "units": [unit for unit in units if not unit.obligation.is_retired],
        "retired": [unit for unit in units if unit.obligation.is_retired],
        "sample_platforms": sample_names(platforms),
        "here": "law",
    }
    return render(request, "atlas/instrument.html", context)


def _units(instrument: Instrument, *, today: datetime.date) -> list[CitedUnit]:
    """The instrument's obligations in the catalogue, and retired ones that are still cited. Three queries."""
    live = Publication.objects.live().values("pk")
    links = Publication.cited.through.objects.filter(obligation__instrument=instrument, publication__in=live)
    newest = Window(RowNumber(), partition_by="obligation_id", order_by=F("publication_id").desc())
    total = Window(Count("pk"), partition_by="obligation_id")
    # The plugin loses annotations of an automatic through model.
    ranked = links.annotate(rank=newest, total=total).filter(rank__lte=SHOWN_PER_OBLIGATION)  # type: ignore[misc]
    columns = ranked.values_list("obligation_id", "publication_id", "total")  # type: ignore[misc]
    rows = list(columns.order_by("obligation_id", "rank"))  # type: ignore[misc]
    publications = Publication.objects.for_lists().in_bulk([publication for _, publication, _ in rows])
    citing: dict[str, list[Publication]] = {}
    totals: dict[str, int] = {}
    for obligation_key, publication_key, number in rows:
        citing.setdefault(obligation_key, []).append(publications[publication_key])
        totals[obligation_key] = number
    return [
        CitedUnit(obligation, obligation.applies_on(today), citing.get(obligation.pk, []), totals.get(obligation.pk, 0))
        for obligation in sorted(instrument.obligations.select_related("instrument"), key=_in_order)
        if not obligation.is_retired or obligation.pk in citing
    ]


def _in_order(obligation: Obligation) -> list[tuple[int, str]]:
    """Article 5 before Article 28, and paragraph 2 before paragraph 10."""
    return [(int(piece), "") if piece.isdigit() else (0, piece) for piece in re.split(r"(\d+)", obligation.pk)]
