"""The revisions of an edition, with what names their authors."""

from django.db.models import QuerySet

from review.desk.loading import HEAVY
from review.models import Edition, Revision


def revisions_of(edition: Edition) -> QuerySet[Revision]:
    revisions = edition.revisions.select_related("author", "draft_run__job", "parent__author")
    return revisions.defer(*(f"draft_run__{column}" for column in HEAVY))
