"""From an approved edition to what readers see: the only writer of publications. How they end is in ``ending``."""

from collections.abc import Iterator

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.db.models.expressions import RawSQL
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
from review.models import Edition, EditionKind, Revision, State
from review.moves import lock_edition, move
from review.policies import Case, load_case


@transaction.atomic
def publish(edition: Edition, *, by: User | None = None) -> Publication:
    """Publish an approved edition; the publication that stood before is superseded in the same transaction.

    PostgreSQL compares text, approvals and wording once more at commit.
    """
    return publish_locked(lock_edition(edition, lock_version=None), by=by)


def publish_locked(edition: Edition, *, by: User | None) -> Publication:
    """:func:`publish`, for a verb that has locked ``edition`` in its transaction (``review.moves.lock_edition``)."""
    if edition.state != State.APPROVED:
        raise NotAllowed("Only an approved edition can be published.")
    case = load_case(edition)
    if found := list(_hindrances(case)):
        raise NotAllowed(*found)
    edition.provision.publications.live().update(superseded_at=timezone.now())
    publication = _write(case)
    _write_approvals(publication, case)
    write_facts(publication)
    approvers = [decision.by.shown_name for decision in case.approvals]
    move(edition, State.PUBLISHED, "publish", by=by, publication=publication.public_id, approved_by=approvers)
    return publication


def _hindrances(case: Case) -> Iterator[str]:
    """What may have come between the approval and its publication. Who approved stays: not asked what they may now."""
    edition = case.edition
    if edition.provision_changed:
        yield "The provision has changed since it was approved: void the approval and review again."
    if edition.approved_revision_id != case.head.pk:
        yield "The text is not the one that was approved: void the approval and review again."
    if case.open_blockers:
        yield "A blocking check is open: void the approval and mend the text, or have it waived."
    if case.open_objections:
        yield "A blocking comment is open: resolve it, or void the approval."
    if edition.kind == EditionKind.CORRECTION and not edition.public_note:
        yield "A correction needs its public note: what was wrong."
    counting = len({d.by_id for d in case.approvals if settings.ATLAS_SOLO_REVIEW or not case.is_own_work(d.by)})
    if counting < case.approvals_required:
        yield f"Too few approvals count ({counting} of {case.approvals_required}): void them and review again."


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
    """The coded facts and citations of a new publication, that readers search by."""
    AttributeValue.objects.bulk_create(
        AttributeValue(
            publication=publication, attribute_id=item["attribute"], value=item["value"], quote=item.get("quote", "")
        )
        for item in publication.attributes
    )
    keys = {citation.key for field in TEXT_FIELDS for citation in citations(getattr(publication, field))}
    publication.cited.add(*Obligation.objects.filter(key__in=keys))


def _next_number(edition: Edition) -> tuple[int, int]:
    """2.0 follows 1.3 for a new text of the provision; 1.4 follows it for a correction, also after 2.0."""
    numbers = edition.provision.publications.order_by("-major", "-minor").values_list("major", "minor")
    if edition.kind == EditionKind.CORRECTION:
        major, minor = numbers.filter(wording__folded_sha256=edition.wording.folded_sha256)[0]
        return major, minor + 1
    last = numbers.first()
    return (last[0] + 1, 0) if last else (1, 0)


def latest_version(wording: Wording) -> Version:
    """The version with this wording that was seen last."""
    placed = Version.objects.filter(placements__wording=wording)
    return placed.annotate(seen=Max("captures__sequence")).order_by("-seen", "-number")[0]


# What ``Revision.author_words`` reads, without the texts and without what a draft run keeps for its trace.
_AUTHOR = [f"author__{name}" for name in ("public_name", "first_name", "last_name", "username")]
_RUN = [
    f"draft_run__{name}" for name in ("drafter", "model_requested", "model_returned", "prompt_name", "prompt_version")
]
_AUTHORSHIP = [f"{of}{name}" for of in ("", "parent__") for name in ("author_kind", "parent_id", *_AUTHOR, *_RUN)]


def _drafter(edition: Edition) -> str:
    """Who wrote it, in words: "Outline without a model, edited by Ada Example". Unused drafts do not count."""
    line = Revision.objects.filter(pk__in=RawSQL("SELECT id FROM review_line(%s)", [edition.head_id]))
    line = line.select_related("author", "draft_run", "parent__author", "parent__draft_run").only(*_AUTHORSHIP)
    words = list(dict.fromkeys(revision.author_words for revision in line.order_by("pk")))
    return words[0] + (f", edited by {' and '.join(words[1:])}" if words[1:] else "")


def _is_solo(case: Case) -> bool:
    """Published under single-editor review: its author approved, or fewer people than are needed elsewhere."""
    return any(decision.is_self_approval for decision in case.approvals) or len(case.approvals) < case.strictly_required
