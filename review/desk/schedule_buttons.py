"""Publishing later: when an approved text goes out, and its taking back."""

from typing import Any

from atlas.models import User
from review.desk.buttons import Verbs
from review.models import Edition


def context(edition: Edition, by: User) -> dict[str, Any]:
    """What ``_schedule.html`` shows."""
    return {}


VERBS: Verbs = {}
