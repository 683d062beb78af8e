"""Claims: a courtesy lease that tells colleagues who is at work. The guard is the form's version, not the claim."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Case, Exists, OuterRef, Q, Value, When
from django.utils import timezone

from atlas.models import User
from review.models import Decision, DecisionKind, Edition, State
from review.moves import record
from review.policies import check_open, check_permission

LEASE = timedelta(minutes=15)  # time to read a first analysis three times over


@transaction.atomic
def claim(edition: Edition, *, by: User) -> Edition:
    """Claim ``edition`` for 15 minutes. A colleague's claim may be taken over: the event says so."""
    check_permission(by, "review.change_edition", "claim editions")
    edition = Edition.objects.select_for_update().get(pk=edition.pk)
    check_open(edition)
    return _claim(edition, by)


@transaction.atomic
def claim_next(*, by: User, after: Edition | None = None) -> Edition | None:
    """Claim the next edition in review that nobody is at work on, ``after`` left out; None if there is none.

    First what is assigned to ``by``, then what is nobody's; in each, last what ``by`` cannot decide on (written or
    instructed by them, or approved by them already). Otherwise in the order of the queue.
    """
    check_permission(by, "review.change_edition", "claim editions")
    now = timezone.now()
    free = Q(claimed_until=None) | Q(claimed_until__lte=now)
    mine_or_nobodys = Q(assigned_to=by) | Q(assigned_to=None)
    rows = Edition.objects.filter(free, mine_or_nobodys, state=State.IN_REVIEW)
    if after is not None:
        rows = rows.exclude(pk=after.pk)
    # ``approve`` locks the provision before the edition; skipping locked rows keeps this out of its way.
    rows = rows.select_for_update(skip_locked=True, of=("self",))
    edition = rows.order_by(
        Case(When(assigned_to=by, then=Value(0)), default=Value(1)),
        Case(When(_is_theirs(by), then=Value(1)), default=Value(0)),
        Case(When(due_at__lt=now, then=Value(0)), default=Value(1)),
        "-priority",
        "due_at",
        "pk",
    ).first()
    return _claim(edition, by) if edition else None


def _is_theirs(by: User) -> Q:
    approved = Decision.objects.filter(
        edition=OuterRef("pk"), revision=OuterRef("head"), round=OuterRef("round"), kind=DecisionKind.APPROVE, by=by
    )
    return Q(head__author=by) | Q(head__instructed_by=by) | Q(Exists(approved))


@transaction.atomic
def release(edition: Edition, *, by: User) -> None:
    """Give back ``by``'s claim; without one, nothing happens."""
    edition = Edition.objects.select_for_update().get(pk=edition.pk)
    if edition.claimed_by_id == by.pk:
        edition.claimed_by = edition.claimed_until = None
        edition.save(update_fields=["claimed_by", "claimed_until"])
        record(edition, "release", by=by)


def _claim(edition: Edition, by: User) -> Edition:
    is_renewal = edition.claimed_by_id == by.pk
    taken_from = None if is_renewal else edition.claimed_by_id
    edition.claimed_by = by
    edition.claimed_until = timezone.now() + LEASE
    edition.save(update_fields=["claimed_by", "claimed_until"])
    if not is_renewal:
        record(edition, "claim", by=by, taken_from=taken_from)
    return edition
