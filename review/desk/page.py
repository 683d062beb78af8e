"""The desk: one edition on one page. Every button posts the whole form, so that nothing an editor typed is lost."""

from typing import Any

from django.contrib import admin, messages
from django.forms import Field
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from analysis.models import DraftJob, JobState
from atlas.models import User
from review.desk import buttons, comment_buttons, redraft_buttons, schedule_buttons
from review.desk.buttons import Pressed, Verbs, check_nothing_unsaved, is_changed
from review.desk.conflict import show_conflict
from review.desk.forms import DeskForm, initial_of
from review.desk.loading import HEAVY, load_edition, may_see
from review.desk.source import source_context
from review.desk.token import Token
from review.errors import NotAllowed, StaleEdition, guards_as_refusals
from review.models import Edition, Event, Finding, Severity
from review.policies import Case, load_case, obstacles

VERBS: Verbs = {**buttons.VERBS, **comment_buttons.VERBS, **redraft_buttons.VERBS, **schedule_buttons.VERBS}


def desk(request: HttpRequest, edition_id: int) -> HttpResponse:
    """Show the desk of an edition, or do what its button says."""
    by = may_see(request)
    edition = load_edition(edition_id)
    if request.method != "POST":
        assert edition.head is not None
        form = DeskForm(initial=initial_of(edition.head, edition.public_note), edition=edition)
        return show(request, edition, form, by)
    return act(request, edition, DeskForm(request.POST, edition=edition), by)


def act(request: HttpRequest, edition: Edition, form: DeskForm, by: User) -> HttpResponse:
    """Do what the pressed button says; on a refusal, show the page again with all that was typed."""
    verb, _, subject = request.POST.get("verb", "").partition(":")
    if not form.is_valid():
        return show(request, edition, form, by, ["Something in the form needs mending: see below."], status=400)
    if verb == "resume":
        return show(request, edition, form, by, ["Your text, not saved yet. Saving makes it the next revision."])
    try:
        token = Token.posted(request.POST)
        if verb not in VERBS:
            raise NotAllowed("That button is not known here.")
        if verb not in ("save", "claim", "release"):
            check_nothing_unsaved(edition, form, token)
        with guards_as_refusals():
            said = VERBS[verb](edition, form, token, by, Pressed(subject, request.POST))
    except StaleEdition as stale:
        return show_conflict(request, load_edition(edition.pk), form, stale)
    except NotAllowed as refused:
        return show(request, load_edition(edition.pk), form, by, list(refused.sentences), status=409)
    messages.success(request, said)
    if verb in ("claim", "release") and is_changed(edition, form):
        return show(request, load_edition(edition.pk), form, by)
    return HttpResponseRedirect(reverse("admin:review_edition_desk", args=[edition.pk]))


def show(
    request: HttpRequest,
    edition: Edition,
    form: DeskForm,
    by: User,
    problems: list[str] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    case = load_case(edition)
    if not edition.is_open:
        form.fields = {name: _read_only(field) for name, field in form.fields.items()}
    context = {
        **admin.site.each_context(request),
        "title": edition.provision.title,
        "is_nav_sidebar_enabled": False,
        "edition": edition,
        "form": form,
        "case": case,
        "token": Token.shown(edition),
        "problems": problems or [],
        "hindrances": obstacles(case, by),
        "approve_words": approve_words(case),
        "findings": grouped(case),
        "jobs": DraftJob.objects.filter(wording=edition.wording, state__in=[JobState.QUEUED, JobState.RUNNING]),
        "events": Event.objects.filter(edition_ref=edition.pk).order_by("-sequence"),
        "decisions": list(reversed(case.decisions)),
        "revisions": edition.revisions.select_related("author", "draft_run__job")
        .defer(*(f"draft_run__{column}" for column in HEAVY))
        .order_by("-number"),
        "now": timezone.now(),
        **source_context(edition),
        **comment_buttons.context(edition, by),
        **redraft_buttons.context(edition, by),
        **schedule_buttons.context(edition, by),
    }
    return TemplateResponse(request, "admin/review/desk.html", context, status=status)


def _read_only(field: Field) -> Field:
    field.disabled = True
    return field


def approve_words(case: Case) -> str:
    """What the button will do: "Approve and publish", "Approve (1 of 2)"."""
    count = len(case.approvals) + 1
    return (
        "Approve and publish" if count >= case.approvals_required else f"Approve ({count} of {case.approvals_required})"
    )


def grouped(case: Case) -> dict[str, list[tuple[Finding, Any]]]:
    """Findings by severity, each with its waiver or None."""
    return {
        severity: [(f, case.waivers.get(f.pk)) for f in case.findings if f.severity == severity]
        for severity in (Severity.BLOCKER.value, Severity.WARNING.value, Severity.PASS.value)
    }
