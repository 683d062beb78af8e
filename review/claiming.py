"""Claims: a courtesy lease that tells colleagues who is at work. The guard is the form's version, not the claim."""

from collections.abc import Collection
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from atlas.models import User
from review.models import Edition, State
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
def claim_next(*, by: User, passed_over: Collection[int] = ()) -> Edition | None:
    """Claim the first edition in review that nobody else holds and that is not ``passed_over``, or None."""
    check_permission(by, "review.change_edition", "claim editions")
    free = Q(claimed_until=None) | Q(claimed_until__lt=timezone.now()) | Q(claimed_by=by)
    # ``approve`` locks the provision before the edition; skipping locked rows keeps this out of its way.
    edition = (
        Edition.objects.select_for_update(skip_locked=True)
        .filter(free, state=State.IN_REVIEW)
        .exclude(pk__in=passed_over)
        .first()
    )
    return _claim(edition, by) if edition else None


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
