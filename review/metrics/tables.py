"""What a figure is made of: a table with its definition, and cells that link to the list that makes the number."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from review import queue
from review.metrics.period import Period

NOTHING = "\u2013"  # where there is nothing to divide by: no figure, and not the figure 0


@dataclass(frozen=True)
class Cell:
    """``words`` on the page, with the address of the list that makes them; in an export ``plain``, if it has any."""

    words: str
    address: str = ""
    plain: str | int | float | Decimal | None = None

    @property
    def exported(self) -> str:
        return self.words if self.plain is None else str(self.plain)


@dataclass(frozen=True)
class Table:
    """``definition`` says in a sentence what is counted; ``empty`` what it means that nothing was.

    ``is_long``: one row a day, shown on demand. ``totals`` are shown in any case.
    """

    key: str
    title: str
    definition: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    empty: str
    chart: SafeString | None = None
    is_long: bool = False
    totals: tuple[Cell, ...] = ()


def count(number: int, address: str = "") -> Cell:
    return Cell(f"{number:,}", address, number)


def share(part: int, whole: int) -> Cell:
    """``part`` of ``whole`` in per cent; nothing where there is no whole."""
    return Cell(f"{100 * part / whole:.0f} %", plain=round(part / whole, 4)) if whole else Cell(NOTHING, plain="")


def per(amount: Decimal | int | float, number: int, words: Callable[[float], str]) -> Cell:
    """``amount`` divided by ``number``."""
    return Cell(words(float(amount) / number), plain=round(float(amount) / number, 6)) if number else NONE


def mean(numbers: list[int]) -> Cell:
    return per(sum(numbers), len(numbers), lambda value: f"{value:.1f}")


def duration(seconds: float | None) -> Cell:
    """In the largest unit that leaves two figures or so; exported in hours."""
    if seconds is None:
        return NONE
    return Cell(in_words(timedelta(seconds=max(0.0, seconds))), plain=round(max(0.0, seconds) / 3600, 3))


def in_words(time: timedelta) -> str:
    """ "2.5 days", "7.0 hours", "12 minutes", "8 seconds"."""
    seconds = time.total_seconds()
    for unit, length in (("days", 86_400), ("hours", 3_600)):
        if seconds >= 1.5 * length:
            return f"{seconds / length:,.1f} {unit}"
    return f"{seconds / 60:.0f} minutes" if seconds >= 120 else f"{seconds:.0f} seconds"


def usd(amount: float) -> str:
    return f"{amount:,.4f} USD" if amount < 1 else f"{amount:,.2f} USD"


NONE = Cell(NOTHING, plain="")


def queue_list(key: str) -> str:
    """The address of a tab of the queue; empty, where it has no such tab."""
    is_there = any(tab.key == key for tab in queue.TABS)
    return f"{reverse('admin:review_edition_changelist')}?{urlencode({'tab': key})}" if is_there else ""


def decision_list(period: Period, kind: str, **asked: str | int) -> str:
    query: dict[str, str | int] = {"kind__exact": kind, "days": period.days, **asked}
    return f"{reverse('admin:review_decision_changelist')}?{urlencode(query)}"


def publication_list(period: Period, **asked: str | int) -> str:
    query: dict[str, str | int] = {"days": period.days, **asked}
    return f"{reverse('admin:atlas_publication_changelist')}?{urlencode(query)}"
