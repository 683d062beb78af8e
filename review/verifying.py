"""What verify_archive recomputes of the editors' record: revisions, events, decisions, and what they led to."""

import hashlib
import json
from itertools import groupby

from django.db.models import Exists, OuterRef
from django.db.models.expressions import RawSQL

from analysis.models import DraftRun
from atlas.archive.verifying.text_checks import gap
from atlas.archive.verifying.verifying import ROWS_AT_ONCE, TEXTS_AT_ONCE, Check, Verdicts, references, say
from atlas.models import TEXT_FIELDS, Publication, content_hash
from review.models import AuthorKind, Comment, Decision, Edition, Event, Finding, Revision
from review.verifying_outcomes import editions, publications
from review.verifying_seals import comments, sealed_events, sealed_rows

NOTHING_BEFORE = ""  # the previous hash of an edition's first event


# Texts beside a revision that no check of it reads: its parent's are known by their hash, its draft by the analysis.
_TRACE = ("messages", "calls", "repairs", "blocks", "quote_spans", "candidates", "raw_answer")
_NOT_COMPARED = (
    "edition__wording__text",
    "parent__edition__wording__text",
    *(f"parent__{name}" for name in TEXT_FIELDS),
    *(f"draft_run__{name}" for name in _TRACE),
)


def revisions() -> Verdicts:
    """By edition, in the order of their numbers."""
    found = Exists(Finding.objects.filter(revision=OuterRef("pk")))
    rows = Revision.objects.select_related("draft_run", "parent__edition__wording", "edition__wording")
    rows = rows.defer(*_NOT_COMPARED).annotate(is_checked=found).order_by("edition_id", "number")
    for _, revisions in groupby(rows.iterator(TEXTS_AT_ONCE), lambda row: row.edition_id):
        number = 0
        for revision in revisions:
            yield say(revision, gap(revision.number, number) or _revision_problem(revision))
            number = revision.number


def _revision_problem(revision: Revision) -> str:
    if content_hash(revision.content()) != revision.content_sha256:
        return "its text has another hash than recorded."
    if not revision.is_checked:  # type: ignore[attr-defined]
        return "no check has left a finding on it."
    if revision.parent is not None and not _fits(revision, revision.parent):
        return "it was not made from the text that it names."
    if revision.draft_run is not None and not _is_as_drafted(revision, revision.draft_run):
        return f"its text is not what draft run {revision.draft_run_id} gave."
    return ""


def _fits(revision: Revision, parent: Revision) -> bool:
    """Made from an earlier revision of its edition; or carried, word by word, from an earlier one of the same words."""
    if revision.author_kind != AuthorKind.CARRIED:
        return parent.edition_id == revision.edition_id and parent.number < revision.number
    before, now = parent.edition, revision.edition
    return (
        (before.pk, parent.number) < (now.pk, revision.number)
        and before.provision_id == now.provision_id
        and before.wording.folded_sha256 == now.wording.folded_sha256
        and parent.content_sha256 == revision.content_sha256
    )


def _is_as_drafted(revision: Revision, run: DraftRun) -> bool:
    content = revision.content()
    return all(content.get(field) == value for field, value in (run.analysis or {}).items())


def decisions() -> Verdicts:
    rows = Decision.objects.select_related("revision", "edition", "finding").order_by("pk")
    rows = rows.defer(*(f"revision__{name}" for name in TEXT_FIELDS))
    for decision in rows.iterator(ROWS_AT_ONCE):
        yield say(decision, _decision_problem(decision))


def _decision_problem(decision: Decision) -> str:
    revision, edition = decision.revision, decision.edition
    if revision.edition_id != edition.pk:
        return "its revision belongs to another edition."
    if decision.content_sha256 != revision.content_sha256:
        return "it was made on another text than its revision's."
    if decision.wording_id != edition.wording_id:
        return "it was made against another wording than its edition's."
    if decision.finding is not None and decision.finding.revision_id != revision.pk:
        return "the finding that it waives belongs to another revision."
    return "" if 1 <= decision.round <= edition.round else "its round is none that its edition has had."


# The hash as PostgreSQL computes it, and what it computes it from. jsonb has its own way of writing numbers and keys,
# so the data's text is asked for; the rest is put together here, by hand, in case the function was altered too.
_BY_POSTGRESQL = RawSQL("review_event_hash(review_event)", [])
_DATA = RawSQL("review_event.data::text", [])
_AT = RawSQL("""to_char(review_event.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US')""", [])


def events() -> Verdicts:
    """By edition, in sequence: each is chained to the one before by its hash, and begins in the state that one left."""
    rows = Event.objects.annotate(by_postgresql=_BY_POSTGRESQL, data_text=_DATA, at_text=_AT)
    rows = rows.order_by("edition_ref", "sequence")
    for _, events in groupby(rows.iterator(ROWS_AT_ONCE), lambda row: row.edition_ref):
        before: Event | None = None
        state = ""
        for event in events:
            yield say(event, _event_problem(event, before, state))
            before, state = event, event.to_state or state


def _event_problem(event: Event, before: Event | None, state: str) -> str:
    edition = f"of edition {event.edition_ref}"
    if missing := gap(event.sequence or 0, (before.sequence or 0) if before else 0):
        return f"{edition}: {missing}"
    if event.previous_hash != (before.row_hash if before else NOTHING_BEFORE):
        return f"{edition}: it is not chained to the event before it."
    if not event.row_hash == event_hash(event) == event.by_postgresql:  # type: ignore[attr-defined]
        return f"{edition}: it says something else than when it was recorded."
    if event.to_state and event.from_state != state:
        return f"{edition}: it begins in another state than the event before it left."
    return ""


def event_hash(event: Event) -> str:
    """The hash of ``event`` (annotated with ``data_text`` and ``at_text``) as review_event_hash computes it."""
    values = [event.previous_hash, event.edition_ref, event.sequence, event.action, event.from_state, event.to_state]
    values += [event.actor_ref, event.actor, event.revision_ref]
    parts = [json.dumps(value, ensure_ascii=False) for value in values]
    parts += [event.data_text, json.dumps(event.transaction), json.dumps(event.at_text)]  # type: ignore[attr-defined]
    return hashlib.sha256(f"[{', '.join(parts)}]".encode()).hexdigest()


CHECKS = [
    references(Edition, Revision, Finding, Decision, Comment),
    Check("revisions", Revision.objects.count, revisions),
    Check("events", Event.objects.count, events),
    Check("decisions", Decision.objects.count, decisions),
    Check("comments", Comment.objects.count, comments),
    Check("editions", Edition.objects.count, editions),
    Check("publications compared with their approvals", Publication.objects.count, publications),
    Check("rows that events bear the hash of", lambda: sealed_events().count(), sealed_rows),
]
