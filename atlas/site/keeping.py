"""Answers kept as long as the database stands as it stood when they were made. docs/decisions/0023-kept-answers.md."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse

from atlas.site.compressing import takes_gzip

View = Callable[..., HttpResponse]
Key = tuple[str, bool]

ROOM = 16_000_000  # bytes of answers in each process of the web server: some 2,000 pages
LARGEST = 500_000  # bytes of one answer that is worth a place
PATIENCE = 0.5  # seconds that a page waits for its turn to be made
CLOCK = 60  # seconds: what a page says of today or of now is never older


@dataclass(frozen=True)
class Answer:
    content: bytes
    headers: tuple[tuple[str, str], ...]

    def as_response(self) -> HttpResponse:
        return HttpResponse(self.content, headers=dict(self.headers))


class Shelf:
    """Answers of one state of the database; the first look in another state clears it."""

    def __init__(self, room: int = ROOM) -> None:
        self._room, self._used = room, 0
        self._state = ""
        self._answers: dict[Key, Answer] = {}
        self._lock = threading.Lock()

    def find(self, state: str, key: Key) -> Answer | None:
        with self._lock:
            if state != self._state:
                self._state, self._used, self._answers = state, 0, {}
            return self._answers.get(key)

    def keep(self, state: str, key: Key, answer: Answer) -> None:
        """Put it on the shelf, in place of the oldest ones if there is no room; not if the state is past already."""
        size = len(answer.content)
        with self._lock:
            if state != self._state or key in self._answers or size > min(LARGEST, self._room):
                return
            while self._used + size > self._room:
                self._used -= len(self._answers.pop(next(iter(self._answers))).content)
            self._answers[key] = answer
            self._used += size


shelf = Shelf()
_making = threading.Lock()


def kept(view: View) -> View:
    """``view``, made once for each address and state of the database. For what is the same to all readers."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        state = state_of_database()
        if state is None:
            return view(request, *args, **kwargs)
        key = (request.get_full_path(), takes_gzip(request))
        if found := shelf.find(state, key):
            return found.as_response()
        with _in_turn():
            response = view(request, *args, **kwargs)
        if response.status_code == 200 and not response.streaming:
            shelf.keep(state, key, Answer(response.content, tuple(response.headers.items())))
        return response

    return answer


@contextmanager
def _in_turn() -> Iterator[None]:
    """One page at a time is made in a process: several at once would take Python's turns from each other, and all come
    late. A slow one holds the others up for a while, and then no longer."""
    has_turn = _making.acquire(timeout=PATIENCE)
    try:
        yield
    finally:
        if has_turn:
            _making.release()


def state_of_database() -> str | None:
    """A text that is the same only as long as nothing was committed (and for a minute at most). One query.

    PostgreSQL's snapshot names the transactions whose writes are seen: any commit changes it, and a snapshot that is
    gone never returns. None in a transaction of our own, of whose writes it says nothing.
    """
    if connection.in_atomic_block:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_snapshot()::text")
        (snapshot,) = cursor.fetchone()
    return f"{snapshot} {time.time() // CLOCK:.0f}"
