"""Remarks on the text: written, answered, resolved."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from atlas.models import User
from review import commenting
from review.anchoring import find_quote
from review.commenting import COMMENTED_PARTS, Anchor
from review.desk.buttons import Pressed, Verbs
from review.desk.forms import DeskForm
from review.desk.token import Token, as_key
from review.desk.typed import ANCHOR, beside, plain
from review.errors import NotAllowed
from review.models import PART_LABELS, Comment, Edition, Revision


@dataclass
class Thread:
    """A remark with its answers, and where its words stand now (characters of the head's part).

    ``unsent`` is an answer that was written and not sent.
    """

    first: Comment
    place: tuple[int, int] | None
    unsent: str = ""
    replies: list[Comment] = field(default_factory=list)

    @property
    def part_label(self) -> str:
        return PART_LABELS.get(self.first.part, "")


def context(edition: Edition, by: User, kept: Mapping[str, str]) -> dict[str, Any]:
    """What ``_comments.html`` shows: open threads first, oldest first, with what is ``kept`` unsent. One query."""
    assert edition.head is not None
    comments = edition.comments.select_related("by", "resolved_by", "revision").order_by("id")
    threads = threads_of(comments, edition.head)
    for thread in threads:
        thread.unsent = kept.get(f"comment_reply_{thread.first.pk}", "")
    open_threads = [thread for thread in threads if thread.first.resolved_at is None]
    return {
        "threads": open_threads,
        "resolved_threads": [thread for thread in threads if thread.first.resolved_at is not None],
        "blocking_count": sum(thread.first.is_blocking for thread in open_threads),
        "comment_parts": COMMENTED_PARTS,
        "may_comment": edition.is_open and by.has_perm("review.add_comment"),
        "may_resolve_blocking": by.has_perm("review.approve_edition"),
    }


def threads_of(comments: Iterable[Comment], head: Revision) -> list[Thread]:
    threads: dict[int, Thread] = {}
    for comment in comments:
        if comment.reply_to_id:
            threads[comment.reply_to_id].replies.append(comment)
        else:
            threads[comment.pk] = Thread(comment, place_of(comment, head))
    return list(threads.values())


def place_of(comment: Comment, head: Revision) -> tuple[int, int] | None:
    """Where the words that ``comment`` is about stand in ``head``; None: nowhere any more, or it is about no words."""
    if comment.part not in COMMENTED_PARTS:
        return None
    return find_quote(plain(getattr(head, comment.part)), comment.quote, comment.prefix, comment.suffix)


def unsent(post: QueryDict, verb: str, subject: str) -> dict[str, str]:
    """What stands written beside the text after a button was pressed.

    Saving, claiming and commenting leave reasons and other remarks as they are; a decision takes its reason with it.
    """
    kept = beside(post)
    if verb == "comment":
        kept = {name: text for name, text in kept.items() if name not in (*ANCHOR, "comment_quote", "comment_body")}
    if verb == "reply":
        kept.pop(f"comment_reply_{subject}", None)
    if verb not in ("save", "claim", "release", "throw_away_unsaved", *VERBS):
        kept = {name: text for name, text in kept.items() if name.startswith("comment_")}
    return kept if kept.keys() - {*ANCHOR} else {}


def _comment(edition: Edition, form: DeskForm, token: Token, by: User, pressed: Pressed) -> str:
    part, quote, prefix, suffix = (
        plain(pressed.reason(f"comment_{name}")) for name in ("part", "quote", "prefix", "suffix")
    )
    commenting.comment(
        edition,
        pressed.reason("comment_body"),
        by=by,
        revision=edition.revisions.get(pk=token.revision_id),
        anchor=Anchor(part, quote.strip(), prefix, suffix),
        typed=str(form.content().get(part, "")),
        is_blocking="comment_blocking" in pressed.post,
    )
    return "Commented."


def _reply(edition: Edition, form: DeskForm, token: Token, by: User, pressed: Pressed) -> str:
    thread = _thread(edition, pressed)
    revision = edition.revisions.get(pk=token.revision_id)
    commenting.reply(thread, pressed.reason(f"comment_reply_{thread.pk}"), by=by, revision=revision)
    return "Answered."


def _resolve(edition: Edition, form: DeskForm, token: Token, by: User, pressed: Pressed) -> str:
    commenting.resolve(_thread(edition, pressed), by=by)
    return "Resolved."


def _thread(edition: Edition, pressed: Pressed) -> Comment:
    comment = edition.comments.filter(pk=as_key(pressed.subject)).first()
    if comment is None:
        raise NotAllowed("That comment is not of this edition.")
    return comment


VERBS: Verbs = {"comment": _comment, "reply": _reply, "resolve_comment": _resolve}
