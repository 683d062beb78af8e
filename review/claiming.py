"""Claims: a courtesy lease that tells colleagues who is at work. The guard is the form's version, not the claim."""

from collections.abc import Collection
from datetime import timedelta

from django.db import transaction
from django.db.models import Case, Exists, OuterRef, Q, Value, When
from django.utils import timezone

from atlas.models import User
from review.errors import NotAllowed
from review.models import Decision, DecisionKind, Edition, Revision, State
from review.moves import record
from review.policies import check_open, check_permission

LEASE = timedelta(minutes=15)  # time to read a first analysis three times over


@transaction.atomic
def claim(edition: Edition, *, by: User, takes_over: bool = True, lock_version: int | None = None) -> Edition:
    """Claim ``edition`` for 15 minutes. A colleague's claim is taken over, and the event says so, or refused.

    Raises:
        NotAllowed: if it is closed, held by a colleague, or (with a ``lock_version``) has moved on since.
    """
    check_permission(by, "review.change_edition", "claim editions")
    edition = Edition.objects.select_for_update(of=("self",)).select_related("claimed_by").get(pk=edition.pk)
    check_open(edition)
    if lock_version not in (None, edition.lock_version):
        raise NotAllowed("It has moved on since.")
    colleague = edition.claimed_by if edition.claimed_by_id != by.pk else None
    if not takes_over and colleague and edition.claimed_until and edition.claimed_until > timezone.now():
        raise NotAllowed(f"{colleague.shown_name} is at work on it until {edition.claimed_until:%H:%M} UTC.")
    return _claim(edition, by)


@transaction.atomic
def claim_next(*, by: User, passed_over: Collection[int] = ()) -> Edition | None:
    """Claim the next edition in review that no colleague is at work on; None if there is none.

    First what ``by`` has claimed already, then what is assigned to them, then what is nobody's; in each, last what they
    cannot decide on (they wrote or instructed a part of it, or have approved it). Otherwise in the order of the queue.
    ``passed_over``: keys of editions that are not wanted now.
    """
    check_permission(by, "review.change_edition", "claim editions")
    now = timezone.now()
    free = Q(claimed_until=None) | Q(claimed_until__lte=now) | Q(claimed_by=by)
    mine_or_nobodys = Q(assigned_to=by) | Q(assigned_to=None) | Q(assigned_to__is_active=False) | Q(claimed_by=by)
    rows = Edition.objects.filter(free, mine_or_nobodys, state=State.IN_REVIEW).exclude(pk__in=passed_over)
    # ``approve`` locks the provision before the edition; skipping locked rows keeps this out of its way.
    rows = rows.select_for_update(skip_locked=True, of=("self",))
    whose = Case(
        When(claimed_by=by, claimed_until__gt=now, then=Value(0)), When(assigned_to=by, then=Value(1)), default=Value(2)
    )
    is_theirs = Case(When(_is_theirs(by), then=Value(1)), default=Value(0))
    edition = rows.in_order(now, whose, is_theirs).first()
    return _claim(edition, by) if edition else None


def _is_theirs(by: User) -> Q:
    approved = Decision.objects.filter(
        edition=OuterRef("pk"), revision=OuterRef("head"), round=OuterRef("round"), kind=DecisionKind.APPROVE, by=by
    )
    wrote = Revision.objects.filter(Q(author=by) | Q(instructed_by=by), edition=OuterRef("pk"))
    return Q(Exists(wrote)) | Q(Exists(approved))


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
