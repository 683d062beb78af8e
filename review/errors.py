"""What the verbs of ``review.actions`` refuse, in sentences for the person who reads them.

``ReviewError > NotAllowed`` (the rules say no), ``StaleEdition`` (the edition moved on since the form was opened).
"""

from review.models import Edition


class ReviewError(Exception):
    """Nothing was written; the message tells the person why, and what to do."""


class NotAllowed(ReviewError):
    """The rules of review forbid it: ``sentences`` has one reason each."""

    def __init__(self, *sentences: str) -> None:
        self.sentences = sentences
        super().__init__(" ".join(sentences))


class StaleEdition(ReviewError):
    """The edition is no longer what the form showed; ``changes`` says what happened since."""

    def __init__(self, edition: Edition, changes: list[str]) -> None:
        self.edition = edition
        self.changes = changes
        super().__init__("This edition moved on while you had it open: " + " ".join(changes))
