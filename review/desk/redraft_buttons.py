"""Sending a text back: to the drafter with instructions, or to a person; and taking over what came back late."""

from typing import Any

from django.db.models import Q

from analysis.models import DraftJob, JobState
from analysis.queue import OPEN, PARTS_TO_REDO, retry
from atlas.models import User
from review import actions
from review.desk.buttons import Pressed, Verbs
from review.desk.forms import DeskForm
from review.desk.token import Token, as_key
from review.errors import NotAllowed
from review.models import PART_LABELS, Edition, ReasonCode, Revision, Snippet, State
from review.policies import check_permission
from review.redrafting import RedraftMode

# Exposure is rated with the part that it stands beside.
LABELS = {"governance_exposure": "Governance exposure, with its level"}


def context(edition: Edition, by: User) -> dict[str, Any]:
    """What ``_request_changes.html`` and ``_drafting.html`` show. One query, or two where snippets are offered."""
    may_send_back = edition.state == State.IN_REVIEW and by.has_perm("review.approve_edition")
    jobs = (
        DraftJob.objects.select_related("requested_by").filter(wording=edition.wording_id).order_by("-pk")[:1]
        if edition.is_open
        else []
    )
    latest = next(iter(jobs), None)
    return {
        "parts_to_redo": [(part, LABELS.get(part, PART_LABELS[part])) for part in PARTS_TO_REDO],
        "reason_codes": [choice for choice in ReasonCode.choices if choice[0] not in _OF_DISCARDING],
        "snippets": Snippet.objects.filter(Q(owner=by) | Q(owner=None)) if may_send_back else [],
        "drafting": latest if latest and latest.state in OPEN else None,
        "draft_failed": latest if latest and _failed_since(edition, latest) else None,
    }


_OF_DISCARDING = {ReasonCode.NOT_MATERIAL.value, ReasonCode.DUPLICATE.value}


def _failed_since(edition: Edition, job: DraftJob) -> bool:
    """Whether the draft failed and nobody has written another text since."""
    assert edition.head is not None
    is_news = job.finished_at is None or job.finished_at > edition.head.created_at
    return job.state == JobState.FAILED and is_news


def _request_changes(edition: Edition, form: DeskForm, token: Token, by: User, pressed: Pressed) -> str:
    mode: RedraftMode = "edit" if pressed.post.get("mode") == "edit" else "redraft"
    actions.request_changes(
        edition,
        by=by,
        lock_version=token.lock_version,
        reason=_instructions(pressed, by),
        mode=mode,
        parts=_parts(pressed) if mode == "redraft" else (),
        reason_code=str(pressed.post.get("reason_code") or ReasonCode.OTHER),
    )
    if mode == "edit":
        return "Changes requested; the text waits for an editor."
    return "Changes requested; a new draft with your instructions is on its way."


def _instructions(pressed: Pressed, by: User) -> str:
    """What was written, after the snippet that was chosen; the page's script puts a snippet into the text itself."""
    written = pressed.reason("request_changes_reason")
    chosen = Snippet.objects.filter(Q(owner=by) | Q(owner=None), pk=as_key(str(pressed.post.get("snippet", ""))))
    snippet = chosen.first()
    if snippet is None or snippet.text in written:
        return written
    return f"{snippet.text}\n{written}".strip()


def _parts(pressed: Pressed) -> list[str]:
    getlist = getattr(pressed.post, "getlist", None)
    return list(getlist("redo")) if getlist else []


def _ask_for_draft(edition: Edition, form: DeskForm, token: Token, by: User, pressed: Pressed) -> str:
    actions.ask_for_draft(edition.provision, by=by)
    return "A new draft is on its way; it arrives as a revision."


def _retry_draft(edition: Edition, form: DeskForm, token: Token, by: User, pressed: Pressed) -> str:
    check_permission(by, "review.request_analysis", "ask for a draft")
    failed = DraftJob.objects.filter(pk=as_key(pressed.subject), wording=edition.wording_id, state=JobState.FAILED)
    if not retry(failed):
        raise NotAllowed("That draft has been tried again already, or another is on its way.")
    return "It is being tried again."


def _use_revision(edition: Edition, form: DeskForm, token: Token, by: User, pressed: Pressed) -> str:
    revision = Revision.objects.select_related("edition").filter(pk=as_key(pressed.subject), edition=edition).first()
    if revision is None:
        raise NotAllowed("That is no revision of this edition.")
    used = actions.use_revision(revision, by=by, lock_version=token.lock_version)
    return f"Revision {revision.number} is the text now, as revision {used.number}."


VERBS: Verbs = {
    "request_changes": _request_changes,
    "ask_for_draft": _ask_for_draft,
    "retry_draft": _retry_draft,
    "use_revision": _use_revision,
}
