"""The desk's left column: the text a draft was read against, what it was before, and what came after."""

from typing import Any

from django.db.models import Max

from atlas.archive.texts.wording_diff import DiffPart, diff_words
from atlas.models import Change, Wording
from review.models import Edition


def source_context(edition: Edition) -> dict[str, Any]:
    """The text it was read against, what it was before, and when both were seen."""
    live = edition.provision.publications.live().select_related("wording").prefetch_related("approvals").first()
    change = Change.objects.filter(new_wording=edition.wording).select_related("old_wording", "capture").first()
    previous = previous_wording(edition, live.wording if live else None, change)
    seen = edition.wording.placements.aggregate(newest=Max("version_id"), last=Max("version__captures__captured_at"))
    return {
        "live": live,
        "change": change,
        "previous": previous,
        "diff": diff_words(previous.text, edition.wording.text)
        if previous
        else [DiffPart("same", edition.wording.text)],
        "newer": newer_diff(edition),
        "version_public_id": f"AT-V-{seen['newest']:06d}" if seen["newest"] else "",
        "last_seen": seen["last"],
    }


def previous_wording(edition: Edition, published: Wording | None, change: Change | None) -> Wording | None:
    """What readers' analysis describes now, else what the platform's text was before."""
    if published is not None and published.pk != edition.wording_id:
        return published
    return change.old_wording if change else None


def newer_diff(edition: Edition) -> list[DiffPart]:
    """What the platform changed since this edition was opened; empty if nothing."""
    current = edition.provision.current_wording
    if not edition.provision_changed or current is None:
        return []
    return diff_words(edition.wording.text, current.text)
