"""Counts and pages of the tabs, a constant number of queries however long the queue is."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, F, QuerySet, Value
from django.utils import timezone

from atlas.models import User
from review.queue.filters import Filters
from review.queue.lines import Row, for_lines
from review.queue.tabs import PLACES, TABS, Tab, placed

PAGE_SIZE = 25


def counts(by: User, others: Mapping[str, QuerySet[Any]] | None = None) -> dict[str, int]:
    """How many rows each tab has, and each of ``others``. One query; open editions are gone through once."""
    now = timezone.now()
    places = placed(now).order_by().annotate(tab=F("place")).values("tab")
    lists = {**{tab.key: tab.rows(by, now) for tab in TABS if tab.key not in PLACES}, **(others or {})}
    rest = [rows.order_by().annotate(tab=Value(key)).values("tab") for key, rows in lists.items()]
    counted = [rows.annotate(n=Count("*")).values_list("tab", "n") for rows in (places, *rest)]
    found = dict(counted[0].union(*counted[1:], all=True))
    return {key: found.get(key, 0) for key in (*(tab.key for tab in TABS), *lists)}


def page_of(tab: Tab, by: User, filters: Filters, number: int) -> tuple[list[Row], bool]:
    """The rows of page ``number`` (1 is the first), and whether there are more. Two queries.

    The keys first: PostgreSQL would join and count findings for the whole queue before it sorts.
    """
    start = (number - 1) * PAGE_SIZE
    rows = filters.narrow(tab.rows(by, timezone.now()), tab.prefix)
    keys = list(rows.values_list("pk", flat=True)[start : start + PAGE_SIZE + 1])
    found = {row.pk: row for row in for_lines(rows.model.objects.filter(pk__in=keys[:PAGE_SIZE]))}
    return [tab.line(found[key]) for key in keys[:PAGE_SIZE] if key in found], len(keys) > PAGE_SIZE
