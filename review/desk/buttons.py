"""What each button of the desk does: the form is read, the verb called, and a sentence says what came of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from atlas.models import User
from review import actions, scheduling
from review.desk.forms import DeskForm
from review.desk.opened import seconds_since
from review.desk.token import Token, as_key
from review.errors import NotAllowed
from review.models import Edition, Finding, State


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

    @property
    def hour(self) -> datetime | None:
        """When it is to be published, as the form says."""
        return scheduling.read_hour(self.reason("publish_at"))


Verbs = dict[str, Callable[[Edition, DeskForm, Token, User, Pressed], str]]


def _save(edition: Edition, form: DeskForm, token: Token, by: User, pressed: Pressed) -> str:
    before = edition.head_id
    note = form.cleaned_data.get("public_note")
    revision = actions.revise(edition, form.content(), by=by, lock_version=token.lock_version, public_note=note)
    return f"Saved as revision {revision.number}." if revision.pk != before else "Saved; the text is the same."


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
        publish_at=scheduling.check_hour(pressed.hour) if pressed.subject == "later" else None,
        dwell_seconds=seconds_since(pressed.reason("opened"), edition, by),
    )
    if after.state == State.APPROVED and after.publish_at:
        return f"Approved; publishes {scheduling.in_words(after.publish_at)}."
    return "Approved and published." if after.state == State.PUBLISHED else "Approved; a second person has to approve."


def _claim(edition: Edition, form: DeskForm, token: Token, by: User, pressed: Pressed) -> str:
    actions.claim(edition, by=by)
    return "Yours for 15 minutes: colleagues see that you are at work."


def _release(edition: Edition, form: DeskForm, token: Token, by: User, pressed: Pressed) -> str:
    actions.release(edition, by=by)
    return "Released."


def _skip(edition: Edition, form: DeskForm, token: Token, by: User, pressed: Pressed) -> str:
    actions.release(edition, by=by)
    return f"Skipped {edition.provision.public_id}: it stays in the queue, undecided."


VERBS: Verbs = {
    "save": _save,
    "discard": _discard,
    "void": _void,
    "waive": _waive,
    "approve": _approve,
    "claim": _claim,
    "release": _release,
    "skip": _skip,
}
