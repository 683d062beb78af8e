"""Rows that events bear the hash of: are they still what the chain of events says? Older events bear none."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any

from django.db.models import Exists, Model, OuterRef
from django.db.models.fields import BigIntegerField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from atlas.archive.verifying.verifying import ROWS_AT_ONCE, TEXTS_AT_ONCE, Verdicts, say
from atlas.models import Publication
from review.models import Comment, Decision, Event, Finding, Revision
from review.seals import FINDING, comment_seal, decision_seal, findings_seal, publication_seal

SEALS = ("decision_sha256", "comment_sha256", "publication_sha256", "findings_sha256")
ALTERED = "it is not what its event says."


def sealed_events() -> Any:
    return Event.objects.filter(data__has_any_keys=list(SEALS)).order_by("pk")


def sealed_rows() -> Verdicts:
    """One sentence for each event that bears a hash."""
    events = sealed_events().iterator(TEXTS_AT_ONCE)
    while batch := list(islice(events, TEXTS_AT_ONCE)):
        for about in (_decisions, _comments, _publications, _findings):
            yield from about(batch)


def _decisions(events: list[Event]) -> Verdicts:
    told = _told(events, "decision_sha256", lambda event: event.data["decision"])
    return _compare(Decision, Decision.objects.in_bulk(list(told)), told, decision_seal)


def _comments(events: list[Event]) -> Verdicts:
    told = _told(events, "comment_sha256", lambda event: event.data["comment"])
    return _compare(Comment, Comment.objects.in_bulk(list(told)), told, comment_seal)


def _publications(events: list[Event]) -> Verdicts:
    told = _told(events, "publication_sha256", lambda event: Publication.key_from(event.data["publication"]))
    rows = Publication.objects.prefetch_related("approvals").in_bulk(list(told))
    return _compare(Publication, rows, told, publication_seal)


def _findings(events: list[Event]) -> Verdicts:
    """A revision's findings as they were when it was made; a revision that is gone is missed by its edition."""
    told = _told(events, "findings_sha256", lambda event: event.revision_ref)
    found: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    rows = Finding.objects.filter(revision__in=told).order_by("pk").values_list("revision_id", *FINDING)
    for revision, *columns in rows.iterator(ROWS_AT_ONCE):
        found[revision].append(tuple(columns))
    revisions = Revision.objects.only("pk").in_bulk(list(told))
    for key, seal in told.items():
        is_whole = key not in revisions or findings_seal(found[key]) == seal
        yield "" if is_whole else say(revisions[key], "the findings on it are not those of its checks.")


def _told(events: Iterable[Event], seal: str, key: Callable[[Event], Any]) -> dict[int, str]:
    return {key(event): event.data[seal] for event in events if seal in event.data}


def _compare(
    model: type[Model], rows: Mapping[int, Any], told: Mapping[int, str], seal: Callable[[Any], str]
) -> Verdicts:
    for key, wanted in told.items():
        if key not in rows:
            yield f"{str(model._meta.verbose_name).capitalize()} {key}: it has an event and is gone."
        else:
            yield say(rows[key], "" if seal(rows[key]) == wanted else ALTERED)


def comments() -> Verdicts:
    """Each comment, and its resolving, has its event."""
    rows = Comment.objects.annotate(is_told=_event_of("comment"), is_settled=_event_of("resolve_comment"))
    for comment in rows.select_related("revision", "reply_to").order_by("pk").iterator(TEXTS_AT_ONCE):
        yield say(comment, _comment_problem(comment))


def _event_of(action: str) -> Exists:
    named = Cast(KeyTextTransform("comment", "data"), BigIntegerField())
    events = Event.objects.filter(edition_ref=OuterRef("edition"), action=action).annotate(named=named)
    return Exists(events.filter(named=OuterRef("pk")))


def _comment_problem(comment: Comment) -> str:
    if comment.revision.edition_id != comment.edition_id:
        return "its revision belongs to another edition."
    if comment.reply_to is not None and comment.reply_to.edition_id != comment.edition_id:
        return "it answers a comment on another edition."
    if not comment.is_told:  # type: ignore[attr-defined]
        return "no event tells of it."
    if (comment.resolved_at is not None) != comment.is_settled:  # type: ignore[attr-defined]
        return "that it is resolved, or open, is not what its events tell."
    return ""
