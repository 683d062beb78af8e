"""A year of looks at a document or platform, a column a week: when nobody looked, what was held, what changed."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

CELL, STEP = 10, 12
LEFT, TOP = 30, 18  # room for the names of days and months
WEEKS = 53
SIZES = ((1, 4), (3, 6), (10, 8))  # from so many announced changes on, a square of this width
WEEKDAYS = ((0, "Mon"), (2, "Wed"), (4, "Fri"))


@dataclass(frozen=True)
class Day:
    """What happened on a day: captures, how many of them were held or failed, and announced changes."""

    date: datetime.date
    looks: int
    bad: int = 0
    announced: int = 0


@dataclass(frozen=True)
class Square:
    """A day with announced changes: the more there are, the larger it is."""

    x: float
    y: float
    size: int
    day: Day


@dataclass(frozen=True)
class Label:
    x: int
    y: int
    text: str


@dataclass(frozen=True)
class Calendar:
    """``looked``, ``not_looked`` and ``bad`` are the data of SVG paths; ``told`` the days that a list names."""

    since: datetime.date
    until: datetime.date
    looked: str
    not_looked: str
    bad: str
    squares: list[Square]
    labels: list[Label]
    told: list[Day]
    days_looked: int
    days_bad: int
    announced: int
    width: int = LEFT + WEEKS * STEP
    height: int = TOP + 7 * STEP


def calendar(days: Iterable[Day], today: datetime.date) -> Calendar:
    """The 53 weeks that end with the week of ``today``. Days outside of them are left out."""
    monday = today - datetime.timedelta(days=today.weekday())
    since = monday - datetime.timedelta(weeks=WEEKS - 1)
    found = {day.date: day for day in days if since <= day.date <= today}
    every = [since + datetime.timedelta(days=number) for number in range((today - since).days + 1)]
    told = sorted((day for day in found.values() if day.bad or day.announced), key=lambda day: day.date, reverse=True)
    return Calendar(
        since=since,
        until=today,
        looked="".join(_box(*_corner(date, since)) for date in every if date in found),
        not_looked="".join(_dot(*_corner(date, since)) for date in every if date not in found),
        bad="".join(_cross(*_corner(day.date, since)) for day in told if day.bad),
        squares=[_square(day, *_corner(day.date, since)) for day in told if day.announced],
        labels=[*_weekdays(), *_months(every, since)],
        told=told,
        days_looked=len(found),
        days_bad=sum(day.bad > 0 for day in told),
        announced=sum(day.announced for day in told),
    )


def _corner(date: datetime.date, since: datetime.date) -> tuple[int, int]:
    week, weekday = divmod((date - since).days, 7)
    return LEFT + week * STEP, TOP + weekday * STEP


def _box(x: int, y: int) -> str:
    return f"M{x} {y}h{CELL}v{CELL}h-{CELL}z"


def _dot(x: int, y: int) -> str:
    return f"M{x + CELL // 2} {y + CELL // 2}h1v1h-1z"


def _cross(x: int, y: int) -> str:
    across = CELL - 2
    return f"M{x + 1} {y + 1}l{across} {across}M{x + 1 + across} {y + 1}l-{across} {across}"


def _square(day: Day, x: int, y: int) -> Square:
    size = max(width for least, width in SIZES if day.announced >= least)
    return Square(x + (CELL - size) / 2, y + (CELL - size) / 2, size, day)


def _weekdays() -> list[Label]:
    return [Label(0, TOP + place * STEP + CELL - 2, name) for place, name in WEEKDAYS]


def _months(every: Iterable[datetime.date], since: datetime.date) -> list[Label]:
    """Each month's name above the week of its first day."""
    firsts = [date for date in every if date.day == 1]
    return [Label(_corner(date, since)[0], TOP - 6, date.strftime("%b")) for date in firsts]
