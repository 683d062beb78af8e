"""By when an edition should be decided.

| what | working days |
|---|---|
| readers see an analysis of another text of the provision, or exposure is high | 2 |
| somebody watches it, or a person asked for it | 5 |
| anything else | 10 |
| a noise rule matches the change | 20 |

Working days are Monday to Friday; a working day ends when UTC's does. People with the right move a date.
"""

from datetime import UTC, datetime, time, timedelta

from analysis.priorities import NOISE, WATCHED
from atlas.models import Exposure, Publication, Wording

URGENT, WATCHED_OR_ASKED, USUAL, NOISY = 2, 5, 10, 20
SATURDAY = 5


def due_at(wording: Wording, exposure_level: str, priority: int, *, opened: datetime) -> datetime:
    """The end of the last working day on which an edition about ``wording`` is in time. One query."""
    return end_of_day(opened, _working_days(wording, exposure_level, priority))


def _working_days(wording: Wording, exposure_level: str, priority: int) -> int:
    live = Publication.objects.live().filter(provision=wording.provision_id)
    if exposure_level == Exposure.HIGH or live.exclude(wording__folded_sha256=wording.folded_sha256).exists():
        return URGENT
    if priority <= NOISE:
        return NOISY
    return WATCHED_OR_ASKED if priority >= WATCHED else USUAL


def end_of_day(opened: datetime, working_days: int) -> datetime:
    """The end, in UTC, of the day that is ``working_days`` working days after ``opened``.

    >>> end_of_day(datetime(2026, 11, 27, 15, tzinfo=UTC), 2).isoformat()
    '2026-12-01T23:59:59+00:00'
    """
    day = opened.astimezone(UTC).date()
    while working_days:
        day += timedelta(days=1)
        working_days -= day.weekday() < SATURDAY
    return datetime.combine(day, time(23, 59, 59), UTC)


def in_words(due: datetime | None, now: datetime) -> str:
    """ "Overdue by 2 days", "Due today", "Due in 3 days"; empty without a date."""
    if due is None:
        return ""
    days = (due.astimezone(UTC).date() - now.astimezone(UTC).date()).days
    if due < now:
        return f"Overdue by {_days(-days)}" if days else "Overdue since today"
    return f"Due in {_days(days)}" if days > 1 else ("Due tomorrow" if days else "Due today")


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number} days"
