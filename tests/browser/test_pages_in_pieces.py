"""A page that comes slowly, piece by piece, holds still: what has been read does not move when the rest arrives."""

import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from tests.atlas.site_rows import committing_past_review, make_rows
from tests.browser.test_readers_pages import LAYOUT_SHIFTS, TELEPHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PIECE = 700  # bytes; a select or a form comes in two or three
PAUSE = 0.035  # seconds; time for the browser to draw what is there
STILL = 0.004  # of a window that moved by its own height: a column of a table that settles. 0.1 counts as good
ADDRESSES = ("/", "/changes/", "/provisions/", "/topics/", "/search/?q=content")


def test_what_has_been_read_does_not_move(browser: Browser, live_server: LiveServer) -> None:
    with committing_past_review():
        make_rows(2, provisions=2)
    shifts: dict[tuple[str, int], float] = {}
    with in_pieces(live_server.url) as slow:
        page = browser.new_page()
        for width in (1280, TELEPHONE):
            page.set_viewport_size({"width": width, "height": 900})
            for address in ADDRESSES:
                page.goto(f"{slow}{address}")
                shifts[address, width] = page.evaluate(LAYOUT_SHIFTS)
        page.close()
    assert {where: shift for where, shift in shifts.items() if shift > STILL} == {}


@contextmanager
def in_pieces(origin: str) -> Iterator[str]:
    """The address of a server that passes on what ``origin`` answers, its HTML in pieces."""

    class Slow(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with urllib.request.urlopen(f"{origin}{self.path}") as answer:
                body, kind = answer.read(), answer.headers["Content-Type"]
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.end_headers()
            piece = PIECE if kind.startswith("text/html") else len(body)
            for start in range(0, len(body), piece):
                self.wfile.write(body[start : start + piece])
                time.sleep(PAUSE)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Slow) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
