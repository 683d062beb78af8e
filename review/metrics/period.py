"""The days that figures are about."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.utils import timezone

PERIODS = (7, 30, 90, 365)
USUAL = 30


def _start_of_today() -> datetime:
    return timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)


@dataclass(frozen=True)
class Period:
    """The last ``days`` days (UTC), today among them."""

    days: int = USUAL
    today: datetime = field(default_factory=_start_of_today)

    @property
    def start(self) -> datetime:
        return self.today - timedelta(days=self.days - 1)

    @property
    def dates(self) -> list[date]:
        """Each day, the first of them first."""
        return [(self.start + timedelta(days=number)).date() for number in range(self.days)]

    @classmethod
    def asked(cls, text: str) -> "Period":
        """Of the address's ``?days=``; what is none of the choices is the usual one."""
        return cls(int(text)) if text in {str(days) for days in PERIODS} else cls()
