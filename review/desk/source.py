"""The desk's left column: the text a draft was read against, what it was before, and what came after."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Subquery
from django.db.models.functions import JSONObject, Left, Length
from django.utils.dateparse import parse_datetime

from atlas.archive.texts.wording_diff import DiffPart, diff_words
from atlas.models import Capture, Change, Placement, Provision, Publication, Version, Wording
from review.desk.marking import Place, changes_only, mark
from review.models import Edition

NEIGHBOUR_CHARACTERS = 1500
SHORT = 4000  # characters; a longer text opens on its changes alone


def context(edition: Edition, live: Publication | None, places: Sequence[Place]) -> dict[str, Any]:
    """What ``_source.html`` shows. One query. ``places``: where the draft's quotes stand."""
    surroundings = read_surroundings(edition)
    previous = previous_wording(edition, live.wording if live else None, surroundings.change)
    text = edition.wording.text
    diff = diff_words(previous.text, text) if previous else [DiffPart("same", text)]
    return {
        "change": surroundings.change,
        "captured_at": surroundings.captured_at,
        "last_seen": surroundings.last_seen,
        "version_public_id": surroundings.version_public_id,
        "neighbours": surroundings.neighbours,
        "neighbour_characters": NEIGHBOUR_CHARACTERS,
        "previous": previous,
        "source": mark(diff, places),
        "source_changes": changes_only(diff) if previous else [],
        "opens_on_changes": bool(previous) and len(text) > SHORT,
        "newer": newer_diff(edition),
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


@dataclass(frozen=True)
class Surroundings:
    """Where the wording stands: the latest version that has it, its neighbours there, and the change that brought it.

    ``captured_at``: when that change was captured.
    """

    version_public_id: str = ""
    last_seen: datetime | None = None
    change: Change | None = None
    captured_at: datetime | None = None
    neighbours: Sequence[tuple[str, dict[str, Any]]] = ()


def read_surroundings(edition: Edition) -> Surroundings:
    """One query: the placements before, at and after the wording, and with each what is true of the wording."""
    own = Placement.objects.filter(wording=edition.wording).order_by("-version", "-splitter")
    captures = Capture.objects.filter(version__placements__wording=edition.wording).order_by("-captured_at")
    rows = (
        Placement.objects.filter(
            version=Subquery(own.values("version")[:1]), splitter=Subquery(own.values("splitter")[:1])
        )
        .annotate(own=Subquery(own.values("ordinal")[:1]))
        .filter(ordinal__range=(F("own") - 1, F("own") + 1))
        .values("version_id", side=F("ordinal") - F("own"), last_seen=Subquery(captures.values("captured_at")[:1]))
        .annotate(
            change=Subquery(_change(edition)),
            provision=F("wording__provision"),
            title=F("wording__provision__title"),
            length=Length("wording__text"),
            text=Left("wording__text", NEIGHBOUR_CHARACTERS),
        )
    )
    found: dict[int, dict[str, Any]] = {
        row["side"]: {**row, "public_id": Provision(pk=row["provision"]).public_id} for row in rows
    }
    if 0 not in found:
        return Surroundings()
    here, told = found[0], found[0]["change"] or {}
    return Surroundings(
        Version(pk=here["version_id"]).public_id,
        here["last_seen"],
        Change(**told["change"], old_wording=Wording(**told["old"]) if told["old"]["id"] else None) if told else None,
        parse_datetime(told["captured_at"]) if told else None,
        [(name, found[side]) for side, name in ((-1, "Before it"), (1, "After it")) if side in found],
    )


def _change(edition: Edition) -> Any:
    """The change that brought the wording, as JSON: its own columns, those of the wording before, its date."""
    own: Any = JSONObject(id="pk", kind="kind", significance="significance", reasons="reasons")
    old: Any = JSONObject(id="old_wording__pk", number="old_wording__number", text="old_wording__text")
    told: Any = JSONObject(change=own, old=old, captured_at="capture__captured_at")
    return Change.objects.filter(new_wording=edition.wording).annotate(told=told).values("told")[:1]
