"""Changes over time: by month for a platform, one by one for a provision."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

WIDTH = 640
BARS_HEIGHT, LINE_HEIGHT = 120, 56
FLOOR = 22  # under the bars, for the years
LEAST_MONTHS = 12
NAMES_APART = 48  # years and months are named where there is room for it
MONTHS_NAMED = 18  # a time as short as that has its months named


@dataclass(frozen=True)
class Bar:
    month: datetime.date
    number: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Tick:
    """Where a year begins, or within a short time a month."""

    x: float
    name: str


@dataclass(frozen=True)
class Months:
    """Announced changes by month; ``bars`` are those with any, the oldest first."""

    bars: list[Bar]
    ticks: list[Tick]
    since: datetime.date
    until: datetime.date
    most: int
    total: int
    floor: int = BARS_HEIGHT - FLOOR
    width: int = WIDTH
    height: int = BARS_HEIGHT

    @property
    def latest_first(self) -> list[Bar]:
        return self.bars[::-1]


def by_month(numbers: Mapping[datetime.date, int], today: datetime.date) -> Months:
    """``numbers`` counts changes by the first day of the month. At least a year is drawn."""
    end = _month(today)
    start = min([*numbers, _after(end, 1 - LEAST_MONTHS)])
    months = _between(start, end) + 1
    step, most, floor = WIDTH / months, max(numbers.values(), default=0), BARS_HEIGHT - FLOOR
    bars = []
    for month, number in sorted(numbers.items()):
        height = max(2.0, (floor - 14) * number / most)
        x = step * _between(start, month)
        width = max(1.0, step * 0.8)
        bars.append(Bar(month, number, round(x, 1), round(floor - height, 1), round(width, 1), round(height, 1)))
    named = [_after(start, number) for number in range(1, months)]
    if months > MONTHS_NAMED:
        named = [month for month in named if month.month == 1]
    ticks = [Tick(round(step * _between(start, month), 1), _name(month)) for month in named]
    return Months(bars, _with_room(ticks), start, today, most, sum(numbers.values()))


@dataclass(frozen=True)
class Event:
    """A change of a provision, or its first capture. ``sort`` is "first", "substantive", "cosmetic" or "return"."""

    at: datetime.datetime
    sort: str
    words: str


@dataclass(frozen=True)
class Mark:
    x: float
    event: Event


@dataclass(frozen=True)
class Line:
    marks: list[Mark]
    ticks: list[Tick]
    since: datetime.datetime
    until: datetime.datetime
    width: int = WIDTH
    height: int = LINE_HEIGHT


def line(events: Sequence[Event], now: datetime.datetime) -> Line | None:
    """``events`` on a line from the first of them to ``now``; None if there is none."""
    if not events:
        return None
    ordered = sorted(events, key=lambda event: event.at)
    since = ordered[0].at
    span = max((now - since).total_seconds(), 1.0)

    def place(at: datetime.datetime) -> float:
        return round(8 + (WIDTH - 16) * min(max((at - since).total_seconds() / span, 0), 1), 1)

    starts = [datetime.datetime(year, 1, 1, tzinfo=now.tzinfo) for year in range(since.year + 1, now.year + 1)]
    ticks = _with_room([Tick(place(start), str(start.year)) for start in starts])
    return Line([Mark(place(event.at), event) for event in ordered], ticks, since, now)


def _with_room(ticks: Iterable[Tick]) -> list[Tick]:
    kept: list[Tick] = []
    for tick in ticks:
        if (not kept or tick.x - kept[-1].x >= NAMES_APART) and tick.x <= WIDTH - NAMES_APART:
            kept.append(tick)
    return kept


def _name(month: datetime.date) -> str:
    return str(month.year) if month.month == 1 else month.strftime("%b")


def _month(date: datetime.date) -> datetime.date:
    return date.replace(day=1)


def _between(start: datetime.date, end: datetime.date) -> int:
    return (end.year - start.year) * 12 + end.month - start.month


def _after(month: datetime.date, number: int) -> datetime.date:
    """The month so many months after ``month``, or before it."""
    year, index = divmod(month.year * 12 + month.month - 1 + number, 12)
    return datetime.date(year, index + 1, 1)
