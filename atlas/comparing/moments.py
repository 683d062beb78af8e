"""The moment that a page of comparisons is about: now, or one that its address names."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?", re.ASCII)
EXAMPLES = "2026-11-26T12:00:00Z, or 2026-11-26 for the end of that day (UTC)"


class UnreadableMoment(ValueError):
    """A text is no moment in time as addresses write it."""


class MomentToCome(ValueError):
    """A moment that is not over yet: what stands then is not known."""


@dataclass(frozen=True)
class Moment:
    """``is_past`` if the address names it: such a page rests on rows that never change and nothing else."""

    at: datetime
    is_past: bool

    @property
    def code(self) -> str:
        """As an address writes it, to the microsecond where it has any: what stood on the page stands at its link."""
        return self.at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def read_moment(text: str, *, now: datetime) -> Moment:
    """The moment that ``text`` names; ``now``, if it names none. A date is the end of that day, times are UTC.

    Raises:
        UnreadableMoment: if it is neither a date nor a time.
        MomentToCome: if it is later than ``now``. Of today's date that is so until midnight.
    """
    if not text:
        return Moment(now, is_past=False)
    at = _end_of_day(text) if _DAY.fullmatch(text) else _time(text)
    if at > now:
        raise MomentToCome(f"{text} is not over yet.")
    return Moment(at, is_past=True)


def _end_of_day(text: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(text), time.min, UTC) + timedelta(days=1, microseconds=-1)
    except (ValueError, OverflowError):
        raise UnreadableMoment(f"{text!r} is no date like {EXAMPLES}.") from None


def _time(text: str) -> datetime:
    if not _TIME.fullmatch(text):
        raise UnreadableMoment(f"{text!r} is no moment like {EXAMPLES}.")
    try:
        at = datetime.fromisoformat(text)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise UnreadableMoment(f"{text!r} is no moment like {EXAMPLES}.") from None
