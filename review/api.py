"""Re-analysis for programs: JSON over HTTP with a bearer token. Errors are problem details (RFC 9457).

Who may ask for drafts gets jobs; a reader's wish becomes a request that an editor answers.
"""

import json
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from analysis.models import DraftJob
from analysis.reanalysis import NothingChosen, Selection, plan, queue_all, queue_wordings
from atlas.models import Provision, UnknownIdentifier, User
from review import asking
from review.errors import ReviewError
from review.models import AnalysisRequest
from review.tokens import holder_of

MOST_PROVISIONS = 1_000
MOST_REQUESTS = 100  # told at once
LARGEST_BODY = 200_000  # bytes
View = Callable[..., HttpResponse]


class Problem(Exception):
    """An answer that is an error, with a sentence for whoever wrote the program."""

    def __init__(self, status: int, title: str, detail: str) -> None:
        self.status, self.title, self.detail = status, title, detail
        super().__init__(detail)

    def response(self) -> HttpResponse:
        body = {"type": "about:blank", "title": self.title, "status": self.status, "detail": self.detail}
        response = JsonResponse(body, status=self.status, content_type="application/problem+json")
        if self.status == 401:
            response.headers["WWW-Authenticate"] = 'Bearer realm="Atlas"'
        return response


def _storable(text: str) -> str:
    """``text``, if PostgreSQL can keep it: JSON may hold null bytes and halves of a character."""
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("null bytes and lone surrogates cannot be kept")
    return text


Text = Annotated[str, AfterValidator(_storable)]


class Limits(BaseModel):
    """The same limits as on the editors' page."""

    model_config = ConfigDict(extra="forbid")

    platform: Text = ""
    document: Text = ""
    topic: Text = ""
    exposure: Text = ""
    prompt: Text = ""
    model: Text = ""
    analysed: Text = ""


class Reanalysis(BaseModel):
    """What is asked for: provisions by their identifiers, or all that fit the limits."""

    model_config = ConfigDict(extra="forbid")

    provisions: list[Text] = Field(default_factory=list, max_length=MOST_PROVISIONS)
    limits: Limits = Field(default_factory=Limits)
    instructions: Text = Field(default="", max_length=10_000)
    dry_run: bool = False


def for_programs(*methods: str) -> Callable[[View], View]:
    """A view of the API: bearer token, no session and so no CSRF, errors as problem details, never cached."""

    def decorate(view: View) -> View:
        @csrf_exempt
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                if request.method not in methods:
                    raise Problem(405, "Method not allowed", f"This address takes {' or '.join(methods)}.")
                response = view(request, _person(request), *args, **kwargs)
            except Problem as problem:
                response = problem.response()
                if problem.status == 405:
                    response.headers["Allow"] = ", ".join(methods)
            except ReviewError as refused:
                response = Problem(403, "Not allowed", str(refused)).response()
            response.headers["Cache-Control"] = "no-store"
            return response

        return answer

    return decorate


def _person(request: HttpRequest) -> User:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    person = holder_of(key.strip()) if scheme.lower() == "bearer" and key.strip() else None
    if person is None:
        raise Problem(401, "Who are you?", "Send a valid key as “Authorization: Bearer …”.")
    return person


@for_programs("POST")
def reanalyses(request: HttpRequest, by: User) -> HttpResponse:
    """Ask for drafts. 202 with what was queued; with ``dry_run`` 200 with what it would take."""
    asked = _read(request)
    if not by.has_perm("review.request_analysis"):
        return _as_reader(asked, by)
    if asked.provisions and asked.limits != Limits():
        raise Problem(422, "Not understood", "Name provisions or give limits, not both.")
    if asked.provisions:
        return _named(asked, by)
    selection = Selection.read(asked.limits.model_dump())
    try:
        planned = plan(selection)
        queued = 0 if asked.dry_run else queue_all(selection, by=by, instructions=asked.instructions)
    except NothingChosen as nothing:
        raise Problem(422, "Nothing chosen", f"{nothing}, or name provisions.") from None
    body = {
        "wanted": planned.wanted,
        "waiting": planned.waiting,
        "queued": queued,
        "estimate": planned.estimate.in_words(),
    }
    return JsonResponse(body, status=200 if asked.dry_run else 202)


def _read(request: HttpRequest) -> Reanalysis:
    if request.content_type != "application/json":
        raise Problem(415, "Not JSON", "Send the body as application/json.")
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_BODY:
        raise Problem(413, "Too large", f"A body has at most {LARGEST_BODY:,} bytes.")
    try:
        return Reanalysis.model_validate(json.loads(request.body))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "body"
        raise Problem(422, "Not understood", f"{place}: {first['msg']}.") from None
    except (ValueError, RecursionError):
        raise Problem(400, "Not JSON", "The body is not JSON that can be read.") from None


def _named(asked: Reanalysis, by: User) -> HttpResponse:
    provisions = _provisions(asked.provisions)
    in_force = [row for row in provisions if row.current_wording_id is not None and row.removed_at is None]
    keys = [row.current_wording_id for row in in_force if row.current_wording_id is not None]
    queued = 0 if asked.dry_run else queue_wordings(keys, by=by, instructions=asked.instructions)
    gone = [row.public_id for row in provisions if row not in in_force]
    waiting = 0 if asked.dry_run else len(in_force) - queued
    body = {"wanted": len(provisions), "waiting": waiting, "queued": queued, "no_longer_in_force": gone}
    return JsonResponse(body, status=200 if asked.dry_run else 202)


def _as_reader(asked: Reanalysis, by: User) -> HttpResponse:
    """Each provision becomes a request; the reason is what the instructions say."""
    if not by.has_perm("review.add_analysisrequest"):
        raise Problem(403, "Not allowed", "This key's person may not ask for analyses.")
    if not asked.provisions or len(asked.provisions) > asking.MOST_A_DAY or asked.dry_run:
        raise Problem(422, "Not understood", f"Name 1 to {asking.MOST_A_DAY} provisions; a request is no dry run.")
    made, refused = [], {}
    for provision in _provisions(asked.provisions):
        try:
            made.append(asking.request_analysis(provision, by=by, reason=asked.instructions).pk)
        except ReviewError as why:
            refused[provision.public_id] = str(why)
    return JsonResponse({"requests": made, "refused": refused}, status=202 if made else 422)


def _provisions(public_ids: list[str]) -> list[Provision]:
    try:
        keys = [Provision.key_from(public_id) for public_id in dict.fromkeys(public_ids)]
    except UnknownIdentifier as error:
        raise Problem(422, "Not understood", f"{error}.") from None
    found = Provision.objects.in_bulk(keys)
    missing = [f"AT-P-{key:06d}" for key in keys if key not in found]
    if missing:
        raise Problem(404, "Not found", f"There is no provision {missing[0]}; nothing was queued.")
    return [found[key] for key in keys]


@for_programs("GET")
def reanalysis(request: HttpRequest, by: User, public_id: str) -> HttpResponse:
    """What became of the latest draft of a provision."""
    if not by.has_perm("analysis.view_draftjob"):
        raise Problem(403, "Not allowed", "This key's person may not see drafts.")
    (provision,) = _provisions([public_id])
    job = DraftJob.objects.filter(wording__provision=provision).order_by("-pk").first()
    if job is None:
        raise Problem(404, "Not found", f"Nobody has asked for a draft of {provision.public_id}.")
    body = {
        "provision": provision.public_id,
        "job": job.pk,
        "state": job.state,
        "asked_at": job.created_at.isoformat(),
        "finished_at": job.finished_at.isoformat() if job.finished_at else None,
        "error": job.last_error,
    }
    return JsonResponse(body)


@for_programs("GET")
def requests(request: HttpRequest, by: User) -> HttpResponse:
    """What the key's person has asked the editors for, newest first, with the answers."""
    rows = AnalysisRequest.objects.filter(asked_by=by).select_related("provision")[:MOST_REQUESTS]
    listed = [
        {
            "request": row.pk,
            "provision": row.provision.public_id,
            "asked_at": row.asked_at.isoformat(),
            "reason": row.reason,
            "ruling": row.ruling or "waiting",
            "answer": row.answer,
        }
        for row in rows
    ]
    return JsonResponse({"requests": listed})
