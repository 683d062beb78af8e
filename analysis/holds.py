"""What holds jobs back although they are due: a person's pause, a used-up budget, a model that cannot be asked.

A hold is a row, so that every worker on every machine sees it and a page can say why nothing happens. Jobs under a hold
stay queued and are charged nothing. A hold with an end lifts itself; one on a model is lifted by its first answer.
"""

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

import structlog
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import timezone

from analysis.models import Hold, HoldCause
from analysis.profiles import Profile
from atlas.models import User
from atlas.rooms import wake

logger = structlog.get_logger(__name__)

LOOK_AGAIN = timedelta(minutes=10)  # a key may have been mended, an account topped up
UNAVAILABLE = (HoldCause.CONFIG, HoldCause.QUOTA)  # a fall-back may be asked meanwhile; not so for a rate limit


@dataclass(frozen=True)
class Holds:
    """The holds that stand at one moment."""

    standing: tuple[Hold, ...]

    @classmethod
    def now(cls) -> "Holds":
        """One query."""
        return cls(tuple(Hold.objects.standing(timezone.now())))

    def of_everything(self) -> Hold | None:
        return next((hold for hold in self.standing if not hold.profile), None)

    def of(self, profile: Profile) -> Hold | None:
        return next((hold for hold in self.standing if hold.profile == profile.name), None)

    def choose(
        self, profiles: tuple[Profile, ...], first: int = 0, *, passing: Collection[str] = ()
    ) -> tuple[Profile | None, Hold | None]:
        """The first model from ``first`` on that may be asked; else None, with what it is that holds.

        One at its rate limit is waited for; one that is not set up, or whose account is empty, is passed over, and so
        are those named in ``passing``.
        """
        stopped = self.of_everything()
        if stopped is not None:
            return None, stopped
        for profile in profiles[min(first, len(profiles) - 1) :]:
            if profile.name in passing:
                continue
            hold = self.of(profile)
            if hold is None:
                return profile, None
            stopped = stopped or hold
            if hold.cause not in UNAVAILABLE:
                break
        return None, stopped


def hold(
    cause: HoldCause,
    words: str,
    *,
    profile: str = "",
    until: datetime.datetime | None = None,
    by: AbstractBaseUser | None = None,
) -> Hold:
    """Hold jobs back from now on; where the same cause holds already, say so anew and, if need be, for longer."""
    assert by is None or isinstance(by, User)
    held, is_new = Hold.objects.get_or_create(
        cause=cause,
        profile=profile,
        lifted_at=None,
        defaults={"words": words, "since": timezone.now(), "until": until, "set_by": by},
    )
    if is_new:
        logger.warning("drafting held", cause=cause, profile=profile, until=until and until.isoformat())
    elif held.until is not None and (until is None or until > held.until):
        held.words, held.until = words, until
        held.save(update_fields=["words", "until"])
    return held


def lift(held: Hold, *, by: AbstractBaseUser | None = None) -> None:
    """End a hold and wake a drain."""
    assert by is None or isinstance(by, User)
    Hold.objects.filter(pk=held.pk, lifted_at=None).update(lifted_at=timezone.now(), lifted_by=by)
    logger.info("drafting goes on", cause=held.cause, profile=held.profile)
    wake("jobs_queued")


def answered(profile: str) -> int:
    """``profile`` gave an answer: what was wrong with it is over. A rate limit ends by itself."""
    wrong = Hold.objects.filter(profile=profile, lifted_at=None, cause__in=UNAVAILABLE)
    return wrong.update(lifted_at=timezone.now())


def is_on_probation(profile: str) -> bool:
    """Whether a hold on ``profile`` ran out and no answer has come since: one job is tried before the rest."""
    return Hold.objects.filter(profile=profile, lifted_at=None, cause__in=UNAVAILABLE).exists()


def lift_ended() -> int:
    """Close the holds whose time is over, but for those that an answer has to prove wrong."""
    ended = Hold.objects.filter(lifted_at=None, until__lte=timezone.now())
    ended = ended.exclude(cause__in=UNAVAILABLE, profile__gt="")
    return ended.update(lifted_at=timezone.now())
