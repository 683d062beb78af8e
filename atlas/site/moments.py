"""Pages with ``?at=``: what they are as of a moment, and the address that shows the same later."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from atlas.comparing.moments import EXAMPLES, Moment, MomentToCome, UnreadableMoment, read_moment
from atlas.comparing.standing import unchanged_since


def at_a_moment(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The view gets the ``Moment`` of ``?at=`` after the request; readers are told if it is none, or is to come."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            moment = read_moment(request.GET.get("at", "").strip(), now=timezone.now())
        except UnreadableMoment:
            return _refusal(request, 400)
        except MomentToCome:
            return _refusal(request, 404)
        return view(request, moment, *args, **kwargs)

    return answer


def _refusal(request: HttpRequest, status: int) -> HttpResponse:
    context = {"is_to_come": status == 404, "examples": EXAMPLES, "path": request.path}
    return render(request, "atlas/compare_moment.html", context, status=status)


def frame(
    moment: Moment, choice: Iterable[tuple[str, str]], *, shown: Iterable[tuple[str, str]] = ()
) -> dict[str, Any]:
    """What every page of comparisons says of its moment. ``choice`` is what the address asks for, ``shown`` what a
    link to this state has to name so that it shows just this. One query, of the past none."""
    choice = list(choice)
    state = moment if moment.is_past else unchanged_since(moment)
    past = [("at", moment.code)] if moment.is_past else []
    return {
        "moment": moment,
        "choice": choice,
        "state": state,
        "permalink": urlencode([*choice, *shown, ("at", state.code)]),
        "now_query": urlencode(choice),
        "csv_query": urlencode([*choice, *past, ("format", "csv")]),
        "at_query": f"&{urlencode(past)}" if past else "",
        "here": "compare",
    }
