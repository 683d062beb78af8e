"""Who has an edition open. Information only: it locks nothing, and the form's version is what guards.

Each opened page sends a pulse every 20 seconds. A pulse costs at most four queries of its own.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from atlas.models import User
from review.claiming import LEASE
from review.models import Edition, Event, Presence

GONE_AFTER = timedelta(seconds=60)  # three pulses
RENEWED_AFTER = timedelta(minutes=1)  # of the lease: a row that is rewritten every pulse gains nobody anything


@dataclass(frozen=True)
class Here:
    name: str
    since: datetime


@dataclass(frozen=True)
class Pulse:
    """What a page is told: who else is here, and whether what it shows is still so."""

    here: list[Here]
    other_tab: bool
    newer: bool
    lock_version: int
    moved: str
    claimed_until: datetime | None


def pulse(edition: Edition, *, by: User, tab: str, lock_version: int, is_looking: bool = True) -> Pulse:
    """Note that ``by`` has ``edition`` open in ``tab``, and say what there is to know since ``lock_version``.

    ``edition`` comes with provision, wordings and head. Somebody who ``is_looking`` keeps their claim; not in a pulse
    that tells of a move, which costs a query already.
    """
    has_moved = edition.lock_version != lock_version
    at = timezone.now()
    present = list(Presence.objects.filter(edition=edition).select_related("user").order_by("opened_at", "id"))
    mine = next((row for row in present if (row.user_id, row.tab) == (by.pk, tab)), None)
    if mine is None:
        Presence.objects.filter(seen_at__lt=at - GONE_AFTER).delete()  # of all editions, whenever a page is opened
        row = Presence(edition=edition, user=by, tab=tab, seen_at=at)
        Presence.objects.bulk_create([row], ignore_conflicts=True)
    else:
        Presence.objects.filter(pk=mine.pk).update(seen_at=at)
        if is_looking and not has_moved:
            renew_claim(edition, by=by, at=at)
    others = [row for row in present if row.seen_at >= at - GONE_AFTER and row is not mine]
    return Pulse(
        here=_colleagues(others, by),
        other_tab=any(row.user_id == by.pk for row in others),
        newer=edition.is_open and edition.provision_changed,
        lock_version=edition.lock_version,
        moved=_moved(edition) if has_moved else "",
        claimed_until=edition.claimed_until if edition.claimed_by_id == by.pk else None,
    )


def renew_claim(edition: Edition, *, by: User, at: datetime) -> None:
    """Give ``by`` the whole lease again if the claim is theirs. It is no move: open forms stay current."""
    until = at + LEASE
    if edition.claimed_by_id != by.pk or edition.claimed_until is None or until - edition.claimed_until < RENEWED_AFTER:
        return
    if Edition.objects.open().filter(pk=edition.pk, claimed_by=by).update(claimed_until=until):
        edition.claimed_until = until


def _colleagues(rows: list[Presence], by: User) -> list[Here]:
    """One a person, since they opened their first page."""
    first = {row.user_id: row for row in reversed(rows) if row.user_id != by.pk}
    return [Here(row.user.shown_name, row.opened_at) for row in sorted(first.values(), key=lambda row: row.opened_at)]


def _moved(edition: Edition) -> str:
    """ "Ada saved revision 4 at 10:04 UTC" """
    # Remarks and claims, which move nothing, may follow under the same version.
    events = Event.objects.filter(edition_ref=edition.pk, data__lock_version=edition.lock_version)
    last_move = events.order_by("sequence").first()
    if last_move is None:
        return "Somebody changed it"
    assert edition.head is not None
    saved = last_move.action == "revise" and last_move.data.get("new_text")
    words = f"saved revision {edition.head.number}" if saved else last_move.words
    return f"{last_move.actor} {words} at {last_move.at:%H:%M} UTC"
