"""What verify_archive recomputes of held captures: their incidents, and what editors decided on them."""

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from atlas.archive.verifying.verifying import ROWS_AT_ONCE, Verdicts, say
from atlas.models import Capture, HoldDecision, HoldRuling, Incident, Outcome

RELEASED = "Released by "  # how the reason of a capture begins that a release made
BAD = (Outcome.QUARANTINED, Outcome.FAILED)
GOOD = (Outcome.FIRST, Outcome.CHANGED, Outcome.RETURNED, Outcome.UNCHANGED)


def bad_captures() -> QuerySet[Capture]:
    """What was held or failed, and what editors released of it."""
    return Capture.objects.filter(Q(outcome__in=BAD) | Q(reasons__0__startswith=RELEASED))


def explained_captures() -> Verdicts:
    """Each bad capture has an incident, each released one the decision."""
    begun = Incident.objects.filter(document=OuterRef("document"), opened_by__sequence__lte=OuterRef("sequence"))
    elsewhere = ~Q(closed_by__document=F("document"))  # by the release of a variant, when the editor decided
    begun = begun.filter(
        Q(closed_by=None)
        | ~elsewhere & Q(closed_by__sequence__gt=OuterRef("sequence"))
        | elsewhere & Q(closed_at__gte=OuterRef("recorded_at"))
    )
    decided = HoldDecision.objects.filter(made=OuterRef("pk"), ruling=HoldRuling.RELEASED)
    rows = bad_captures().annotate(has_incident=Exists(begun), is_decided=Exists(decided)).order_by("pk")
    for capture in rows.iterator(ROWS_AT_ONCE):
        if capture.outcome in BAD:
            yield say(capture, "" if capture.has_incident else "it was held or failed, and no incident says so.")
        else:
            yield say(capture, "" if capture.is_decided else "an editor released it, and the decision is gone.")


def incidents() -> Verdicts:
    good = Capture.objects.filter(document=OuterRef("document"), outcome__in=GOOD, released_by=None)
    later = good.filter(sequence__gt=OuterRef("opened_by__sequence"))
    rows = Incident.objects.select_related("opened_by", "closed_by").annotate(is_over=Exists(later)).order_by("pk")
    for incident in rows.iterator(ROWS_AT_ONCE):
        yield say(incident, _incident_problem(incident))


def _incident_problem(incident: Incident) -> str:
    opened, closed = incident.opened_by, incident.closed_by
    if opened.document_id != incident.document_id or opened.outcome not in BAD:
        return "the capture that opened it is none of its document that was held or failed."
    if (closed is None) != (incident.closed_at is None):
        return "it ended without a capture, or with one at no time."
    if closed is None:
        return "it is open, and a good capture followed." if incident.is_over else ""  # type: ignore[attr-defined]
    if closed.outcome in BAD or (closed.document_id == opened.document_id and closed.sequence < opened.sequence):
        return "the capture that closed it is no good one after it."
    return ""


def hold_decisions() -> Verdicts:
    rows = HoldDecision.objects.select_related("capture", "made__document").order_by("pk")
    for decision in rows.iterator(ROWS_AT_ONCE):
        yield say(decision, _decision_problem(decision))


def _decision_problem(decision: HoldDecision) -> str:
    held, made = decision.capture, decision.made
    if held.outcome != Outcome.QUARANTINED:
        return "its capture was not held."
    if made is None:
        return ""
    if made.snapshot_id != held.snapshot_id or held.document_id not in (made.document_id, made.document.variant_of_id):
        return "the capture that it made is not of the text that was held."
    return ""
