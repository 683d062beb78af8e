"""The page of one publication: its text, how it came about, and its end.

It is taken back in two steps: what readers will see, then the deed. A refusal shows the page with all that was typed.
"""

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from atlas.models import FIVE_PARTS, SUMMARY_PARTS, Publication, User
from review import actions
from review.ending import ENDING_REASONS, ENDINGS, check_can_end, set_ending
from review.errors import NotAllowed, ReviewError, guards_as_refusals
from review.models import DecisionKind, Edition, ReasonCode, Revision

_LISTED = ("title", "major", "minor", "published_at", "superseded_at", "withdrawn_at", "retracted_at", "provision_id")


@dataclass(frozen=True)
class Ending:
    """How a publication is to end, as the form says it. ``problems``: why it was refused."""

    kind: DecisionKind
    reason: str = ""
    reason_code: str = ""
    problems: tuple[str, ...] = ()

    @classmethod
    def posted(cls, post: Mapping[str, str], problems: tuple[str, ...] = ()) -> "Ending":
        kind = DecisionKind.RETRACT if post.get("verb") == "retract" else DecisionKind.WITHDRAW
        return cls(kind, post.get("reason", ""), post.get("reason_code", ""), problems)

    @property
    def past(self) -> str:
        return "retracted" if self.kind == DecisionKind.RETRACT else "withdrawn"


def load(publication_id: int) -> Publication:
    rows = Publication.objects.select_related(
        "provision__document__platform", "provision__current_wording", "wording", "version"
    )
    publication = rows.prefetch_related("approvals").filter(pk=publication_id).first()
    if publication is None:
        raise Http404
    return publication


def show(
    request: HttpRequest, publication: Publication, ending: Ending | None = None, *, status: int = 200
) -> HttpResponse:
    """With an ``ending``: what was typed for it, and why it was refused."""
    revision = Revision.objects.select_related("edition").filter(pk=publication.revision_id).first()
    others = publication.provision.publications.exclude(pk=publication.pk).order_by("-pk").only(*_LISTED)
    context = {
        **admin.site.each_context(request),
        "title": publication.title,
        "is_nav_sidebar_enabled": False,
        "publication": publication,
        "standing": standing_of(publication),
        "is_stale": Publication.objects.stale().filter(pk=publication.pk).exists(),
        "parts": [(part.label, getattr(publication, part.field)) for part in (*SUMMARY_PARTS, *FIVE_PARTS)],
        "revision": revision,
        "decisions": revision.edition.decisions.select_related("by", "revision").order_by("id") if revision else [],
        "others": [(other, standing_of(other)) for other in others],
        "open_edition": Edition.objects.open().filter(provision=publication.provision_id).first(),
        "endings": _offered(request, publication, ending),
        "reasons": [(code.value, code.label) for code in ENDING_REASONS],
        "problems": ending.problems if ending else (),
    }
    return TemplateResponse(request, "admin/review/publication.html", context, status=status)


def _offered(request: HttpRequest, publication: Publication, typed: Ending | None) -> list[Ending]:
    """The forms that the person may use, the typed one filled in."""
    possible = [kind for kind in ENDINGS if request.user.has_perm(ENDINGS[kind])]
    if publication.retracted_at:
        possible = []
    elif not publication.is_live:
        possible = [kind for kind in possible if kind == DecisionKind.RETRACT]
    return [typed if typed and typed.kind == kind else Ending(kind) for kind in possible]


def standing_of(publication: Publication) -> str:
    if publication.retracted_at:
        return "Retracted"
    if publication.withdrawn_at:
        return "Withdrawn"
    return "Superseded" if publication.superseded_at else "Live"


def correct(request: HttpRequest, publication_id: int) -> HttpResponse:
    """Open an edition by hand from the text that readers see."""
    assert isinstance(request.user, User)
    publication = load(publication_id)
    try:
        with guards_as_refusals():
            edition = actions.open_edition(publication.provision, by=request.user)
    except ReviewError as refused:
        messages.error(request, str(refused))
        return HttpResponseRedirect(reverse("admin:atlas_publication_change", args=[publication_id]))
    messages.info(request, "It begins with the text that readers see. Mend it, and save it as a revision.")
    return HttpResponseRedirect(reverse("admin:review_edition_desk", args=[edition.pk]))


def end_publication(request: HttpRequest, publication_id: int) -> HttpResponse:
    """Show what readers will see, or, once that is confirmed, withdraw or retract."""
    assert isinstance(request.user, User)
    publication, ending = load(publication_id), Ending.posted(request.POST)
    step = request.POST.get("step")
    if step == "change":
        return show(request, publication, ending)
    try:
        if step != "confirm":
            return _preview(request, publication, ending, by=request.user)
        verb = actions.retract if ending.kind == DecisionKind.RETRACT else actions.withdraw
        with guards_as_refusals():
            verb(publication, by=request.user, reason=ending.reason, reason_code=ending.reason_code)
    except NotAllowed as refused:
        refusal = Ending.posted(request.POST, refused.sentences)
        status = 409 if request.user.has_perm(ENDINGS[ending.kind]) else 403
        return show(request, publication, refusal, status=status)
    messages.success(request, f"{publication.public_id} is {ending.past}.")
    return HttpResponseRedirect(reverse("admin:atlas_publication_change", args=[publication_id]))


def _preview(request: HttpRequest, publication: Publication, ending: Ending, *, by: User) -> HttpResponse:
    note = check_can_end(publication, ending.kind, by=by, reason=ending.reason, reason_code=ending.reason_code)
    ended = copy(publication)
    set_ending(ended, ending.kind, note, timezone.now())
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": f"What readers will see of {publication.public_id}",
        "is_nav_sidebar_enabled": False,
        "publication": publication,
        "ended": ended,
        "ending": ending,
        "reason_label": ReasonCode(ending.reason_code).label,
    }
    return TemplateResponse(request, "admin/review/ending.html", context)
