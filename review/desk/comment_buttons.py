"""Remarks on the text: written, answered, resolved."""

from typing import Any

from atlas.models import User
from review.desk.buttons import Verbs
from review.models import Edition


def context(edition: Edition, by: User) -> dict[str, Any]:
    """What ``_comments.html`` shows."""
    return {}


VERBS: Verbs = {}
