"""Search: a question, what it is narrowed to, and the hits of one kind with the words around them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from atlas.choices import choices_of
from atlas.markup import without_marks
from atlas.models import PARTS, Exposure, Instrument, Jurisdiction, Platform, Provision, Publication, Topic, Wording
from atlas.search import (
    BEST_OF,
    COUNTED,
    KINDS,
    Kind,
    Narrowing,
    Question,
    Snippet,
    Unanswerable,
    best,
    find,
    in_time,
    read_question,
    snippets,
)
from atlas.site.coverage import sample_names
from atlas.site.lookup import parameter, wanted_choice, wanted_platform, wanted_topic
from atlas.site.paging import paged

BEST_SHOWN = 25
ORDERS = {"best": "Best match first", "newest": "Newest first"}


@dataclass(frozen=True)
class Hit:
    """One line: the provision it is of, the text it was found in, and the live analysis if that was found."""

    provision: Provision
    wording: Wording
    publication: Publication | None
    snippet: Snippet


def search(request: HttpRequest) -> HttpResponse:
    narrowing = _narrowing(request)
    kind = KINDS[wanted_choice(request, "kind", list(KINDS)) or "provisions"]
    order = wanted_choice(request, "order", list(ORDERS)) or "best"
    typed = parameter(request, "q")
    context: dict[str, Any] = {
        "typed": typed,
        "kind": kind,
        "order": order,
        "orders": ORDERS,
        "narrowing": narrowing,
        "choices": _choices(),
        "exposures": Exposure.choices,
        "counted": COUNTED,
        "best_of": BEST_OF,
        "here": "search",
    }
    if typed:
        try:
            question = read_question(typed)
            with in_time():
                context |= _answer(request, question, kind, narrowing, is_best=order == "best")
        except Unanswerable as problem:
            context["problem"] = str(problem)
    return render(request, "atlas/search.html", context)


def _answer(
    request: HttpRequest, question: Question, kind: Kind, narrowing: Narrowing, *, is_best: bool
) -> dict[str, Any]:
    found = {each.key: find(question, each, narrowing) for each in KINDS.values()}
    chosen = found[kind.key]
    if is_best:
        rows, next_query = list(_for_hits(best(question, chosen, BEST_SHOWN), kind)), ""
    else:
        page = paged(request, _for_hits(chosen.rows, kind), (kind.order,), total=chosen.total)
        rows, next_query = page.rows, page.next_query
    hits = _hits(question, kind, rows)
    return {
        "hits": hits,
        "tabs": [(each.kind, each.total, _address(request, kind=each.kind.key)) for each in found.values()],
        "total": chosen.total,
        "next_query": next_query,
        "newest_first": _address(request, order="newest"),
        "sample_platforms": sample_names(hit.provision.document.platform for hit in hits),
    }


def _for_hits(rows: Any, kind: Kind) -> Any:
    """With what a line shows, in the same query."""
    if kind.key == "provisions":
        return rows.select_related("document__platform", "current_wording__first_capture")
    if kind.key == "analyses":
        return rows.select_related("provision__document__platform", "wording").with_cuts()
    return rows.select_related("provision__document__platform", "first_capture__version")


def _hits(question: Question, kind: Kind, rows: list[Any]) -> list[Hit]:
    if kind.key == "provisions":
        lines = [(row, row.current_wording, None, row.current_wording.text) for row in rows]
    elif kind.key == "analyses":
        lines = [(row.provision, row.wording, row, _whole(row)) for row in rows]
    else:
        lines = [(row.provision, row, None, row.text) for row in rows]
    cut = snippets(question, [text for *_, text in lines])
    return [Hit(*line[:3], snippet) for line, snippet in zip(lines, cut, strict=True)]


def _whole(publication: Publication) -> str:
    return "\n".join(without_marks(getattr(publication, part.field)) for part in PARTS)


def _narrowing(request: HttpRequest) -> Narrowing:
    instrument, jurisdiction = parameter(request, "instrument"), parameter(request, "jurisdiction")
    return Narrowing(
        platform=wanted_platform(request),
        topic=wanted_topic(request),
        exposure=wanted_choice(request, "exposure", list(Exposure.values)),
        instrument=get_object_or_404(Instrument, pk=instrument) if instrument else None,
        jurisdiction=get_object_or_404(Jurisdiction, pk=jurisdiction) if jurisdiction else None,
        since=_day(request, "since"),
        until=_day(request, "until"),
        only_stale=wanted_choice(request, "stale", ["yes"]) == "yes",
    )


def _day(request: HttpRequest, name: str) -> date | None:
    try:
        day = date.fromisoformat(parameter(request, name) or "0001-01-01")
    except ValueError:
        raise Http404(f"{name} is a day like 2026-05-31") from None
    return None if day == date.min or day == date.max else day


def _choices() -> dict[str, list[tuple[str, str]]]:
    """What can be chosen for each filter: value and name. One query."""
    cited = Jurisdiction.objects.filter(instruments__is_retired=False).distinct()
    return choices_of(
        {
            "platform": (Platform.objects.all(), "slug", "name"),
            "topic": (Topic.objects.filter(is_retired=False), "key", "name"),
            "instrument": (Instrument.objects.filter(is_retired=False), "key", "short_name"),
            "jurisdiction": (cited, "key", "name"),
        }
    )


def _address(request: HttpRequest, **changes: str) -> str:
    """This search with something else, from its first page."""
    query = request.GET.copy()
    query.pop("after", None)
    for name, value in changes.items():
        query[name] = value
    return f"?{query.urlencode()}"
