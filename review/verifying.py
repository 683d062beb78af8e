"""What verify_archive recomputes of the editors' record: revisions, events, decisions, and what they led to."""

import hashlib
import json
from collections import Counter
from itertools import groupby, islice

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.expressions import RawSQL

from analysis.models import DraftRun
from atlas.archive.verifying.text_checks import gap
from atlas.archive.verifying.verifying import ROWS_AT_ONCE, TEXTS_AT_ONCE, Check, Verdicts, references, say
from atlas.models import Publication, content_hash
from review.models import AuthorKind, Comment, Decision, DecisionKind, Edition, Event, Finding, Revision, State
from review.verifying_seals import comments, sealed_events, sealed_rows

NOTHING_BEFORE = ""  # the previous hash of an edition's first event


def revisions() -> Verdicts:
    """By edition, in the order of their numbers."""
    found = Exists(Finding.objects.filter(revision=OuterRef("pk")))
    rows = Revision.objects.select_related("draft_run", "parent__edition__wording", "edition__wording").annotate(
        is_checked=found
    )
    rows = rows.order_by("edition_id", "number")
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
    for decision in rows.iterator(TEXTS_AT_ONCE):
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


def editions() -> Verdicts:
    """What an edition is must be what its events and decisions made of it."""
    rows = Edition.objects.select_related("head", "approved_revision").order_by("pk")
    published = Publication.objects.filter(revision_id=OuterRef("approved_revision_id"))
    rows = rows.annotate(has_publication=Exists(published))
    for edition in rows.iterator(ROWS_AT_ONCE):
        yield say(edition, _edition_problem(edition))
    known = Edition.objects.filter(pk=OuterRef("edition_ref"))
    orphans = Event.objects.filter(~Exists(known)).order_by("edition_ref")
    for key in orphans.values_list("edition_ref", flat=True).distinct().iterator(ROWS_AT_ONCE):
        yield f"Edition {key}: it has events and is gone."


def _edition_problem(edition: Edition) -> str:
    events = list(Event.objects.filter(edition_ref=edition.pk).order_by("sequence"))
    state = next((event.to_state for event in reversed(events) if event.to_state), "")
    if edition.state != state:
        return f"it is “{edition.state}”, and its events left it “{state or 'without a beginning'}”."
    if edition.head is None or edition.head.edition_id != edition.pk:
        return "its text is none of its revisions."
    if edition.state == State.PUBLISHED and not edition.has_publication:  # type: ignore[attr-defined]
        return "it is published, and its publication is gone."
    if events[0].data.get("carried_from") != edition.carried_from_id:
        return "what it was handed down is not what its first event says."
    if missing := {event.revision_ref for event in events if event.revision_ref} - _revision_keys(edition):
        return f"its revision {min(missing)}, which an event names, is gone."
    return _decisions_problem(edition, events)


def _revision_keys(edition: Edition) -> set[int]:
    return set(edition.revisions.values_list("pk", flat=True))


def _decisions_problem(edition: Edition, events: list[Event]) -> str:
    """Each decision has its event, but for a discarding that no person decided on."""
    told = Counter(event.action for event in events if event.actor_ref is not None)
    made = Counter(edition.decisions.values_list("kind", flat=True))
    for kind in DecisionKind:
        if told[kind] != made[kind]:
            return f"its events tell of {told[kind]} decisions to {kind}, and it has {made[kind]}."
    return ""


def publications() -> Verdicts:
    """What readers see must be what was approved."""
    rows = Publication.objects.prefetch_related("approvals").order_by("pk").iterator(TEXTS_AT_ONCE)
    while publications := list(islice(rows, TEXTS_AT_ONCE)):
        revisions = Revision.objects.select_related("edition").in_bulk([row.revision_id for row in publications])
        for publication in publications:
            yield say(publication, _publication_problem(publication, revisions.get(publication.revision_id)))


def _publication_problem(publication: Publication, revision: Revision | None) -> str:
    if revision is None:
        return f"the revision {publication.revision_id} that it was made from is gone."
    edition = revision.edition
    if publication.content_sha256 != revision.content_sha256:
        return "its text is not that of the revision it was made from."
    if (edition.state, edition.approved_revision_id) != (State.PUBLISHED, revision.pk):
        return "its edition did not publish that revision."
    if (edition.provision_id, edition.wording_id) != (publication.provision_id, publication.wording_id):
        return "its edition was about another wording."
    approved = set(_approvals(edition, revision).values_list("at", flat=True))
    if not approved or {approval.approved_at for approval in publication.approvals.all()} != approved:
        return "its approvals are not those that the editors gave."
    if not _is_signed(publication, edition):
        return "it bears the name of somebody who did not approve it."
    return _ending_problem(publication, edition)


def _approvals(edition: Edition, revision: Revision) -> QuerySet[Decision]:
    """Those that counted when it was published."""
    return Decision.objects.filter(
        edition=edition, revision=revision, kind=DecisionKind.APPROVE, round=edition.round
    ).order_by()


def _is_signed(publication: Publication, edition: Edition) -> bool:
    """Names change; the chained events keep those of the time. Namesakes have their log-in name behind it."""
    approve = Event.objects.filter(edition_ref=edition.pk, action=DecisionKind.APPROVE)
    actors = set(approve.values_list("actor", flat=True))
    return all(
        approval.name in actors or approval.name.rpartition(" (")[0] in actors
        for approval in publication.approvals.all()
    )


def _ending_problem(publication: Publication, edition: Edition) -> str:
    told = Event.objects.filter(edition_ref=edition.pk, data__publication=publication.public_id)
    notes = dict(told.values_list("action", "data__reason"))
    earlier = Publication.objects.filter(revision_id=publication.revision_id, pk__lt=publication.pk)
    if ("restore" if earlier.exists() else "publish") not in notes:
        return "no event tells of its publication."
    withdrawn = (publication.withdrawn_at is not None, publication.withdrawal_note)
    if withdrawn != ("withdraw" in notes, notes.get("withdraw", "")):
        return "that it was withdrawn, or why, is not what its events tell."
    retracted = (publication.retracted_at is not None, publication.retraction_note)
    if retracted != ("retract" in notes, notes.get("retract", "")):
        return "that it was retracted, or why, is not what its events tell."
    return ""


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
