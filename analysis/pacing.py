"""How fast a model may be asked: two token buckets (requests, tokens) and a pause that all calls share."""

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

from analysis.profiles import Profile

CHARACTERS_A_TOKEN = 4.0  # of English prose with JSON; measured 4.7 for prose alone
MINUTE = 60.0


@dataclass
class Bucket:
    """Holds up to a minute's allowance, refilled steadily. ``per_minute`` 0: no limit."""

    per_minute: int
    clock: Callable[[], float] = monotonic
    level: float = field(init=False)
    filled_at: float = field(init=False)

    def __post_init__(self) -> None:
        self.level = float(self.per_minute)
        self.filled_at = self.clock()

    def seconds_until(self, amount: float) -> float:
        """How long to wait until ``amount`` may be taken; more than a minute's allowance waits for a full bucket."""
        if not self.per_minute:
            return 0.0
        self._fill()
        return max(min(amount, self.per_minute) - self.level, 0.0) * MINUTE / self.per_minute

    def take(self, amount: float) -> None:
        """What a call turned out to need besides may be taken too: the level then goes below zero."""
        if self.per_minute:
            self._fill()
            self.level -= amount

    def _fill(self) -> None:
        now = self.clock()
        self.level = min(float(self.per_minute), self.level + (now - self.filled_at) * self.per_minute / MINUTE)
        self.filled_at = now


class Pace:
    """The pace of one model in one process."""

    def __init__(self, profile: Profile, clock: Callable[[], float] = monotonic) -> None:
        self.clock = clock
        self.requests = Bucket(profile.requests_per_minute, clock)
        self.tokens = Bucket(profile.tokens_per_minute, clock)
        self.paused_until = 0.0

    def seconds_until(self, tokens: float) -> float:
        """How long a call of about ``tokens`` has to wait; 0: it may be made now."""
        return max(
            self.paused_until - self.clock(), self.requests.seconds_until(1), self.tokens.seconds_until(tokens), 0.0
        )

    def take(self, tokens: float) -> None:
        """A call of about ``tokens`` is being made."""
        self.requests.take(1)
        self.tokens.take(tokens)

    def pause(self, seconds: float) -> None:
        """The service asked for patience: no call before that."""
        self.paused_until = max(self.paused_until, self.clock() + seconds)


def estimate_tokens(characters: int) -> float:
    """About how many tokens a text of so many characters has."""
    return characters / CHARACTERS_A_TOKEN
