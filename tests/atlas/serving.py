"""The site over real HTTP within the transaction of a test, so that its rows need not be committed."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connections

from atlas.wsgi import application


@contextmanager
def one_connection() -> Iterator[None]:
    """As with Django's own test client, no request ends the connection that the test's transaction is on."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


class _Server(ThreadedWSGIServer):
    def _close_connections(self) -> None:
        """It is the test's."""


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """The test says what went wrong."""


@contextmanager
def serving() -> Iterator[str]:
    """The address of the running site, without a slash at its end."""
    connection = connections["default"]
    connection.inc_thread_sharing()
    server = _Server(("127.0.0.1", 0), _Quiet, connections_override={"default": connection})
    server.set_app(application)
    thread = threading.Thread(target=server.serve_forever)
    with one_connection():
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()
            connection.dec_thread_sharing()
