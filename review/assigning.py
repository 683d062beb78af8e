"""Who is to work on an edition, and until when: set by people with the right. Neither makes an open form stale."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from atlas.models import User
from review.errors import NotAllowed
from review.models import Edition
from review.moves import lock_edition, record
from review.policies import check_open, check_permission

ASSIGN = "review.assign_edition"


@transaction.atomic
def assign(edition: Edition, *, to: User, by: User, lock_version: int | None = None) -> None:
    """Give ``edition`` to ``to``, whose “Start reviewing” then begins with it. To the same person: nothing happens."""
    check_permission(by, ASSIGN, "assign editions")
    check_can_be_assigned(to)
    edition = lock_edition(edition, lock_version=lock_version)
    check_open(edition)
    if edition.assigned_to_id != to.pk:
        edition.assigned_to = to
        edition.save(update_fields=["assigned_to"])
        record(edition, "assign", by=by, to=to.pk, name=to.shown_name)


@transaction.atomic
def unassign(edition: Edition, *, by: User, lock_version: int | None = None) -> None:
    """Leave ``edition`` to whoever comes first."""
    check_permission(by, ASSIGN, "assign editions")
    edition = lock_edition(edition, lock_version=lock_version)
    if edition.assigned_to_id is not None:
        edition.assigned_to = None
        edition.save(update_fields=["assigned_to"])
        record(edition, "unassign", by=by)


@transaction.atomic
def set_due(edition: Edition, *, due_at: datetime, by: User, lock_version: int | None = None) -> None:
    """Move the due date of ``edition``. Raises NotAllowed for a date in the past."""
    check_permission(by, ASSIGN, "set due dates")
    if due_at < timezone.now():
        raise NotAllowed("A due date cannot be in the past.")
    edition = lock_edition(edition, lock_version=lock_version)
    check_open(edition)
    if edition.due_at != due_at:
        edition.due_at = due_at
        edition.save(update_fields=["due_at"])
        record(edition, "set_due", by=by, due_at=due_at.isoformat())


def check_can_be_assigned(to: User) -> None:
    """Raises NotAllowed unless ``to`` is at work here and may edit drafts."""
    if not (to.is_active and to.has_perm("review.change_edition")):
        raise NotAllowed(f"{to.shown_name} cannot edit drafts: assign it to somebody with that role.")
