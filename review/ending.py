"""How a publication ends without a successor: withdrawn, with a notice, or retracted, with a tombstone."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from atlas.models import Publication, User
from review.errors import NotAllowed
from review.models import Decision, DecisionKind, Edition, ReasonCode, Revision
from review.moves import lock_provision, record
from review.policies import check_permission, check_reason

ENDINGS = {
    DecisionKind.WITHDRAW: "review.withdraw_publication",
    DecisionKind.RETRACT: "review.retract_publication",
}
ENDING_REASONS = (
    ReasonCode.WRONG,
    ReasonCode.NOT_GROUNDED,
    ReasonCode.WRONG_LAW,
    ReasonCode.INCOMPLETE,
    ReasonCode.DUPLICATE,
    ReasonCode.OTHER,
)
_COLUMNS = {
    DecisionKind.WITHDRAW: ("withdrawn_at", "withdrawal_note"),
    DecisionKind.RETRACT: ("retracted_at", "retraction_note"),
}


@transaction.atomic
def withdraw(publication: Publication, *, by: User, reason: str, reason_code: str = ReasonCode.OTHER) -> None:
    """End a publication: readers see ``reason`` in its place."""
    _end(publication, DecisionKind.WITHDRAW, by=by, reason=reason, reason_code=reason_code)


@transaction.atomic
def retract(publication: Publication, *, by: User, reason: str, reason_code: str = ReasonCode.OTHER) -> None:
    """End a publication that should not be relied on: a tombstone with ``reason`` stays (410)."""
    _end(publication, DecisionKind.RETRACT, by=by, reason=reason, reason_code=reason_code)


def _end(publication: Publication, kind: DecisionKind, *, by: User, reason: str, reason_code: str) -> None:
    """An analysis that was published again when its text returned ends wherever it stands: the words are the same."""
    lock_provision(publication.provision_id)
    publication = Publication.objects.select_for_update(of=("self",)).get(pk=publication.pk)
    note = check_can_end(publication, kind, by=by, reason=reason, reason_code=reason_code)
    column, _ = _COLUMNS[kind]
    at = timezone.now()
    same_words = Publication.objects.filter(revision_id=publication.revision_id, **{column: None})
    for each in same_words.select_for_update(of=("self",)).order_by("pk"):
        set_ending(each, kind, note, at)
        _tell(each, kind, by=by, note=note, reason_code=reason_code)


def _tell(publication: Publication, kind: DecisionKind, *, by: User, note: str, reason_code: str) -> None:
    """Save a publication that has ended, with the decision and the event that say so."""
    revision = Revision.objects.select_related("edition").get(pk=publication.revision_id)
    edition = Edition.objects.select_for_update().get(pk=revision.edition_id)
    Decision.objects.create(
        edition=edition,
        revision=revision,
        wording_id=publication.wording_id,
        content_sha256=revision.content_sha256,
        round=edition.round,
        kind=kind,
        by=by,
        reason=note,
        reason_code=reason_code,
    )
    publication.save(update_fields=list(_COLUMNS[kind]))
    record(
        edition,
        kind.value,
        by=by,
        revision=revision,
        publication=publication.public_id,
        number=publication.number,
        reason=note,
        reason_code=reason_code,
    )


def set_ending(publication: Publication, kind: DecisionKind, note: str, at: datetime) -> None:
    """Make ``publication`` what readers see once it has ended. Does not save it."""
    column, noted = _COLUMNS[kind]
    setattr(publication, column, at)
    setattr(publication, noted, note)


def check_can_end(publication: Publication, kind: DecisionKind, *, by: User, reason: str, reason_code: str) -> str:
    """The note for readers, if ``by`` may end ``publication`` with it; raises NotAllowed otherwise."""
    check_permission(by, ENDINGS[kind], f"{kind} publications")
    if publication.retracted_at:
        raise NotAllowed("This publication has been retracted already.")
    if kind == DecisionKind.WITHDRAW and not publication.is_live:
        raise NotAllowed("Only a publication that stands can be withdrawn.")
    if reason_code not in ENDING_REASONS:
        raise NotAllowed("Please choose what was wrong with it: the reasons are counted.")
    return check_reason(reason)
