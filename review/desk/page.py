"""The desk: one edition on one page. Every button posts the whole form, so that nothing an editor typed is lost."""

from dataclasses import dataclass

from django.contrib import admin, messages
from django.forms import Field
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from analysis import priorities
from atlas.models import User
from review import autosaving, due_dates
from review.desk import (
    buttons,
    comment_buttons,
    deciding,
    draft,
    history,
    published,
    redraft_buttons,
    schedule_buttons,
    source,
    unsaved,
)
from review.desk.buttons import Pressed, Verbs, check_nothing_unsaved, is_changed
from review.desk.conflict import base_of, check_current, check_same_person, chosen, show_conflict
from review.desk.evidence import find_evidence
from review.desk.forms import DeskForm, initial_of
from review.desk.going_on import next_desk, skip
from review.desk.loading import aside_of, load_edition, may_see
from review.desk.published import live_publication
from review.desk.revisions import revisions_of
from review.desk.token import Token
from review.desk.typed import beside, beside_context, completed, missing_parts
from review.desk.unsaved import fields_of, taken_up
from review.errors import NotAllowed, StaleEdition, guards_as_refusals
from review.models import Edition
from review.policies import load_case

VERBS: Verbs = {
    **buttons.VERBS,
    **comment_buttons.VERBS,
    **redraft_buttons.VERBS,
    **schedule_buttons.VERBS,
    **unsaved.VERBS,
}
# Buttons that leave the text as it is, saved or not: the page comes back with what was typed.
KEEPS_TEXT = frozenset({"claim", "release", *comment_buttons.VERBS, *unsaved.VERBS})
NOT_SAVED_YET = "Your text, not saved yet. Saving makes it the next revision."


@dataclass(frozen=True)
class Carried:
    """What one page hands to the next.

    ``kept`` was written beside the text; ``token`` is what the form was opened with (None: it is opened now);
    ``writer`` is the page that keeps its unsaved text (empty: the one that posted it).
    """

    kept: dict[str, str]
    token: Token | None = None
    writer: str = ""


def desk(request: HttpRequest, edition_id: int) -> HttpResponse:
    """Show the desk of an edition, or do what its button says."""
    by = may_see(request)
    edition = load_edition(edition_id, by)
    if request.method != "POST":
        return show_as_it_stands(request, edition, by)
    return act(request, edition, DeskForm(chosen(request.POST), edition=edition), by)


def act(request: HttpRequest, edition: Edition, form: DeskForm, by: User) -> HttpResponse:
    """Do what the pressed button says; on a refusal, show again all that was typed, and do nothing."""
    verb, _, subject = request.POST.get("verb", "").partition(":")
    try:
        token = check_current(edition, request.POST)
    except StaleEdition as stale:
        return conflict(request, edition, form, stale.changes)
    form, problems = read_whole(form, edition)
    if problems:
        return refuse(request, edition, form, by, token, problems, 400)
    try:
        check_same_person(request.POST, by)
        if verb == "resume":
            return show(request, edition, form, by, [NOT_SAVED_YET])
        if verb == "continue_unsaved":
            return continue_unsaved(request, edition, form, token, by)
        check_verb(verb, edition, form, token)
        with guards_as_refusals():
            said = VERBS[verb](edition, form, token, by, Pressed(subject, request.POST))
    except StaleEdition as stale:
        return conflict(request, load_edition(edition.pk, by), form, stale.changes)
    except NotAllowed as refused:
        return refuse(request, load_edition(edition.pk, by), form, by, token, list(refused.sentences), 409)
    messages.success(request, said)
    kept = comment_buttons.unsent(request.POST, verb, subject)
    if verb in KEEPS_TEXT and is_changed(edition, form):
        return show(request, load_edition(edition.pk, by), form, by, carried=Carried(kept, token))
    autosaving.forget(edition, by=by, writer=request.POST.get("unsaved_page", ""), fields=fields_of(form, request.POST))
    if kept:
        return show_as_it_stands(request, load_edition(edition.pk, by), by, kept)
    return HttpResponseRedirect(address_after(request, edition, by, f"{verb}:{subject}"))


def address_after(request: HttpRequest, edition: Edition, by: User, pressed: str) -> str:
    """Where the button leads: back to this desk, or on to the next one in the queue."""
    if pressed == "skip:":
        skip(request, edition)
    if pressed in ("skip:", "approve:next"):
        return next_desk(request, by, edition)
    return reverse("admin:review_edition_desk", args=[edition.pk])


def check_verb(verb: str, edition: Edition, form: DeskForm, token: Token) -> None:
    if verb not in VERBS:
        raise NotAllowed("That button is not known here.")
    if verb != "save" and verb not in KEEPS_TEXT:
        check_nothing_unsaved(edition, form, token)


def read_whole(form: DeskForm, edition: Edition) -> tuple[DeskForm, list[str]]:
    """The form with every part, and what is wrong with it in sentences."""
    if missing := missing_parts(form):
        form = completed(form, edition)
        form.full_clean()
        return form, [f"This form did not arrive whole. What did not, is shown as it stands: {missing}."]
    return form, [] if form.is_valid() else ["Something in the form needs mending: see below."]


def refuse(
    request: HttpRequest, edition: Edition, form: DeskForm, by: User, token: Token, problems: list[str], status: int
) -> HttpResponse:
    """The page again with all that was typed, and why nothing was done.

    It keeps the token that was posted: had the edition moved on since, the next button says so.
    """
    carried = Carried(beside(request.POST), token)
    return show(request, edition, form, by, problems, status=status, carried=carried)


def conflict(request: HttpRequest, edition: Edition, form: DeskForm, changes: list[str]) -> HttpResponse:
    writer = request.POST.get("unsaved_page", "")
    return show_conflict(request, edition, form, changes, base=base_of(edition, request.POST), writer=writer)


def continue_unsaved(request: HttpRequest, edition: Edition, form: DeskForm, token: Token, by: User) -> HttpResponse:
    """Go on with what was typed and not saved; through the page of conflict, if the text moved on since."""
    text, form, writer = taken_up(edition, form, token, by)
    kept = {name: text for name, text in text.fields.items() if name not in form.fields}
    if text.base_id == edition.head_id and edition.is_open:
        return show(request, edition, form, by, [NOT_SAVED_YET], carried=Carried(kept, writer=writer))
    since = revisions_of(edition).filter(number__gt=text.base.number).order_by("number")
    changes = [f"{revision} by {revision.author_words} came." for revision in since]
    return show_conflict(request, edition, form, changes, base=text.base, writer=writer, kept=kept)


def show_as_it_stands(
    request: HttpRequest, edition: Edition, by: User, kept: dict[str, str] | None = None
) -> HttpResponse:
    assert edition.head is not None
    form = DeskForm(initial=initial_of(edition.head, edition.public_note), edition=edition)
    return show(request, edition, form, by, carried=Carried(kept or {}))


def show(
    request: HttpRequest,
    edition: Edition,
    form: DeskForm,
    by: User,
    problems: list[str] | None = None,
    *,
    status: int = 200,
    carried: Carried | None = None,
) -> HttpResponse:
    """The desk with ``form``, and beside it what the page before ``carried`` (None: what was posted)."""
    if form.is_bound and not edition.is_open:  # its desk has no form: the page of conflict shows the text
        return conflict(request, edition, form, problems or [])
    carried = carried or Carried(beside(request.POST))
    case = load_case(edition)
    if not edition.is_open:
        form.fields = {name: _read_only(field) for name, field in form.fields.items()}
    now = timezone.now()
    live, aside = live_publication(edition), aside_of(edition)
    evidence = find_evidence(draft.shown_content(edition, form), edition.wording.text, case.findings)
    context = {
        **admin.site.each_context(request),
        "title": edition.provision.title,
        "is_nav_sidebar_enabled": False,
        "edition": edition,
        "form": form,
        "case": case,
        "token": carried.token or Token.shown(edition),
        "problems": problems or [],
        "aside": aside,
        "now": now,
        "due_words": due_dates.in_words(edition.due_at, now),
        "priority_words": priorities.in_words(edition.priority),
        "findings": deciding.grouped(case),
        "cited": list(evidence.citations.values()),
        **source.context(edition, live, evidence.places),
        **draft.context(edition, form, case, live=live, aside=aside, evidence=evidence),
        **published.context(live),
        **history.context(edition, case),
        **deciding.context(edition, case, by, request.POST.get("opened", "")),
        **beside_context(carried.kept),
        **unsaved.context(edition, by, form, carried.writer or request.POST.get("unsaved_page", "")),
        **comment_buttons.context(edition, by, carried.kept),
        **redraft_buttons.context(edition, by),
        **schedule_buttons.context(edition, by),
    }
    return TemplateResponse(request, "admin/review/desk.html", context, status=status)


def _read_only(field: Field) -> Field:
    field.disabled = True
    return field
