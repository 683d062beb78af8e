"""A model service for tests: a real HTTP server that speaks OpenAI's chat completions, and a double for the model.

By default it answers from the request itself: it reads the blocks and the obligations of the prompt and quotes them,
so any provision gets a valid, grounded analysis. `script` makes the next requests behave otherwise, one entry each;
`answers` and `faults` have what a script may hold.
"""

import json
import random
import sys
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SHUT_RDWR
from urllib.parse import urlsplit

from tests.servers.answers import (
    altered_quote,
    broken_json,
    cut_off,
    good,
    invented_citation,
    invented_quote,
    refusal,
)
from tests.servers.double import Answer, Asked, grounded_answer, quotable, with_quote
from tests.servers.faults import empty, not_json, status, trickle
from tests.servers.replies import NAME, Behaviour, Body, Manner, Reply, completion, error

__all__ = [
    "NAME",
    "Answer",
    "Asked",
    "Behaviour",
    "ModelServer",
    "Reply",
    "altered_quote",
    "broken_json",
    "completion",
    "cut_off",
    "empty",
    "error",
    "good",
    "grounded_answer",
    "invented_citation",
    "invented_quote",
    "not_json",
    "quotable",
    "refusal",
    "status",
    "trickle",
    "with_quote",
]

TRICKLE_SECONDS = 0.05


class ModelServer:
    """``script`` holds what the next requests get; ``gate`` holds answers back while it is closed.

    ``delay_seconds`` is how long the model thinks, or at most thinks where ``delay_varies``. ``requests`` are the
    bodies received. ``otherwise`` is how it behaves when the script is empty.
    """

    def __init__(self) -> None:
        self.script: deque[Behaviour] = deque()
        self.otherwise: Behaviour = good
        self.requests: list[Answer] = []
        self.delay_seconds = 0.0
        self.delay_varies = False
        self.gate = threading.Event()
        self.gate.set()
        self.waiting = 0
        self.most_at_once = 0
        self._lock = threading.Lock()
        self._http = _Server(("127.0.0.1", 0), _Handler)
        self._http.model = self

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or 0

    def reply(self, body: Answer) -> Reply:
        with self._lock:
            self.requests.append(body)
            behaviour = self.script.popleft() if self.script else self.otherwise
            self.waiting += 1
            self.most_at_once = max(self.most_at_once, self.waiting)
        try:
            self.gate.wait()
            if self.delay_seconds:
                threading.Event().wait(self.delay_seconds * (random.random() if self.delay_varies else 1))
            return behaviour(Asked.read(body))
        finally:
            with self._lock:
                self.waiting -= 1

    @contextmanager
    def running(self) -> Iterator["ModelServer"]:
        thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.gate.set()
            self._http.shutdown()
            self._http.server_close()
            thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    model: ModelServer

    def handle_error(self, request: object, client_address: object) -> None:
        """A caller that was killed or gave up is no error of the service; anything else is told."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        try:
            self._answer()
        except OSError:
            self.close_connection = True  # the caller gave up, or was killed; that is what some tests are about

    def _answer(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        code, headers, answer = self.server.model.reply(body)
        sent = answer if isinstance(answer, Body) else Body(answer if isinstance(answer, str) else json.dumps(answer))
        if sent.manner is Manner.NEVER:
            self.connection.recv(1)  # until the caller leaves
        if sent.manner in (Manner.NEVER, Manner.DROPPED):
            self._hang_up()
            return
        content = sent.text.encode()
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", sent.content_type)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self._write(content, sent.manner)

    def _write(self, content: bytes, manner: Manner) -> None:
        if manner is Manner.TRICKLED:
            for piece in content:
                self.wfile.write(bytes([piece]))
                threading.Event().wait(TRICKLE_SECONDS)
        elif manner is Manner.HALF:
            self.wfile.write(content[: len(content) // 2])
            self._hang_up()
        else:
            self.wfile.write(content)

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(SHUT_RDWR)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on stderr."""
