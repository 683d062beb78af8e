"""The allowed steps of an edition: one table, read by the verbs, the docs and the tests.

PostgreSQL holds the same pairs itself (``review/migrations/0002_guards.py``); a test proves that both agree. It holds
the endings of publications as well (``0008_desk_guards.py``).
"""

from dataclasses import dataclass

from review.models import OPEN_STATES, State

NEW = ""  # the state of an edition that is not there yet


@dataclass(frozen=True)
class Transition:
    """One step: the verb of ``review.actions`` that takes it, who may, and what must hold."""

    source: str
    target: State
    verb: str
    who: str
    guard: str


TRANSITIONS = (
    Transition(NEW, State.IN_REVIEW, "take_in", "System", "A draft arrived and the provision has no open edition"),
    Transition(NEW, State.IN_REVIEW, "open_edition", "Editor", "Written by hand; the provision has no open edition"),
    Transition(NEW, State.DISCARDED, "take_in", "System", "A draft arrived after the provision had changed again"),
    Transition(
        NEW,
        State.IN_REVIEW,
        "follow_changes",
        "System",
        "The provision is back to a text whose edition had given way; its text is carried over",
    ),
    Transition(
        State.IN_REVIEW, State.CHANGES_REQUESTED, "request_changes", "Reviewer", "A reason; drafts again or waits"
    ),
    Transition(
        State.IN_REVIEW,
        State.CHANGES_REQUESTED,
        "follow_changes",
        "System",
        "Carried over, and changes had been asked for or a blocking comment was open",
    ),
    Transition(State.CHANGES_REQUESTED, State.IN_REVIEW, "revise", "Editor", "The text differs from the last one"),
    Transition(State.CHANGES_REQUESTED, State.IN_REVIEW, "take_in", "System", "The redraft that was asked for arrived"),
    Transition(
        State.IN_REVIEW,
        State.APPROVED,
        "approve",
        "Reviewer",
        "Enough eligible people approved exactly this text, read against the wording in force; no blocking check or"
        " comment is open",
    ),
    Transition(
        State.APPROVED,
        State.PUBLISHED,
        "publish",
        "System",
        "At once or at its hour: all guards hold once more; the publication before is superseded",
    ),
    Transition(State.APPROVED, State.IN_REVIEW, "void", "Reviewer", "A reason; approvals so far stop counting"),
    Transition(
        State.APPROVED, State.IN_REVIEW, "follow_changes", "System", "The text is cut otherwise now: to be read again"
    ),
    *(Transition(state, State.DISCARDED, "discard", "Editor", "A reason") for state in OPEN_STATES),
    *(
        Transition(state, State.DISCARDED, "follow_changes", "System", "The provision changed; people's text is kept")
        for state in OPEN_STATES
    ),
)
ALLOWED = frozenset((transition.source, str(transition.target)) for transition in TRANSITIONS)


@dataclass(frozen=True)
class Ending:
    """What a publication may become, and by which verb; its edition stays published."""

    source: str
    target: str
    verb: str
    who: str
    guard: str


ENDINGS = (
    Ending("Live", "Superseded", "publish", "System", "A later publication of the provision takes its place"),
    Ending("Live", "Superseded", "restore", "System", "The publication of a text that is back takes its place"),
    Ending("Live", "Withdrawn", "withdraw", "Senior reviewer", "A reason, which readers see in its place"),
    Ending("Live, superseded or withdrawn", "Retracted", "retract", "Managing editor", "A reason; a tombstone stays"),
    Ending(
        "Superseded",
        "Published again",
        "restore",
        "System",
        "The provision is back to its text, and it is the latest analysis of it: a new publication of the same text,"
        " with the approvals of then",
    ),
)


def is_allowed(source: str, target: str) -> bool:
    return (source, target) in ALLOWED


def _name(state: str) -> str:
    return State(state).label if state else "(new)"


def describe() -> str:
    """``docs/states.md``: a diagram and a table, as Markdown."""
    arrows = [f"    {t.source or '[*]'} --> {t.target.value}: {t.verb}" for t in TRANSITIONS]
    ends = [f"| {e.source} | {e.target} | `{e.verb}` | {e.who} | {e.guard} |" for e in ENDINGS]
    rows = [f"| {_name(t.source)} | {t.target.label} | `{t.verb}` | {t.who} | {t.guard} |" for t in TRANSITIONS]
    return "\n".join(
        [
            "# The states of an edition",
            "",
            "Made by `uv run manage.py describe_states > docs/states.md` from `review/states.py`; a test keeps it"
            " current.",
            "Every step writes its event; PostgreSQL refuses any other step and any step without its event.",
            "",
            "```mermaid",
            "stateDiagram-v2",
            *arrows,
            "    published --> [*]",
            "    discarded --> [*]",
            "```",
            "",
            "| From | To | Verb | Who | What must hold |",
            "|---|---|---|---|---|",
            *rows,
            "",
            "What becomes of a publication (its edition stays published). PostgreSQL refuses an end without its cause"
            " in the same transaction.",
            "",
            "| From | To | Verb | Who | What must hold |",
            "|---|---|---|---|---|",
            *ends,
        ]
    )
