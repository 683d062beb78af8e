"""What the buttons below the queue's list do to the rows that were chosen."""

from collections.abc import Callable, Sequence
from datetime import date
from urllib.parse import parse_qs, urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict

from atlas.models import User
from review import bulk
from review.admin.drafts import queue_url
from review.bulk import Noise, Outcome, Selected
from review.desk.loading import may_see
from review.desk.token import as_key
from review.errors import NotAllowed, ReviewError


def do_in_bulk(request: HttpRequest) -> HttpResponse:
    """Do what the button says to each chosen row, tell what came of it, and go back to the list."""
    by = may_see(request)
    try:
        act = ACTS.get(request.POST.get("act", ""))
        if act is None:
            raise NotAllowed("That button is not known here.")
        selected = bulk.read_selection(request.POST.getlist("row"))
        outcome, done = act(selected, request.POST, by)
    except ReviewError as refused:
        messages.error(request, str(refused))
    else:
        say = messages.warning if outcome.left else messages.success
        say(request, outcome.in_words(done))
    return HttpResponseRedirect(f"{queue_url()}?{_back(request.POST.get('back', ''))}")


def _back(query: str) -> str:
    """The list's own address, read anew: nothing else of what was posted gets into a header."""
    try:
        return urlencode(parse_qs(query, max_num_fields=20), doseq=True)
    except ValueError:
        return ""


Act = Callable[[Sequence[Selected], QueryDict, User], tuple[Outcome, str]]


def _claim(selected: Sequence[Selected], post: QueryDict, by: User) -> tuple[Outcome, str]:
    return bulk.claim_all(selected, by=by), "claimed"


def _assign(selected: Sequence[Selected], post: QueryDict, by: User) -> tuple[Outcome, str]:
    if post.get("to") == "nobody":
        return bulk.assign_all(selected, to=None, by=by), "assigned to nobody"
    to = User.objects.filter(pk=as_key(post.get("to", ""))).first()
    if to is None:
        raise NotAllowed("Choose whom to assign them to: nothing was done.")
    return bulk.assign_all(selected, to=to, by=by), f"assigned to {to.shown_name}"


def _set_due(selected: Sequence[Selected], post: QueryDict, by: User) -> tuple[Outcome, str]:
    day = _day(post.get("due", ""), "Say until when: nothing was done.")
    return bulk.set_due_all(selected, day=day, by=by), f"due by {day:%-d %B %Y}"


def _discard(selected: Sequence[Selected], post: QueryDict, by: User) -> tuple[Outcome, str]:
    phrase = post.get("phrase", "").strip()
    noise = Noise(phrase, _day(post.get("expires", ""), "Say until when the noise rule counts.")) if phrase else None
    return bulk.discard_all(selected, by=by, reason=post.get("reason", ""), noise=noise), "discarded"


def _day(text: str, otherwise: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotAllowed(otherwise) from None


ACTS: dict[str, Act] = {"claim": _claim, "assign": _assign, "set_due": _set_due, "discard": _discard}
