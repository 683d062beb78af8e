"""Remarks on a text: made, answered, resolved. They leave open forms as they are; a blocking one stops approval.

The edition is locked, as for an approval: a blocking remark comes before it, or is told that the edition is closed.
"""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from atlas.models import PARTS, User
from review.anchoring import find_quote, surroundings
from review.errors import NotAllowed
from review.models import Comment, Edition, Revision
from review.moves import lock_edition, record
from review.policies import check_open, check_permission

MAX_BODY = 5_000
MAX_QUOTE = 2_000
COMMENTED_PARTS = {"title": "Title", **{part.field: part.label for part in PARTS}}


@dataclass(frozen=True)
class Anchor:
    """The words of a part that a remark is about, and what stands round them. All empty: the whole text."""

    part: str = ""
    quote: str = ""
    prefix: str = ""
    suffix: str = ""


WHOLE_TEXT = Anchor()


@transaction.atomic
def comment(
    edition: Edition,
    body: str,
    *,
    by: User,
    revision: Revision,
    anchor: Anchor = WHOLE_TEXT,
    typed: str = "",
    is_blocking: bool = False,
) -> Comment:
    """Remark on ``revision``, or on words of it. They may also be of ``typed``, what the part says unsaved."""
    check_permission(by, "review.add_comment", "comment")
    body = _check_body(body)
    anchor = _check_anchor(anchor, revision, typed)
    edition = lock_edition(edition, lock_version=None)
    check_open(edition)
    made = Comment.objects.create(
        edition=edition,
        revision=revision,
        part=anchor.part,
        quote=anchor.quote,
        prefix=anchor.prefix,
        suffix=anchor.suffix,
        body=body,
        is_blocking=is_blocking,
        by=by,
    )
    record(edition, "comment", by=by, revision=revision, comment=made.pk, is_blocking=is_blocking)
    return made


@transaction.atomic
def reply(to: Comment, body: str, *, by: User, revision: Revision) -> Comment:
    """Answer in the thread of ``to``, as long as it is open."""
    check_permission(by, "review.add_comment", "comment")
    body = _check_body(body)
    edition = lock_edition(to.edition, lock_version=None)
    check_open(edition)
    thread = Comment.objects.get(pk=to.reply_to_id or to.pk)
    if thread.resolved_at:
        raise NotAllowed("That comment is resolved: make a new one.")
    made = Comment.objects.create(edition=edition, revision=revision, reply_to=thread, body=body, by=by)
    record(edition, "comment", by=by, revision=revision, comment=made.pk, reply_to=thread.pk)
    return made


@transaction.atomic
def resolve(thread: Comment, *, by: User) -> None:
    """Settle a thread, once and for all. A blocking one: who made it, or who may approve."""
    check_permission(by, "review.add_comment", "resolve comments")
    edition = lock_edition(thread.edition, lock_version=None)
    check_open(edition)
    thread = Comment.objects.get(pk=thread.pk)
    if thread.reply_to_id:
        raise NotAllowed("An answer is resolved with its thread.")
    if thread.resolved_at:
        raise NotAllowed("That comment has been resolved already.")
    if thread.is_blocking and thread.by_id != by.pk and not by.has_perm("review.approve_edition"):
        raise NotAllowed("This comment blocks approval: who made it, or a reviewer, resolves it.")
    thread.resolved_at, thread.resolved_by = timezone.now(), by
    thread.save(update_fields=["resolved_at", "resolved_by"])
    record(edition, "resolve_comment", by=by, comment=thread.pk, is_blocking=thread.is_blocking)


def _check_body(body: str) -> str:
    body = body.replace("\0", "").strip()
    if not body:
        raise NotAllowed("The comment is empty.")
    if len(body) > MAX_BODY:
        raise NotAllowed(f"A comment has at most {MAX_BODY:,} characters; this one has {len(body):,}.")
    return body


def _check_anchor(anchor: Anchor, revision: Revision, typed: str) -> Anchor:
    if anchor.part not in {"", *COMMENTED_PARTS}:
        raise NotAllowed("That part is not known here.")
    if not anchor.quote:
        return Anchor(part=anchor.part)
    if not anchor.part:
        raise NotAllowed("Say which part the words are from.")
    if len(anchor.quote) > MAX_QUOTE:
        raise NotAllowed(f"Quote at most {MAX_QUOTE:,} characters, or comment on the whole part.")
    for text in (getattr(revision, anchor.part).replace("\r\n", "\n"), typed):
        if place := find_quote(text, anchor.quote, anchor.prefix, anchor.suffix):
            prefix, suffix = surroundings(text, *place)
            return Anchor(anchor.part, anchor.quote, prefix, suffix)
    raise NotAllowed(f"Those words are not in “{COMMENTED_PARTS[anchor.part]}”: copy them from it as they stand there.")
