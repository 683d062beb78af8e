"""What is held and waits for somebody's word, and what is next for an incident, in words."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, QuerySet

from atlas.archive.gate.held import REJECTED, waits_to_be_confirmed
from atlas.models import Capture, HoldDecision, HoldRuling, Incident, Outcome

AGAIN = "Waits for a good capture."
CONFIRMED = "Waits for a second capture that agrees, or for an editor."
CONFIRMED_BY_TIME = "Waits for a second capture that agrees, for 48 hours without another record, or for an editor."
EDITOR = "Waits for a good capture or for an editor."
UNREAD = "Waits for the page to be read again."
TURNED_DOWN = "An editor rejected the held text. Waits for a good capture."


@dataclass(frozen=True, slots=True)
class IncidentState:
    """``held`` is the latest capture held in the incident, if one was."""

    words: str
    held: Capture | None


def waiting_for_a_decision() -> QuerySet[Capture]:
    """The latest held capture of each text of each open incident that nobody decided on."""
    again = Capture.objects.filter(
        document=OuterRef("document"),
        snapshot=OuterRef("snapshot"),
        outcome=Outcome.QUARANTINED,
        sequence__gt=OuterRef("sequence"),
    )
    decided = HoldDecision.objects.filter(
        capture__document=OuterRef("document"), capture__snapshot=OuterRef("snapshot"), ruling=HoldRuling.REJECTED
    )
    return Capture.objects.filter(
        ~Exists(again),
        ~Exists(decided),
        outcome=Outcome.QUARANTINED,
        hold_decision=None,
        document__in=Incident.objects.filter(closed_at=None).values("document"),
        pk__in=_since_their_incidents(),
    )


def _since_their_incidents() -> QuerySet[Capture]:
    rows = Incident.objects.filter(
        closed_at=None,
        document__captures__outcome=Outcome.QUARANTINED,
        document__captures__sequence__gte=F("opened_by__sequence"),
    )
    return rows.order_by().values("document__captures")  # type: ignore[return-value]


def incident_states(incidents: Iterable[Incident]) -> dict[int, IncidentState]:
    """What is next for each; two queries. ``opened_by`` and ``closed_by`` are best read with the incidents."""
    rows = list(incidents)
    documents = [incident.document_id for incident in rows if incident.closed_at is None]
    failed = _latest(documents, Outcome.QUARANTINED, Outcome.FAILED)
    held = _latest(documents, Outcome.QUARANTINED)
    return {incident.pk: _state(incident, failed, held) for incident in rows}


def _latest(documents: list[int], *outcomes: Outcome) -> dict[int, Capture]:
    captures = Capture.objects.filter(document__in=documents, outcome__in=outcomes).select_related("hold_decision")
    latest = captures.order_by("document_id", "-sequence").distinct("document_id")
    return {capture.document_id: capture for capture in latest}


def _state(incident: Incident, failed: dict[int, Capture], held: dict[int, Capture]) -> IncidentState:
    if incident.closed_at is not None:
        ended = incident.closed_by.reasons if incident.closed_by else []
        first = incident.opened_by if incident.opened_by.outcome == Outcome.QUARANTINED else None
        return IncidentState(f"Ended. {ended[0]}" if ended else "Ended by a good capture.", first)
    latest, capture = failed.get(incident.document_id), held.get(incident.document_id)
    if capture is not None and capture.sequence < incident.opened_by.sequence:
        capture = None
    if capture is None or latest is None or latest.outcome == Outcome.FAILED:
        return IncidentState(UNREAD, capture)
    return IncidentState(what_is_next(capture), capture)


def what_is_next(capture: Capture) -> str:
    """What a held capture, the latest of its document, waits for."""
    if hasattr(capture, "hold_decision") or REJECTED in capture.reasons:
        return TURNED_DOWN
    if not waits_to_be_confirmed(capture.reasons):
        return EDITOR
    return CONFIRMED_BY_TIME if capture.collection_id else CONFIRMED
