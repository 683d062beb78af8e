"""The allowed steps of an edition: one table, read by the verbs, the docs and the tests.

PostgreSQL holds the same pairs itself (``review/migrations/0002_guards.py``); a test proves that both agree.
"""

from dataclasses import dataclass

from review.models import State

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
        State.IN_REVIEW, State.CHANGES_REQUESTED, "request_changes", "Reviewer", "A reason; drafts again or waits"
    ),
    Transition(State.CHANGES_REQUESTED, State.IN_REVIEW, "revise", "Editor", "The text differs from the last one"),
    Transition(State.CHANGES_REQUESTED, State.IN_REVIEW, "take_in", "System", "The redraft that was asked for arrived"),
    Transition(
        State.IN_REVIEW,
        State.APPROVED,
        "approve",
        "Reviewer",
        "Enough eligible people approved exactly this text, read against the wording in force; no open blocker",
    ),
    Transition(State.APPROVED, State.PUBLISHED, "publish", "System", "All guards hold; the one before is superseded"),
    Transition(State.APPROVED, State.IN_REVIEW, "void", "Reviewer", "A reason; approvals so far stop counting"),
    Transition(State.IN_REVIEW, State.DISCARDED, "discard", "Editor", "A reason; or the provision changed"),
    Transition(State.CHANGES_REQUESTED, State.DISCARDED, "discard", "Editor", "A reason; or the provision changed"),
    Transition(State.APPROVED, State.DISCARDED, "discard", "Editor", "A reason; or the provision changed"),
)
ALLOWED = frozenset((transition.source, str(transition.target)) for transition in TRANSITIONS)


def is_allowed(source: str, target: str) -> bool:
    return (source, target) in ALLOWED


def _name(state: str) -> str:
    return State(state).label if state else "(new)"


def describe() -> str:
    """``docs/states.md``: a diagram and a table, as Markdown."""
    arrows = [f"    {t.source or '[*]'} --> {t.target.value}: {t.verb}" for t in TRANSITIONS]
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
            "A publication may end as superseded (by its successor), withdrawn (taken down, with the reason) or"
            " retracted (a tombstone: not to be relied on); its edition stays published.",
        ]
    )
