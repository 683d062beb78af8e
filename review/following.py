"""What review does when provisions change. Nothing is told to it: it compares what stands with what was read.

Idempotent, one transaction an edition or a publication, so a lost or doubled bell is harmless. The rules, and what
happens when a text goes and comes back: docs/decisions/0016-following-changes.md.
"""

from collections.abc import Callable, Iterable

import structlog
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from analysis.models import DraftJob, JobState
from analysis.priorities import READ_ELSEWHERE
from analysis.queue import OPEN, queue_changes, queue_successor
from atlas.models import Change, Provision, Publication
from review.carrying import discard_for_change, discarded_for_change, left_behind
from review.errors import NotAllowed
from review.intake import open_with
from review.models import AuthorKind, Edition, Event, Revision, State
from review.moves import lock_edition, lock_provision, move, record
from review.restoring import restorable, restore

logger = structlog.get_logger(__name__)

CUT_ANEW = "Its text is cut otherwise now, and has to be read again."
STILL_OBJECTED = "Changes had been asked for, or a blocking comment was open, when the provision changed."
WAITING = (JobState.QUEUED, JobState.PAUSED, JobState.FAILED)  # jobs that a drafter has yet to look at


def follow_changes() -> int:
    """Bring editions and publications in step with the texts in force; returns how many moved.

    Editions about a text that has gone give way; what was approved for a text that is back is published again; and
    what was being written about such a text is taken up again.
    """
    moved = _each(follow_edition, _outdated().values_list("pk", flat=True))
    moved += _each(_restore, restorable().values_list("pk", flat=True))
    return moved + _each(reopen, _returned().values_list("pk", flat=True))


def queue_what_changed() -> int:
    """Queue drafts of changed provisions, each with what people had written before; returns how many were queued."""
    with transaction.atomic():
        queued = queue_changes()
        for provision in _with_waiting_jobs():
            _hand_down(provision)
    return queued


def _each(step: Callable[[int], bool], keys: Iterable[int]) -> int:
    """Take ``step`` for every key. One that fails is logged and does not hold up the others."""
    moved = 0
    for key in list(keys):
        try:
            moved += step(key)
        except NotAllowed as refused:
            logger.info("not followed", step=step.__name__, row=key, why=str(refused))
        except Exception:
            logger.exception("not followed", step=step.__name__, row=key)
    return moved


def _outdated() -> QuerySet[Edition]:
    """Open editions about another row than the wording in force, also where the words are the same."""
    is_other = ~Q(wording=F("provision__current_wording")) | Q(provision__removed_at__isnull=False)
    return Edition.objects.open().filter(is_other)


@transaction.atomic
def follow_edition(edition_id: int) -> bool:
    """What becomes of one open edition; False if nothing does."""
    edition = lock_edition(Edition.objects.get(pk=edition_id), lock_version=None)
    if not edition.is_open:
        return False
    if not edition.provision_changed:
        return _carry_forward(edition)
    change = _change_behind(edition)
    if change is None:
        return _review_again(edition)
    discard_for_change(edition)
    if edition.provision.removed_at is None and not change.is_return:
        queue_successor(change)
        _hand_down(edition.provision)
    return True


def _carry_forward(edition: Edition) -> bool:
    """The words are the same, so all that was approved stands. Said once for every such wording."""
    to = edition.provision.current_wording_id
    said = Event.objects.filter(edition_ref=edition.pk, action="carry_forward", data__to_wording=to)
    if to == edition.wording_id or said.exists():
        return False
    record(edition, "carry_forward", by=None, from_wording=edition.wording_id, to_wording=to)
    return True


def _change_behind(edition: Edition) -> Change | None:
    """The platform's change from the text of ``edition`` to what stands now.

    None where our own reading brought what stands: another extraction, another cut.
    """
    changes = Change.objects.filter(provision=edition.provision).select_related("new_wording")
    latest = changes.order_by("-capture_id", "-pk").first()
    if latest is None or latest.capture_id <= edition.wording.first_capture_id:
        return None
    led_to = latest.new_wording.folded_sha256 if latest.new_wording else None
    current = edition.provision.current_wording
    stands = current.folded_sha256 if current and edition.provision.removed_at is None else None
    return latest if led_to == stands else None


def _review_again(edition: Edition) -> bool:
    """The platform changed nothing, so the edition stays; but what was approved was another extent of the text."""
    if edition.state != State.APPROVED:
        return False
    edition.round += 1
    move(edition, State.IN_REVIEW, "void", by=None, reason=CUT_ANEW)
    return True


def _restore(publication_id: int) -> bool:
    restore(Publication.objects.get(pk=publication_id))
    return True


def _returned() -> QuerySet[Edition]:
    """Editions that gave way to a change, and whose text is in force again without a job or an edition."""
    same_words = {"provision": OuterRef("provision"), "wording__folded_sha256": OuterRef("wording__folded_sha256")}
    jobs = DraftJob.objects.filter(
        wording__provision=OuterRef("provision"),
        wording__folded_sha256=OuterRef("wording__folded_sha256"),
        state__in=OPEN,
    )
    return Edition.objects.filter(
        ~Exists(Edition.objects.open().filter(provision=OuterRef("provision"))),
        ~Exists(Edition.objects.filter(**same_words, pk__gt=OuterRef("pk"))),
        ~Exists(jobs),
        discarded_for_change(),
        state=State.DISCARDED,
        head__isnull=False,
        provision__removed_at=None,
        provision__current_wording__folded_sha256=F("wording__folded_sha256"),
    )


@transaction.atomic
def reopen(edition_id: int) -> bool:
    """A new edition with the text of one that gave way, now that its words are back. Its authors stay its authors."""
    provision = lock_provision(Edition.objects.get(pk=edition_id).provision_id)
    old = _returned().select_related("head").filter(pk=edition_id).first()
    if old is None or old.head is None or provision.current_wording is None:
        return False
    new = open_with(
        provision,
        provision.current_wording,
        old.head.content(),
        action="reopen",
        priority=_priority(old),
        public_note=old.public_note,
        author_kind=AuthorKind.CARRIED,
        parent=old.head,
    )
    if _was_objected(old):
        move(new, State.CHANGES_REQUESTED, "request_changes", by=None, reason=STILL_OBJECTED)
    return True


def _priority(old: Edition) -> int:
    """First comes what readers need because they see an analysis of another text."""
    is_read = Publication.objects.live().filter(provision=old.provision_id).exists()
    return max(old.priority, READ_ELSEWHERE) if is_read else old.priority


def _was_objected(old: Edition) -> bool:
    gave_way = Event.objects.filter(edition_ref=old.pk, to_state=State.DISCARDED)
    return (
        gave_way.filter(from_state=State.CHANGES_REQUESTED).exists()
        or old.comments.filter(is_blocking=True, resolved_at=None).exists()
    )


def _with_waiting_jobs() -> Iterable[Provision]:
    """Provisions whose text in force waits for a draft, and about which people have written."""
    jobs = DraftJob.objects.filter(wording=OuterRef("current_wording"), state__in=WAITING, earlier__isnull=True)
    written = Revision.objects.filter(edition__provision=OuterRef("pk"), author_kind=AuthorKind.PERSON)
    return Provision.objects.in_force().filter(Exists(jobs), Exists(written))


def _hand_down(provision: Provision) -> None:
    """Give the drafter of the text in force what people had written about the text before."""
    revision = left_behind(provision)
    if revision is not None:
        jobs = DraftJob.objects.filter(wording=provision.current_wording_id, state__in=WAITING, earlier__isnull=True)
        jobs.update(earlier=revision.content())
