"""What every verb is made of: lock in the one order, check the form's version, move, write the event."""

from typing import Any

from django.utils import timezone

from atlas.models import Provision, User
from review.errors import NotAllowed, StaleEdition
from review.models import Decision, DecisionKind, Edition, Event, Revision, State
from review.seals import seals_for
from review.states import is_allowed

SYSTEM = "System"


def lock_provision(provision_id: int) -> Provision:
    """The provision, locked until commit, with its current wording. Always before its edition."""
    return Provision.objects.select_for_update(of=("self",)).select_related("current_wording").get(pk=provision_id)


def lock_edition(edition: Edition, *, lock_version: int | None) -> Edition:
    """The edition as it is now, locked until commit: provision first, then edition.

    Raises:
        StaleEdition: if it is not at ``lock_version`` (None: the system asks, which has no form).
    """
    provision = lock_provision(edition.provision_id)
    current = Edition.objects.select_for_update(of=("self",)).select_related("wording", "head").get(pk=edition.pk)
    current.provision = provision
    if lock_version is not None and current.lock_version != lock_version:
        raise StaleEdition(current, changes_since(current, lock_version))
    return current


def changes_since(edition: Edition, lock_version: int) -> list[str]:
    """What happened to ``edition`` after ``lock_version``, one sentence an event."""
    events = Event.objects.filter(edition_ref=edition.pk, data__lock_version__gt=lock_version).order_by("sequence")
    return [f"{event.actor} {event.words}." for event in events] or ["It was opened from an outdated page."]


def record(
    edition: Edition,
    action: str,
    *,
    by: User | None,
    from_state: str = "",
    to_state: str = "",
    revision: Revision | None = None,
    **data: Any,
) -> Event:
    """Write a line of the audit trail. ``from_state`` and ``to_state`` stay empty where the state does not move.

    It bears a hash of the row that it is about (``review.seals``), so that nobody alters that row unseen.
    """
    return Event.objects.create(
        edition_ref=edition.pk,
        action=action,
        from_state=from_state,
        to_state=to_state,
        actor_ref=by.pk if by else None,
        actor=by.shown_name if by else SYSTEM,
        revision_ref=revision.pk if revision else edition.head_id,
        data={
            "lock_version": edition.lock_version,
            **data,
            **seals_for(edition, revision or edition.head, action, by, data),
        },
    )


def move(edition: Edition, target: State, action: str, *, by: User | None, **data: Any) -> None:
    """Take ``edition`` to ``target``, save it whole and write the event. Back in review, nothing of it is approved.

    Raises:
        NotAllowed: if the table of states has no such step.
    """
    source = edition.state
    if not is_allowed(source, target):
        raise NotAllowed(f"An edition that is {State(source).label.lower()} cannot become {target.label.lower()}.")
    edition.state = target
    if target == State.IN_REVIEW:
        edition.approved_revision = edition.publish_at = None
    if target in (State.PUBLISHED, State.DISCARDED):
        edition.closed_at = timezone.now()
        edition.claimed_by = edition.claimed_until = None
    touch(edition)
    record(edition, action, by=by, from_state=source, to_state=target, **data)


def touch(edition: Edition) -> None:
    """Save every moving column of ``edition`` under the next lock version: open forms become stale."""
    edition.lock_version += 1
    edition.save(
        update_fields=[
            "state",
            "lock_version",
            "round",
            "head",
            "approved_revision",
            "public_note",
            "claimed_by",
            "claimed_until",
            "assigned_to",
            "due_at",
            "publish_at",
            "closed_at",
        ]
    )


def decide(
    edition: Edition,
    kind: DecisionKind,
    *,
    by: User,
    reason: str = "",
    **particulars: Any,
) -> Decision:
    """Write ``by``'s decision on the head of ``edition``, bound to its text, its wording and the round.

    ``particulars``: the columns that this kind of decision has besides.
    """
    assert edition.head is not None
    return Decision.objects.create(
        edition=edition,
        revision=edition.head,
        wording=edition.wording,
        content_sha256=edition.head.content_sha256,
        round=edition.round,
        kind=kind,
        by=by,
        reason=reason,
        **particulars,
    )
