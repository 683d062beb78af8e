"""Debian's Chromium, driven by Playwright. Where there is none the browser tests skip; in CI that is a failure.

Its shell without a window draws the same with two thirds of the work; where it is installed it is taken.
"""

import shutil
import threading
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client, TransactionTestCase, modify_settings
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pytest_django import DjangoDbBlocker
from pytest_django.live_server_helper import LiveServer

from atlas.models import User

PASSWORD = "a long password"  # of the factories' people
CHROMIUMS = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"]
CHROMIUM_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture(scope="module")
def browser(django_db_setup: None) -> Iterator[Browser]:
    """Per module: while Playwright runs its event loop in this thread, Django takes all code here for async.

    The test database comes first: the connection that makes it is the one that is closed before it is dropped.
    """
    path = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if path is None:
        pytest.skip("needs Chromium: apt-get install chromium-headless-shell")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def standing_server(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[LiveServer]:
    """A server for a file whose tests only look: the rows committed for them stand until the last has looked."""
    with django_db_blocker.unblock(), modify_settings(ALLOWED_HOSTS={"append": "localhost"}):
        server = LiveServer("localhost")
        yield server
        server.stop()
        TransactionTestCase()._fixture_teardown()  # type: ignore[attr-defined]
        connections.close_all()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A new window."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(15_000)
    page = context.new_page()
    yield page
    leave(context)


def come_in(page: Page, server: LiveServer, username: str) -> None:
    """Have a session, as if one had logged in: that takes a second, and has its own tests."""
    client = Client()
    client.force_login(User.objects.get(username=username))
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": server.url}])


def log_in(page: Page, server: LiveServer, username: str, password: str = PASSWORD) -> None:
    """Log in as people do."""
    page.goto(f"{server.url}/admin/login/")
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(f"{server.url}/admin/")


def leave(*contexts: BrowserContext) -> None:
    """Close all browsers in which a desk may be open, and let nothing that they send in leaving outlive the test."""
    for context in contexts:
        context.set_offline(True)
        context.close()
    for thread in threading.enumerate():
        if "process_request_thread" in thread.name:  # of the server: one for each connection, now closed
            thread.join(5)
