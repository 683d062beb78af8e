"""The desk: one edition on one page. Every button posts the whole form, so that nothing an editor typed is lost."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.forms import Field
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from analysis.models import DraftJob, JobState
from atlas.archive.texts.wording_diff import diff_words
from atlas.models import FIVE_PARTS, PARTS, Attribute, AttributeValue, Jurisdiction, User
from atlas.templatetags.atlas_markup import obligations_cited_in
from review import actions
from review.desk_source import source_context
from review.errors import NotAllowed, ReviewError, StaleEdition
from review.forms import DeskForm, initial_of
from review.models import Edition, Event, Finding, Severity, State
from review.policies import Case, load_case, obstacles

HEAVY = [
    "raw_answer",
    "messages",
    "calls",
    "repairs",
    "blocks",
    "quote_spans",
    "analysis",
    "candidates",
    "parameters",
    "price",
    "software",
]


@dataclass(frozen=True)
class Token:
    """What the page showed when it was opened; every button posts it back."""

    lock_version: int
    revision_id: int
    content_sha256: str
    wording_id: int

    @classmethod
    def shown(cls, edition: Edition) -> "Token":
        assert edition.head is not None
        return cls(edition.lock_version, edition.head.pk, edition.head.content_sha256, edition.wording_id)

    @classmethod
    def posted(cls, post: Mapping[str, Any]) -> "Token":
        """Raises NotAllowed if the form was cut short."""
        try:
            numbers = [int(post[name]) for name in ("lock_version", "revision_id", "wording_id")]
            return cls(numbers[0], numbers[1], post["content_sha256"], numbers[2])
        except (KeyError, ValueError):
            raise NotAllowed("This form did not arrive whole. Open the edition again.") from None


def as_key(text: str) -> int:
    """The row key in ``text``; 0, which no row has, if it is none."""
    return int(text) if text.isdecimal() and len(text) < 19 else 0


def load_edition(edition_id: int) -> Edition:
    return get_object_or_404(
        Edition.objects.select_related(
            "provision__document__platform",
            "provision__current_wording",
            "wording",
            "head__author",
            "head__instructed_by",
            "head__draft_run__job",
            "claimed_by",
        ).defer(*(f"head__draft_run__{column}" for column in HEAVY)),
        pk=edition_id,
    )


def may_see(request: HttpRequest) -> User:
    """The person, if they may see the desk at all."""
    assert isinstance(request.user, User)
    if not request.user.has_perm("review.view_edition"):
        raise PermissionDenied
    return request.user


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
        said = VERBS[verb](edition, form, token, by, Pressed(subject, request.POST))
    except StaleEdition as stale:
        return show_conflict(request, load_edition(edition.pk), form, stale)
    except NotAllowed as refused:
        return show(request, load_edition(edition.pk), form, by, list(refused.sentences), status=409)
    messages.success(request, said)
    if verb in ("claim", "release") and is_changed(edition, form):
        return show(request, load_edition(edition.pk), form, by)
    return HttpResponseRedirect(reverse("admin:review_edition_desk", args=[edition.pk]))


def check_nothing_unsaved(edition: Edition, form: DeskForm, token: Token) -> None:
    """Raises NotAllowed where a button would drop what was typed. A stale form is the verb's own to refuse."""
    if token == Token.shown(edition) and is_changed(edition, form):
        raise NotAllowed("You changed the text and did not save it: save it as a revision first.")


def is_changed(edition: Edition, form: DeskForm) -> bool:
    assert edition.head is not None
    note = form.cleaned_data.get("public_note", edition.public_note)
    return form.content() != edition.head.content() or note.strip() != edition.public_note


@dataclass(frozen=True)
class Pressed:
    """The button's subject (``waive:17`` → 17) and the fields beside it."""

    subject: str
    post: Mapping[str, Any]

    def reason(self, name: str) -> str:
        return str(self.post.get(name, ""))


def _save(edition: Edition, form: DeskForm, token: Token, by: User, pressed: Pressed) -> str:
    before = edition.head_id
    note = form.cleaned_data.get("public_note")
    revision = actions.revise(edition, form.content(), by=by, lock_version=token.lock_version, public_note=note)
    return f"Saved as revision {revision.number}." if revision.pk != before else "Saved; the text is the same."


def _request_changes(edition: Edition, form: DeskForm, token: Token, by: User, pressed: Pressed) -> str:
    reason = pressed.reason("request_changes_reason")
    if pressed.post.get("mode") == "edit":
        actions.request_changes(edition, by=by, lock_version=token.lock_version, reason=reason, mode="edit")
        return "Changes requested; the text waits for an editor."
    actions.request_changes(edition, by=by, lock_version=token.lock_version, reason=reason)
    return "Changes requested; a new draft with your instructions is on its way."


def _discard(edition: Edition, form: DeskForm, token: Token, by: User, pressed: Pressed) -> str:
    actions.discard(edition, by=by, lock_version=token.lock_version, reason=pressed.reason("discard_reason"))
    return "Discarded. Its text and its history stay in the record."


def _void(edition: Edition, form: DeskForm, token: Token, by: User, pressed: Pressed) -> str:
    actions.void(edition, by=by, lock_version=token.lock_version, reason=pressed.reason("void_reason"))
    return "The approvals given so far no longer count."


def _waive(edition: Edition, form: DeskForm, token: Token, by: User, pressed: Pressed) -> str:
    findings = Finding.objects.select_related("revision__edition").filter(revision__edition=edition)
    finding = findings.filter(pk=as_key(pressed.subject)).first()
    if finding is None:
        raise NotAllowed("That finding is not of this edition.")
    reason = pressed.reason(f"waive_reason_{finding.pk}")
    actions.waive(finding, by=by, lock_version=token.lock_version, reason=reason)
    return "Waived in your name. This text now needs two approvals."


def _approve(edition: Edition, form: DeskForm, token: Token, by: User, pressed: Pressed) -> str:
    after = actions.approve(
        edition,
        by=by,
        lock_version=token.lock_version,
        revision_id=token.revision_id,
        content_sha256=token.content_sha256,
        wording_id=token.wording_id,
    )
    after.refresh_from_db(fields=["state"])  # it was published as another object of the same row
    return "Approved and published." if after.state == State.PUBLISHED else "Approved; a second person has to approve."


def _claim(edition: Edition, form: DeskForm, token: Token, by: User, pressed: Pressed) -> str:
    actions.claim(edition, by=by)
    return "Yours for 15 minutes: colleagues see that you are at work."


def _release(edition: Edition, form: DeskForm, token: Token, by: User, pressed: Pressed) -> str:
    actions.release(edition, by=by)
    return "Released."


def _ask_for_draft(edition: Edition, form: DeskForm, token: Token, by: User, pressed: Pressed) -> str:
    actions.ask_for_draft(edition.provision, by=by)
    return "A new draft is on its way; it arrives as a revision."


VERBS: dict[str, Callable[[Edition, DeskForm, Token, User, Pressed], str]] = {
    "save": _save,
    "request_changes": _request_changes,
    "discard": _discard,
    "void": _void,
    "waive": _waive,
    "approve": _approve,
    "claim": _claim,
    "release": _release,
    "ask_for_draft": _ask_for_draft,
}


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


def show_conflict(request: HttpRequest, edition: Edition, form: DeskForm, stale: ReviewError) -> HttpResponse:
    """Yours and theirs, nothing lost: go on with one of them."""
    assert edition.head is not None
    yours, theirs = form.content(), edition.head.content()
    labels = {"title": "Title", **{part.field: part.label for part in PARTS}}
    differences = [
        {"label": label, "yours": yours[name], "theirs": theirs[name], "diff": diff_words(theirs[name], yours[name])}
        for name, label in labels.items()
        if yours[name] != theirs[name]
    ]
    others = [name for name in ("exposure_level", "topics", "attributes") if yours[name] != theirs[name]]
    context = {
        **admin.site.each_context(request),
        "title": "This edition moved on",
        "is_nav_sidebar_enabled": False,
        "edition": edition,
        "form": form,
        "changes": stale.changes if isinstance(stale, StaleEdition) else [str(stale)],
        "differences": differences,
        "others": others,
        "token": Token.shown(edition),
    }
    return TemplateResponse(request, "admin/review/conflict.html", context, status=409)


def preview(request: HttpRequest, edition_id: int) -> HttpResponse:
    """The head revision with the readers' own template."""
    may_see(request)
    edition = load_edition(edition_id)
    head = edition.head
    assert head is not None
    attributes = Attribute.objects.in_bulk([str(item.get("attribute")) for item in head.attributes])
    facts = [
        AttributeValue(attribute=attributes[item["attribute"]], value=item["value"], quote=item.get("quote", ""))
        for item in head.attributes
        if item.get("attribute") in attributes
    ]
    context = {
        "edition": edition,
        "publication": head,
        "platform": edition.provision.document.platform,
        "document": edition.provision.document,
        "provision": edition.provision,
        "facts": facts,
        "five_parts": [(part, getattr(head, part.field)) for part in FIVE_PARTS],
        "obligations": obligations_cited_in(*(getattr(head, part.field) for part in PARTS)),
        "jurisdictions": dict(Jurisdiction.objects.values_list("key", "name")),
    }
    return render(request, "admin/review/preview.html", context)
