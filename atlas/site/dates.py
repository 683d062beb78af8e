"""The four dates of a version, kept apart: two that its text states, with the words, and two of our own record."""

import datetime
from dataclasses import dataclass

from django.db.models import F, QuerySet
from django.db.models.functions import Substr
from django.utils import timezone
from django.utils.formats import date_format

from atlas.archive.texts.typography import without_marks
from atlas.models import Capture, DateKind, StatedDate, Version

# What is left of links, emphasis and tables where a quote begins or ends within them.
MARKS = str.maketrans("", "", "*_~`[]|")


@dataclass(frozen=True)
class Stated:
    """A date as the text states it. ``value`` is ISO 8601, without a day where the text names none.

    ``quote`` has the words that state it, without Markdown: marks that open outside of it would look like misprints.
    """

    value: str
    quote: str
    is_upcoming: bool

    @property
    def words(self) -> str:
        """14 March 2026, or March 2026."""
        return date_format(_first_day(self.value), "j F Y" if len(self.value) == 10 else "F Y")


@dataclass(frozen=True)
class VersionDates:
    """``first`` is the capture that found the version: when it was looked at, when and how that was recorded."""

    effective: Stated | None
    updated: Stated | None
    first: Capture | None


def dates_of(version: Version | int, first: Capture | None, *, today: datetime.date | None = None) -> VersionDates:
    """The dates of ``version``. One query, which reads only the quoted words of the text."""
    today = today or timezone.now().date()
    stated = {row.kind: stated_in(row, today) for row in quoted(StatedDate.objects.filter(version=version))}
    return VersionDates(stated.get(DateKind.EFFECTIVE), stated.get(DateKind.UPDATED), first)


def quoted(dates: QuerySet[StatedDate]) -> QuerySet[StatedDate]:
    """``dates`` each with ``words``, the ones that state it: of the text only these are read."""
    return dates.annotate(words=Substr("version__snapshot__text", F("start") + 1, F("end") - F("start")))


def stated_in(row: StatedDate, today: datetime.date) -> Stated:
    """``row`` of :func:`quoted` as readers are shown it."""
    words: str = getattr(row, "words")  # noqa: B009 - the plugin does not know what Substr adds
    return Stated(row.value, _unmarked(words), _first_day(row.value) > today)


def _first_day(value: str) -> datetime.date:
    return datetime.date.fromisoformat(value if len(value) == 10 else f"{value}-01")


def _unmarked(quote: str) -> str:
    return " ".join(" ".join(map(without_marks, quote.splitlines())).translate(MARKS).split())
