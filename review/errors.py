"""What the verbs of ``review.actions`` refuse, in sentences for the person who reads them.

``ReviewError > NotAllowed`` (the rules say no), ``StaleEdition`` (the edition moved on since the form was opened).
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError

from review.models import Edition

RESTRICT_VIOLATION = "23001"  # what every guard of ours raises: atlas/guards.py


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


@contextmanager
def guards_as_refusals() -> Iterator[None]:
    """Round a verb that a page calls: what PostgreSQL's guards refuse becomes NotAllowed, in the guard's own words.

    Nobody should get that far. But if a rule is held by the database alone, or two people were quicker than one form,
    the person reads a sentence instead of an error page. The transaction is over by then; nothing was written.
    """
    try:
        yield
    except IntegrityError as error:
        cause = error.__cause__
        if getattr(cause, "sqlstate", None) != RESTRICT_VIOLATION:
            raise
        words = getattr(getattr(cause, "diag", None), "message_primary", "") or str(error)
        raise NotAllowed(f"The database refused it, and nothing was written: {words}") from error
