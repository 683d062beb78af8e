"""Publishing at a set hour. The hour is chosen with the last approval that is needed; System keeps it.

An edition that waits for its hour is approved, and so frozen. At its hour all guards are asked again, also those that
held when it was approved; who approved counts, not what they may do by then.
"""

from datetime import UTC, datetime, timedelta

import structlog
from django.db import IntegrityError, connection, transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from atlas.models import Provision, User
from review.errors import NotAllowed
from review.models import Edition, Event, State
from review.moves import lock_edition, record, touch
from review.policies import check_permission
from review.publishing import publish, publish_locked

logger = structlog.get_logger(__name__)

FURTHEST = timedelta(days=365)
REFUSED = "publish_refused"


def in_words(at: datetime) -> str:
    """1 Dec 2026, 09:00 UTC."""
    return f"{at.day} {at:%b %Y, %H:%M} UTC"


def read_hour(text: str) -> datetime | None:
    """What a browser posts for a date and a time ("2026-12-01T09:00"), taken for UTC; None if it is something else."""
    try:
        return datetime.strptime(text.strip(), "%Y-%m-%dT%H:%M").replace(tzinfo=UTC)
    except ValueError:
        return None


def check_hour(at: datetime | None) -> datetime:
    """``at``, if something can be published then; raises NotAllowed otherwise."""
    now = timezone.now()
    if at is None:
        raise NotAllowed("Please give the day and the time (UTC) at which it is to be published.")
    if at.second or at.microsecond:
        raise NotAllowed("The hour of publication is a whole minute.")
    if at <= now:
        raise NotAllowed(f"{in_words(at)} is past: give a time to come, or publish now.")
    if at > now + FURTHEST:
        raise NotAllowed(f"{in_words(at)} is more than a year from now.")
    return at


@transaction.atomic
def reschedule(edition: Edition, *, by: User, lock_version: int, publish_at: datetime | None) -> Edition:
    """Give an approved edition another hour; the same one again changes nothing."""
    check_permission(by, "review.approve_edition", "set the hour of publication")
    edition = lock_edition(edition, lock_version=lock_version)
    _check_waits(edition)
    at = check_hour(publish_at)
    if at == edition.publish_at:
        return edition
    before, edition.publish_at = edition.publish_at, at
    touch(edition)
    record(edition, "reschedule", by=by, publish_at=at.isoformat(), before=before.isoformat() if before else "")
    return edition


@transaction.atomic
def publish_now(edition: Edition, *, by: User, lock_version: int) -> Edition:
    """Publish an approved edition without waiting for its hour."""
    check_permission(by, "review.approve_edition", "publish before the hour")
    edition = lock_edition(edition, lock_version=lock_version)
    _check_waits(edition)
    before, edition.publish_at = edition.publish_at, None
    touch(edition)
    record(edition, "publish_now", by=by, before=before.isoformat() if before else "")
    publish_locked(edition, by=by)
    return edition


def _check_waits(edition: Edition) -> None:
    if edition.state != State.APPROVED:
        raise NotAllowed("This edition does not wait to be published: only an approved one has an hour.")


def due(at: datetime) -> QuerySet[Edition]:
    """Editions whose hour has come, the earliest first."""
    return Edition.objects.filter(state=State.APPROVED, publish_at__lte=at).order_by("publish_at", "pk")


def publish_due() -> int:
    """Publish every edition whose hour has come, each in a transaction of its own; returns how many.

    One that the guards refuse stays scheduled and is tried again; one that a colleague has open in a transaction is
    passed over until the next call. Neither holds up the others.
    """
    published = 0
    for edition_id, provision_id in list(due(timezone.now()).values_list("pk", "provision_id")):
        try:
            published += _publish_if_due(edition_id, provision_id)
        except Exception:
            logger.exception("scheduled edition not published", edition=edition_id)
    return published


@transaction.atomic
def _publish_if_due(edition_id: int, provision_id: int) -> bool:
    provision = Provision.objects.select_for_update(skip_locked=True).filter(pk=provision_id).only("pk").first()
    edition = due(timezone.now()).select_for_update(skip_locked=True).filter(pk=edition_id).first()
    if provision is None or edition is None:
        return False
    try:
        with transaction.atomic():
            publish(edition)
            _ask_postgresql()
    except NotAllowed as refused:
        _record_refusal(edition, str(refused))
    except IntegrityError as refused:
        _record_refusal(edition, f"The database refuses it: {str(refused).splitlines()[0]}")
    else:
        logger.info("scheduled edition published", edition=edition_id)
        return True
    return False


def _ask_postgresql() -> None:
    """What COMMIT would check, now: so that its refusal can be told of in the same transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _record_refusal(edition: Edition, reason: str) -> None:
    """Once a reason, not once a minute."""
    assert edition.publish_at is not None
    if refusal_of(edition) != reason:
        record(edition, REFUSED, by=None, reason=reason, publish_at=edition.publish_at.isoformat())
        logger.warning("scheduled edition refused", edition=edition.pk, reason=reason)


def last_refusal() -> Subquery:
    """For editions: why it was not published at its hour; None where nothing was refused since the hour was set."""
    said = Event.objects.filter(edition_ref=OuterRef("pk"), action__in=["approve", "reschedule", REFUSED])
    return Subquery(said.order_by("-sequence").values("data__reason")[:1])


def refusal_of(edition: Edition) -> str:
    """Why ``edition`` was not published at its hour; empty: nothing was refused. One query."""
    found = Edition.objects.filter(pk=edition.pk).annotate(refusal=last_refusal())
    return found.values_list("refusal", flat=True)[0] or ""
