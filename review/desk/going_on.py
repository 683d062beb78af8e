"""From one desk to the next: after an approval, or past an edition that somebody else should read."""

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse

from atlas.models import User
from review import actions
from review.errors import NotAllowed

MOST_SKIPPED = 200  # kept in the session; then the oldest come up again
_SKIPPED = "skipped_editions"


def next_desk(request: HttpRequest, by: User, *, skipped: int | None = None) -> str:
    """Claims the next edition that ``by`` has not ``skipped`` since logging in; its address, or the queue's."""
    passed_over: list[int] = request.session.get(_SKIPPED, [])
    if skipped is not None:
        passed_over = [*(key for key in passed_over if key != skipped), skipped][-MOST_SKIPPED:]
        request.session[_SKIPPED] = passed_over
    try:
        edition = actions.claim_next(by=by, passed_over=passed_over)
    except NotAllowed as refused:
        messages.error(request, str(refused))
        return reverse("admin:review_edition_changelist")
    if edition is not None:
        return reverse("admin:review_edition_desk", args=[edition.pk])
    if passed_over:
        request.session[_SKIPPED] = []
        messages.info(request, "That was the end of the queue. What you skipped comes up again from now on.")
    else:
        messages.info(request, "Nothing else waits that a colleague does not already hold.")
    return reverse("admin:review_edition_changelist")
