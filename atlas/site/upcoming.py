"""On which day texts say that they take effect: what is ahead, and what lately took effect. Dates that texts state."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.utils import timezone

from atlas.models import DateKind, StatedDate, Version
from atlas.site.coverage import good_captures
from atlas.site.dates import Stated, quoted, stated_in

RECENT = datetime.timedelta(days=90)


@dataclass(frozen=True)
class Announcement:
    """A version that stands, with the date on which its text says that it takes effect."""

    version: Version
    stated: Stated
    days: int | None  # until then; None where the text names no day, or the day is past


def taking_effect(today: datetime.date) -> QuerySet[StatedDate]:
    """Effective dates after ``today``. ISO dates sort as texts, also those without a day."""
    return _effective().filter(value__gt=today.isoformat())


def recently_in_effect(today: datetime.date) -> QuerySet[StatedDate]:
    """Effective dates within :data:`RECENT` up to ``today``."""
    return _effective().filter(value__lte=today.isoformat(), value__gte=(today - RECENT).isoformat())


def announced(dates: Iterable[StatedDate], today: datetime.date) -> list[Announcement]:
    """``dates`` in words. Makes no query."""
    return [_announcement(row, today) for row in dates]


def next_to_take_effect(number: int) -> list[Announcement]:
    """The next ``number`` dates ahead. One query."""
    today = timezone.now().date()
    return announced(taking_effect(today).order_by("value", "pk")[:number], today)


def _announcement(row: StatedDate, today: datetime.date) -> Announcement:
    stated = stated_in(row, today)
    names_a_day = len(row.value) == len("2026-03-14")
    days = (datetime.date.fromisoformat(row.value) - today).days if stated.is_upcoming and names_a_day else None
    return Announcement(row.version, stated, days)


def _effective() -> QuerySet[StatedDate]:
    """Of the texts that stand now: what a text said that another took the place of does not take effect."""
    stands = good_captures().filter(document=OuterRef("version__document")).order_by("-sequence").values("version")
    rows = quoted(StatedDate.objects.filter(kind=DateKind.EFFECTIVE).alias(stands=Subquery(stands[:1])))
    return rows.filter(version=F("stands")).select_related("version__document__platform")
