"""Publishing again what was approved for a text that is in force again. No model and no editor is asked."""

from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, QuerySet
from django.utils import timezone

from atlas.models import Approval, Provision, Publication
from review.errors import NotAllowed
from review.models import Edition, Revision
from review.moves import lock_edition, lock_provision, record
from review.policies import check_can_restore, load_case
from review.publishing import latest_version, write_facts


def restorable() -> QuerySet[Publication]:
    """Superseded publications whose very words are in force again: the latest about them, and none is in review."""
    same_words = {"provision": OuterRef("provision"), "wording__folded_sha256": OuterRef("wording__folded_sha256")}
    return Publication.objects.filter(
        ~Exists(Publication.objects.filter(**same_words, pk__gt=OuterRef("pk"))),
        ~Exists(Edition.objects.open().filter(**same_words)),
        superseded_at__isnull=False,
        withdrawn_at=None,
        retracted_at=None,
        provision__removed_at=None,
        provision__current_wording__folded_sha256=F("wording__folded_sha256"),
    )


@transaction.atomic
def restore(publication: Publication) -> Publication:
    """Publish once more what was approved for a text that is in force again. Readers see the approvals of then.

    PostgreSQL holds the same conditions at commit (``review_check_restored``).
    """
    provision = lock_provision(publication.provision_id)
    revision = Revision.objects.get(pk=publication.revision_id)
    edition = lock_edition(revision.edition, lock_version=None)
    if not restorable().filter(pk=publication.pk).exists():
        raise NotAllowed("Only the latest analysis of the text in force, superseded by a later text's, comes back.")
    case = load_case(edition)
    check_can_restore(case, is_solo=publication.solo_review)
    provision.publications.live().update(superseded_at=timezone.now())
    again = Publication.objects.create(
        **publication.content(),
        content_sha256=publication.content_sha256,
        provision=provision,
        wording=edition.wording,
        version=latest_version(edition.wording),
        major=_highest_number(provision) + 1,
        published_at=timezone.now(),
        revision_id=revision.pk,
        drafter=publication.drafter,
        solo_review=publication.solo_review,
        public_note=publication.public_note,
    )
    for approval in publication.approvals.all():
        Approval.objects.create(
            publication=again, name=approval.name, role=approval.role, approved_at=approval.approved_at
        )
    write_facts(again)
    record(edition, "restore", by=None, publication=again.public_id, restores=publication.public_id)
    return again


def _highest_number(provision: Provision) -> int:
    highest: int = provision.publications.aggregate(highest=Max("major"))["highest"]
    return highest
