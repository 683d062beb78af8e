"""What editions and publications are, against what the record tells of them: events, revisions, decisions."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from django.db.models import Exists, F, OuterRef, QuerySet

from atlas.archive.verifying.verifying import ROWS_AT_ONCE, TEXTS_AT_ONCE, Verdicts, say
from atlas.models import Publication
from review.models import Decision, DecisionKind, Edition, Event, Revision, State


@dataclass
class _Told:
    """What the record tells of one edition: its events in sequence, its revisions' keys, its decisions' kinds."""

    events: list[Event] = field(default_factory=list)
    revisions: set[int] = field(default_factory=set)
    decisions: Counter[str] = field(default_factory=Counter)


def _told(editions: Iterable[int]) -> dict[int, _Told]:
    """Of each of ``editions``, given by their keys. Three queries."""
    keys = list(editions)
    told = {key: _Told() for key in keys}
    for event in Event.objects.filter(edition_ref__in=keys).order_by("edition_ref", "sequence"):
        told[event.edition_ref].events.append(event)
    for edition, revision in Revision.objects.filter(edition__in=keys).order_by().values_list("edition_id", "pk"):
        told[edition].revisions.add(revision)
    for edition, kind in Decision.objects.filter(edition__in=keys).order_by().values_list("edition_id", "kind"):
        told[edition].decisions[kind] += 1
    return told


def editions() -> Verdicts:
    """What an edition is must be what its events and decisions made of it."""
    published = Publication.objects.filter(revision_id=OuterRef("approved_revision_id"))
    rows = Edition.objects.annotate(has_publication=Exists(published), edition_of_head=F("head__edition"))
    found = rows.order_by("pk").iterator(ROWS_AT_ONCE)
    while editions := list(islice(found, ROWS_AT_ONCE)):
        told = _told(edition.pk for edition in editions)
        for edition in editions:
            yield say(edition, _edition_problem(edition, told[edition.pk]))
    known = Edition.objects.filter(pk=OuterRef("edition_ref"))
    orphans = Event.objects.filter(~Exists(known)).order_by("edition_ref")
    for key in orphans.values_list("edition_ref", flat=True).distinct().iterator(ROWS_AT_ONCE):
        yield f"Edition {key}: it has events and is gone."


def _edition_problem(edition: Edition, told: _Told) -> str:
    state = next((event.to_state for event in reversed(told.events) if event.to_state), "")
    if edition.state != state:
        return f"it is “{edition.state}”, and its events left it “{state or 'without a beginning'}”."
    if edition.edition_of_head != edition.pk:  # type: ignore[attr-defined]
        return "its text is none of its revisions."
    if edition.state == State.PUBLISHED and not edition.has_publication:  # type: ignore[attr-defined]
        return "it is published, and its publication is gone."
    if told.events[0].data.get("carried_from") != edition.carried_from_id:
        return "what it was handed down is not what its first event says."
    if missing := {event.revision_ref for event in told.events if event.revision_ref} - told.revisions:
        return f"its revision {min(missing)}, which an event names, is gone."
    return _decisions_problem(told)


def _decisions_problem(told: _Told) -> str:
    """Each decision has its event, but for a discarding that no person decided on."""
    tells = Counter(event.action for event in told.events if event.actor_ref is not None)
    for kind in DecisionKind:
        if tells[kind] != told.decisions[kind]:
            return f"its events tell of {tells[kind]} decisions to {kind}, and it has {told.decisions[kind]}."
    return ""


def publications() -> Verdicts:
    """What readers see must be what was approved."""
    rows = Publication.objects.prefetch_related("approvals").annotate(is_again=Exists(_published_before()))
    found = rows.order_by("pk").iterator(TEXTS_AT_ONCE)
    while publications := list(islice(found, TEXTS_AT_ONCE)):
        revisions = Revision.objects.select_related("edition").in_bulk([row.revision_id for row in publications])
        told = _told({revision.edition_id for revision in revisions.values()})
        approved = _approved(revisions.values())
        for publication in publications:
            revision = revisions.get(publication.revision_id)
            yield say(publication, _publication_problem(publication, revision, approved, told))


def _published_before() -> QuerySet[Publication]:
    """For publications: earlier ones of the same approved text."""
    return Publication.objects.filter(revision_id=OuterRef("revision_id"), pk__lt=OuterRef("pk"))


def _approved(revisions: Iterable[Revision]) -> dict[int, set[datetime]]:
    """Revision key → when it was approved, in the round in which it was published. One query."""
    approvals = Decision.objects.filter(revision__in=revisions, edition=F("revision__edition"))
    counted = approvals.filter(kind=DecisionKind.APPROVE, round=F("edition__round")).order_by()
    found: dict[int, set[datetime]] = defaultdict(set)
    for revision, at in counted.values_list("revision_id", "at"):
        found[revision].add(at)
    return found


def _publication_problem(
    publication: Publication,
    revision: Revision | None,
    approved: Mapping[int, set[datetime]],
    told: Mapping[int, _Told],
) -> str:
    if revision is None:
        return f"the revision {publication.revision_id} that it was made from is gone."
    edition = revision.edition
    if publication.content_sha256 != revision.content_sha256:
        return "its text is not that of the revision it was made from."
    if (edition.state, edition.approved_revision_id) != (State.PUBLISHED, revision.pk):
        return "its edition did not publish that revision."
    if (edition.provision_id, edition.wording_id) != (publication.provision_id, publication.wording_id):
        return "its edition was about another wording."
    given = approved.get(revision.pk)
    if not given or {approval.approved_at for approval in publication.approvals.all()} != given:
        return "its approvals are not those that the editors gave."
    events = told[edition.pk].events
    if not _is_signed(publication, events):
        return "it bears the name of somebody who did not approve it."
    return _ending_problem(publication, events)


def _is_signed(publication: Publication, events: Iterable[Event]) -> bool:
    """Names change; the chained events keep those of the time. Namesakes have their log-in name behind it."""
    actors = {event.actor for event in events if event.action == DecisionKind.APPROVE}
    return all(
        approval.name in actors or approval.name.rpartition(" (")[0] in actors
        for approval in publication.approvals.all()
    )


def _ending_problem(publication: Publication, events: Iterable[Event]) -> str:
    mine = (event for event in events if event.data.get("publication") == publication.public_id)
    notes = {event.action: event.data.get("reason") for event in mine}
    if ("restore" if publication.is_again else "publish") not in notes:  # type: ignore[attr-defined]
        return "no event tells of its publication."
    withdrawn = (publication.withdrawn_at is not None, publication.withdrawal_note)
    if withdrawn != ("withdraw" in notes, notes.get("withdraw", "")):
        return "that it was withdrawn, or why, is not what its events tell."
    retracted = (publication.retracted_at is not None, publication.retraction_note)
    if retracted != ("retract" in notes, notes.get("retract", "")):
        return "that it was retracted, or why, is not what its events tell."
    return ""
