"""What happened to an edition: its events, newest first, with the revisions they brought."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject

from analysis.models import DraftRun
from review.models import Decision, Edition, Event, Revision
from review.policies import Case

SHOWN = 30  # events; the audit list has all
_BRINGING = ("take_in", "open_edition", "reopen", "revise")


@dataclass(frozen=True)
class Entry:
    """An event with the revision it brought (0: none), who drafted that, and the decision with its reason."""

    event: Event
    revision: int
    drafter: str
    decision: Decision | None

    @property
    def stands_beside(self) -> bool:
        """A draft that came when people had changed the text: it did not take its place."""
        return bool(self.event.data.get("beside"))

    @property
    def reason(self) -> str:
        return self.decision.reason if self.decision else str(self.event.data.get("reason") or "")


def context(edition: Edition, case: Case) -> dict[str, Any]:
    """What ``_history.html`` shows. One query."""
    found = list(_events(edition)[: SHOWN + 1])
    entries = [_entry(event, case.decisions) for event in found[:SHOWN]]
    return {"history": entries, "has_more_events": len(found) > SHOWN}


def _events(edition: Edition) -> Any:
    revision = Revision.objects.filter(pk=OuterRef("revision_ref")).annotate(
        told=JSONObject(
            number="number",
            drafter="draft_run__drafter",
            model_requested="draft_run__model_requested",
            model_returned="draft_run__model_returned",
            prompt_name="draft_run__prompt_name",
            prompt_version="draft_run__prompt_version",
        )
    )
    events = Event.objects.filter(edition_ref=edition.pk).order_by("-sequence")
    return events.annotate(told=Subquery(revision.values("told")[:1]))


def _entry(event: Any, decisions: Sequence[Decision]) -> Entry:
    told = dict(event.told or {})
    number = told.pop("number", 0)
    brought = number if event.action in _BRINGING and event.data.get("new_text", True) else 0
    drafter = DraftRun(**told).drafter_words if brought and told.get("drafter") else ""
    return Entry(event, brought, drafter, _decision_of(event, decisions))


def _decision_of(event: Event, decisions: Sequence[Decision]) -> Decision | None:
    """The last one of the same person and kind before it: a decision is written, then its event."""
    same = (d for d in reversed(decisions) if (d.by_id, d.kind) == (event.actor_ref, event.action))
    return next((decision for decision in same if decision.at <= event.at), None)
