"""The revisions of an edition, with what names their authors."""

from django.db.models import QuerySet

from review.models import Edition, Revision

# What a draft run keeps for its trace: megabytes that no page of the desk shows.
HEAVY = [
    "raw_answer",
    "messages",
    "calls",
    "repairs",
    "blocks",
    "quote_spans",
    "analysis",
    "candidates",
    "parameters",
    "price",
    "software",
]


def revisions_of(edition: Edition) -> QuerySet[Revision]:
    return with_authors(edition.revisions.all())


def with_authors(revisions: QuerySet[Revision]) -> QuerySet[Revision]:
    revisions = revisions.select_related("author", "draft_run__job", "parent__author")
    return revisions.defer(*(f"draft_run__{column}" for column in HEAVY))
