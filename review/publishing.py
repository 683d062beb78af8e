"""From an approved edition to what readers see, and the ends of a publication. The only writer of publications."""

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from atlas.markup import citations
from atlas.models import (
    TEXT_FIELDS,
    Approval,
    AttributeValue,
    Obligation,
    Publication,
    User,
    Version,
    Wording,
)
from review.errors import NotAllowed
from review.models import Decision, DecisionKind, Edition, EditionKind, Revision, State
from review.moves import lock_edition, lock_provision, move, record
from review.policies import Case, check_permission, check_reason, load_case

ENDINGS = {
    DecisionKind.WITHDRAW: "review.withdraw_publication",
    DecisionKind.RETRACT: "review.retract_publication",
}


@transaction.atomic
def publish(edition: Edition, *, by: User | None = None) -> Publication:
    """Publish an approved edition; the publication that stood before is superseded in the same transaction.

    PostgreSQL compares text, approvals and wording once more at commit.
    """
    edition = lock_edition(edition, lock_version=None)
    if edition.state != State.APPROVED:
        raise NotAllowed("Only an approved edition can be published.")
    if edition.provision_changed:
        raise NotAllowed("The provision has changed since it was approved: void the approval and review again.")
    case = load_case(edition)
    live = edition.provision.publications.live().first()
    if live is not None:
        Publication.objects.filter(pk=live.pk).update(superseded_at=timezone.now())
    publication = _write(case)
    _write_approvals(publication, case)
    write_facts(publication)
    move(edition, State.PUBLISHED, "publish", by=by, publication=publication.public_id)
    return publication


def _write(case: Case) -> Publication:
    edition = case.edition
    major, minor = _next_number(edition)
    return Publication.objects.create(
        **case.head.content(),
        content_sha256=case.head.content_sha256,
        provision=edition.provision,
        wording=edition.wording,
        version=latest_version(edition.wording),
        major=major,
        minor=minor,
        published_at=timezone.now(),
        revision_id=case.head.pk,
        drafter=_drafter(edition)[:300],
        solo_review=_is_solo(case),
        public_note=edition.public_note,
    )


def _write_approvals(publication: Publication, case: Case) -> None:
    names: set[str] = set()
    for decision in case.approvals:
        name = decision.by.shown_name
        name = f"{name} ({decision.by.username})" if name in names else name
        names.add(name)
        Approval.objects.create(
            publication=publication, name=name, role=decision.by.public_role or "Editor", approved_at=decision.at
        )


def write_facts(publication: Publication) -> None:
    """The coded facts and citations that readers search by."""
    AttributeValue.objects.bulk_create(
        AttributeValue(
            publication=publication, attribute_id=item["attribute"], value=item["value"], quote=item.get("quote", "")
        )
        for item in publication.attributes
    )
    keys = {citation.key for field in TEXT_FIELDS for citation in citations(getattr(publication, field))}
    publication.cited.set(Obligation.objects.filter(key__in=keys))


def _next_number(edition: Edition) -> tuple[int, int]:
    """2.0 follows 1.3 for a new text of the provision; 1.4 follows it for a correction, also after 2.0."""
    publications = edition.provision.publications.order_by("-major", "-minor")
    if edition.kind == EditionKind.CORRECTION:
        corrected = publications.filter(wording__folded_sha256=edition.wording.folded_sha256)[0]
        return corrected.major, corrected.minor + 1
    last = publications.first()
    return (last.major + 1, 0) if last else (1, 0)


def latest_version(wording: Wording) -> Version:
    """The version with this wording that was seen last."""
    placed = Version.objects.filter(placements__wording=wording)
    return placed.annotate(seen=Max("captures__sequence")).order_by("-seen", "-number")[0]


def _drafter(edition: Edition) -> str:
    """Who wrote it, in words: "Outline without a model, edited by Ada Example"."""
    words = list(dict.fromkeys(r.author_words for r in edition.revisions.select_related("author", "draft_run__job")))
    return words[0] + (f", edited by {' and '.join(words[1:])}" if words[1:] else "")


def _is_solo(case: Case) -> bool:
    """Published under single-editor review: its author approved, or fewer people than are needed elsewhere."""
    return any(decision.is_self_approval for decision in case.approvals) or len(case.approvals) < case.strictly_required


@transaction.atomic
def withdraw(publication: Publication, *, by: User, reason: str) -> None:
    """End a publication: readers see ``reason`` in its place."""
    _end(publication, DecisionKind.WITHDRAW, by=by, reason=reason, columns=("withdrawn_at", "withdrawal_note"))


@transaction.atomic
def retract(publication: Publication, *, by: User, reason: str) -> None:
    """End a publication that should not be relied on: a tombstone with ``reason`` stays (410)."""
    _end(publication, DecisionKind.RETRACT, by=by, reason=reason, columns=("retracted_at", "retraction_note"))


def _end(publication: Publication, kind: DecisionKind, *, by: User, reason: str, columns: tuple[str, str]) -> None:
    check_permission(by, ENDINGS[kind], f"{kind} publications")
    note = check_reason(reason)
    lock_provision(publication.provision_id)
    publication = Publication.objects.select_for_update(of=("self",)).get(pk=publication.pk)
    _check_can_end(publication, kind)
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
    )
    Publication.objects.filter(pk=publication.pk).update(**dict(zip(columns, (timezone.now(), note), strict=True)))
    record(edition, kind.value, by=by, revision=revision, publication=publication.public_id, reason=note)


def _check_can_end(publication: Publication, kind: DecisionKind) -> None:
    if publication.retracted_at:
        raise NotAllowed("This publication has been retracted already.")
    if kind == DecisionKind.WITHDRAW and not publication.is_live:
        raise NotAllowed("Only a publication that stands can be withdrawn.")
