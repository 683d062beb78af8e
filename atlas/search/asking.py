"""What a reader typed, as PostgreSQL understands it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.contrib.postgres.search import SearchQuery
from django.db import OperationalError, connection, transaction

LONGEST = 300  # characters; more is a paste that belongs in quotes, and finds nothing anyway
CONFIGURATION = "english"
LONGEST_WAIT = "3s"


class Unanswerable(Exception):
    """The message says what to type instead."""


@contextmanager
def in_time() -> Iterator[None]:
    """What is asked within takes at most ``LONGEST_WAIT``, so that no question keeps the server from all others.

    Raises:
        Unanswerable: if it takes longer.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = %s", [LONGEST_WAIT])
            yield
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != "57014":  # query_canceled
            raise
        raise Unanswerable(
            "Too many texts have these words for a search of their order. Leave the quotes out, add a word, or "
            "narrow the search to a platform."
        ) from error


@dataclass(frozen=True)
class Question:
    """``words`` as typed: “exact words” in quotes, ``or`` between alternatives, ``-`` before what must not occur."""

    words: str

    @property
    def query(self) -> SearchQuery:
        return SearchQuery(self.words, config=CONFIGURATION, search_type="websearch")


def read_question(typed: str) -> Question:
    """The question in ``typed``, whose words are not all too common to look for. One query.

    Raises:
        Unanswerable: if it is too long, or names nothing to look for.
    """
    words = " ".join(typed.replace("\0", " ").split())
    if len(words) > LONGEST:
        raise Unanswerable(f"That is {len(words)} characters; at most {LONGEST} can be looked for. Use a few words.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT querytree(websearch_to_tsquery(%s, %s))", [CONFIGURATION, words])
        tree = cursor.fetchone()[0]
    if tree in ("", "T"):  # nothing to look up; T: everything but something
        raise Unanswerable(
            "There is no word in this to look for: very common words (the, of, not) are in every text, and a minus "
            "sign only leaves texts out. Add a word that the text would have."
        )
    return Question(words)
