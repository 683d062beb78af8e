"""The desk's left column: the text a draft was read against, what it was before, and what came after."""

from collections.abc import Sequence
from typing import Any

from django.db.models import F, Subquery
from django.db.models.functions import Left, Length

from atlas.archive.texts.wording_diff import DiffPart, diff_words
from atlas.models import Capture, Change, Placement, Provision, Publication, Version, Wording
from review.desk.marking import Place, changes_only, mark
from review.models import Edition

NEIGHBOUR_CHARACTERS = 1500
SHORT = 4000  # characters; a longer text opens on its changes alone


def context(edition: Edition, live: Publication | None, places: Sequence[Place]) -> dict[str, Any]:
    """What ``_source.html`` shows. Two queries. ``places``: where the draft's quotes stand."""
    change = Change.objects.filter(new_wording=edition.wording).select_related("old_wording", "capture").first()
    previous = previous_wording(edition, live.wording if live else None, change)
    text = edition.wording.text
    diff = diff_words(previous.text, text) if previous else [DiffPart("same", text)]
    return {
        "change": change,
        "previous": previous,
        "source": mark(diff, places),
        "source_changes": changes_only(diff) if previous else [],
        "opens_on_changes": bool(previous) and len(text) > SHORT,
        "newer": newer_diff(edition),
        **surroundings(edition),
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


def surroundings(edition: Edition) -> dict[str, Any]:
    """The latest version that has the wording, when it was captured last, and the provisions before and after it."""
    own = Placement.objects.filter(wording=edition.wording).order_by("-version", "-splitter")
    captures = Capture.objects.filter(version__placements__wording=edition.wording).order_by("-captured_at")
    rows = (
        Placement.objects.filter(
            version=Subquery(own.values("version")[:1]), splitter=Subquery(own.values("splitter")[:1])
        )
        .annotate(own=Subquery(own.values("ordinal")[:1]), last_seen=Subquery(captures.values("captured_at")[:1]))
        .filter(ordinal__range=(F("own") - 1, F("own") + 1))
        .values("version_id", "last_seen", side=F("ordinal") - F("own"))
        .annotate(
            provision=F("wording__provision"),
            title=F("wording__provision__title"),
            length=Length("wording__text"),
            text=Left("wording__text", NEIGHBOUR_CHARACTERS),
        )
    )
    found = {row["side"]: {**row, "public_id": Provision(pk=row["provision"]).public_id} for row in rows}
    here = found.get(0)
    return {
        "version_public_id": Version(pk=here["version_id"]).public_id if here else "",
        "last_seen": here["last_seen"] if here else None,
        "neighbours": [(name, found[side]) for side, name in ((-1, "Before it"), (1, "After it")) if side in found],
        "neighbour_characters": NEIGHBOUR_CHARACTERS,
    }
