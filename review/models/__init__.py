"""The editors' record. PostgreSQL holds its rules itself: the guards in ``review/migrations/``."""

from review.models.decisions import EVENT_WORDS, Decision, DecisionKind, Event, ReasonCode
from review.models.desk import Comment, DeskSettings, Presence, Snippet, UnsavedText
from review.models.editions import (
    OPEN_STATES,
    PART_LABELS,
    AuthorKind,
    Edition,
    EditionKind,
    EditionQuerySet,
    Finding,
    Revision,
    Severity,
    State,
)
from review.models.requests import AnalysisRequest, ApiToken, RequestRuling

__all__ = [
    "EVENT_WORDS",
    "OPEN_STATES",
    "PART_LABELS",
    "AnalysisRequest",
    "ApiToken",
    "AuthorKind",
    "Comment",
    "Decision",
    "DecisionKind",
    "DeskSettings",
    "Edition",
    "EditionKind",
    "EditionQuerySet",
    "Event",
    "Finding",
    "Presence",
    "ReasonCode",
    "RequestRuling",
    "Revision",
    "Severity",
    "Snippet",
    "State",
    "UnsavedText",
]
