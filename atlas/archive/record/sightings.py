"""What goes into the write path and what comes out of it."""

from dataclasses import dataclass
from datetime import datetime

from atlas.models import Capture, Change, Collection, Significance


@dataclass(frozen=True, slots=True)
class Sighting:
    """What was seen when. ``upgrade``: the text differs because our extraction changed, not the platform.

    ``confirmed_at`` and ``reasons``: the text was held at first; when and why it is recorded after all.
    """

    text: str
    captured_at: datetime
    upgrade: bool = False
    collection: Collection | None = None
    source_ref: str = ""
    is_backfill: bool = False
    confirmed_at: datetime | None = None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a sighting became. ``confirmed``: what a text held before it became, because this sighting confirmed it."""

    capture: Capture
    is_new_version: bool = False
    new_provisions: int = 0
    changes: tuple[Change, ...] = ()
    confirmed: "Recorded | None" = None

    @property
    def is_announced(self) -> bool:
        """Readers and drafters are to hear of it."""
        return any(
            change.significance == Significance.SUBSTANTIVE and not change.is_return and not change.is_backfill
            for change in self.changes
        ) or (self.confirmed is not None and self.confirmed.is_announced)
