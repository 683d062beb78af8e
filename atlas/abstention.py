"""The one sentence by which a part of an analysis says that the text supports nothing there.

An empty part may have been forgotten; a part that holds this sentence was thought about. It is text like any other, so
that it is diffed, hashed, exported and read like any other.
"""

ABSTENTION = "The text of the provision does not support a statement here."


def is_abstention(part: str) -> bool:
    """Whether ``part`` says this and nothing else."""
    return " ".join(part.split()) == ABSTENTION


def holds_abstention(part: str) -> bool:
    return ABSTENTION in " ".join(part.split())
