"""Texts held back since the last good one: which of them may yet prove to be the document, and what speaks against it.

A large removal is confirmed by a second capture that agrees, or, in a collection that records only what differs, by
having stood for two days. The rules: docs/decisions/0011-health-gate.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from atlas.archive.gate.health import Problem, examine, may_be_real
from atlas.models import Capture, Collection, Document, HoldDecision, HoldRuling, Incident, Outcome

HELD_LONG_ENOUGH = timedelta(hours=48)
ALTERNATING = timedelta(days=90)  # a text that was held and went away so lately is one side of a flapping page

# Reasons as they are recorded, and read again: whoever takes a held text up later must know.
EXTRACTION_CHANGED = "Our extraction was changed with this capture."
AGREED = "Held at first; a later capture agreed with it."
STOOD = "Held at first; it then stood for 48 hours."
REJECTED = "An editor has rejected this text for this document."
ALTERNATED = (
    "The page showed this text before and went back to its earlier one, so only an editor can tell which counts."
)


@dataclass(frozen=True, slots=True)
class Held:
    """The latest held text that may yet prove real. ``stands``: no other text was captured after it."""

    text: str
    since: datetime
    capture_id: int
    collection: Collection | None = None
    source_ref: str = ""
    is_upgrade: bool = False
    stands: bool = True


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the gate says of a text: why it is held, if it is, and whether it ``confirms`` the text held before it."""

    problems: tuple[Problem, ...] = ()
    confirms: bool = False

    @property
    def language(self) -> str:
        """The language that the text is in, if that alone is what makes it another than the last good one."""
        return next((problem.language for problem in self.problems if problem.language), "")


def judge(text: str, *, last_good: str | None, held: Held | None) -> Ruling:
    """May ``text`` become a version? ``held`` is what waits for a capture that agrees with it.

    A text that agrees with the last good one says nothing for a held one: the page may be back.
    """
    found = tuple(examine(text, last_good=last_good))
    agrees = bool(found) and held is not None and (text == held.text or not examine(text, last_good=held.text))
    return Ruling(found, agrees)


def doubts(document: Document, sha256: str, *, at: datetime, incident: Incident | None) -> list[Problem]:
    """What the document's record says against a text that is about to be held; two queries."""
    decisions = HoldDecision.objects.filter(capture__document=document, capture__snapshot__sha256=sha256)
    if decisions.filter(ruling=HoldRuling.REJECTED).exists():
        return [Problem(REJECTED)]
    earlier = Capture.objects.filter(document=document, snapshot__sha256=sha256, outcome=Outcome.QUARANTINED)
    if incident is not None:
        earlier = earlier.filter(sequence__lt=incident.opened_by.sequence)
    if earlier.filter(captured_at__gte=at - ALTERNATING).exists():
        return [Problem(ALTERNATED)]
    return []


def waits_to_be_confirmed(reasons: Iterable[str]) -> bool:
    """Whether time and further captures may tell, so that no editor is needed."""
    return all(may_be_real(reason) or reason == EXTRACTION_CHANGED for reason in reasons)


def load_held(document: Document, incident: Incident) -> Held | None:
    """The latest text held since ``incident`` began that may yet prove real."""
    captures = Capture.objects.filter(document=document, sequence__gte=incident.opened_by.sequence)
    held = captures.filter(outcome=Outcome.QUARANTINED).order_by("-sequence")
    latest = held.values_list("pk", flat=True).first()
    for key, reasons in held.filter(hold_decision=None).values_list("pk", "reasons"):
        if waits_to_be_confirmed(reasons):
            capture = held.select_related("snapshot", "collection").get(pk=key)
            assert capture.snapshot is not None
            return as_held(capture, capture.snapshot.text, stands=key == latest)
    return None


def as_held(capture: Capture, text: str, *, stands: bool = True) -> Held:
    """A held capture as what waits to be confirmed."""
    return Held(
        text,
        capture.captured_at,
        capture.pk,
        capture.collection,
        capture.source_ref,
        EXTRACTION_CHANGED in capture.reasons,
        stands,
    )


def is_decided(held: Held) -> bool:
    """Has an editor decided on it meanwhile?"""
    return HoldDecision.objects.filter(capture=held.capture_id).exists()
