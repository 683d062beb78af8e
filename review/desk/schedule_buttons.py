"""Publishing later: when an approved text goes out, and its taking back."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from atlas.models import User
from review import actions
from review.desk.buttons import Pressed, Verbs
from review.desk.forms import DeskForm
from review.desk.token import Token
from review.models import Edition, State
from review.scheduling import in_words, refusal_of

MORNING = 9  # of the day that is proposed, UTC


def context(edition: Edition, by: User) -> dict[str, Any]:
    """What ``_schedule.html`` shows. One query for an edition that waits for its hour, none for others."""
    now = timezone.now()
    waits = edition.state == State.APPROVED and edition.publish_at is not None
    is_to_come = waits and edition.publish_at is not None and edition.publish_at > now
    return {
        "waits_for_hour": waits,
        "refusal": refusal_of(edition) if waits else "",
        "proposed_hour": edition.publish_at if is_to_come else _next_morning(now),
    }


def _next_morning(now: datetime) -> datetime:
    return (now + timedelta(days=1)).replace(hour=MORNING, minute=0, second=0, microsecond=0)


def _reschedule(edition: Edition, form: DeskForm, token: Token, by: User, pressed: Pressed) -> str:
    after = actions.reschedule(edition, by=by, lock_version=token.lock_version, publish_at=pressed.hour)
    assert after.publish_at is not None
    return f"Publishes {in_words(after.publish_at)}."


def _publish_now(edition: Edition, form: DeskForm, token: Token, by: User, pressed: Pressed) -> str:
    actions.publish_now(edition, by=by, lock_version=token.lock_version)
    return "Published."


VERBS: Verbs = {
    "reschedule": _reschedule,
    "publish_now": _publish_now,
}
