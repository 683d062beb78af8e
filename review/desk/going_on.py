"""From one desk to the next: after an approval, or past an edition that somebody else should read."""

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse

from atlas.models import User
from review import actions
from review.errors import NotAllowed
from review.models import Edition

MOST_SKIPPED = 200  # kept in the session; then the oldest come up again
_SKIPPED = "skipped_editions"


def skip(request: HttpRequest, edition: Edition) -> None:
    """Remember, until the queue was gone through, that ``edition`` was skipped."""
    skipped = [key for key in request.session.get(_SKIPPED, []) if key != edition.pk]
    request.session[_SKIPPED] = [*skipped, edition.pk][-MOST_SKIPPED:]


def next_desk(request: HttpRequest, by: User, after: Edition) -> str:
    """Claims the next edition but ``after`` and what was skipped; its address, or the queue's if there is none."""
    skipped: list[int] = request.session.get(_SKIPPED, [])
    try:
        edition = actions.claim_next(by=by, passed_over=[*skipped, after.pk])
    except NotAllowed as refused:
        messages.error(request, str(refused))
        return reverse("admin:review_edition_changelist")
    if edition is not None:
        return reverse("admin:review_edition_desk", args=[edition.pk])
    if skipped:
        request.session[_SKIPPED] = []
        messages.info(request, "That was the end of the queue. What you skipped comes up again from now on.")
    else:
        messages.info(request, "Nothing else waits that a colleague does not already hold.")
    return reverse("admin:review_edition_changelist")
