"""An edition with what its pages show, and who may see them."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from atlas.models import User
from review.models import Edition

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


def load_edition(edition_id: int) -> Edition:
    return get_object_or_404(
        Edition.objects.select_related(
            "provision__document__platform",
            "provision__current_wording",
            "wording",
            "head__author",
            "head__instructed_by",
            "head__draft_run__job",
            "claimed_by",
        ).defer(*(f"head__draft_run__{column}" for column in HEAVY)),
        pk=edition_id,
    )


def may_see(request: HttpRequest) -> User:
    """The person, if they may see the desk at all."""
    assert isinstance(request.user, User)
    if not request.user.has_perm("review.view_edition"):
        raise PermissionDenied
    return request.user
