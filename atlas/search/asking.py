"""What a reader typed, as PostgreSQL understands it."""

from dataclasses import dataclass

from django.contrib.postgres.search import SearchQuery
from django.db import connection

LONGEST = 300  # characters; more is a paste that belongs in quotes, and finds nothing anyway
CONFIGURATION = "english"


class Unanswerable(Exception):
    """The message says what to type instead."""


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
