"""An editor sets the hour of publication in a real browser, with and without scripts."""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from review.models import Edition, State
from tests.browser.conftest import come_in
from tests.review.factories import make_edition, make_editor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def open_desk(page: Page, server: LiveServer) -> Edition:
    edition, editor = make_edition(), make_editor()
    come_in(page, server, editor.username)
    page.goto(f"{server.url}/admin/review/edition/{edition.pk}/desk/")
    return edition


def test_the_button_says_at_which_hour_it_publishes(page: Page, live_server: LiveServer) -> None:
    edition = open_desk(page, live_server)
    page.get_by_text("Publish later…").click()
    at = edition.opened_at + timedelta(days=100)
    words = f"{at.day} {at:%b %Y}, 09:30 UTC"
    page.get_by_label("Day and time, UTC").fill(f"{at:%Y-%m-%d}T09:30")
    page.get_by_role("button", name=f"Approve, publishes {words}").click()
    expect(page.get_by_text(f"Approved; publishes {words}.")).to_be_visible()
    edition.refresh_from_db()
    assert edition.state == State.APPROVED
    page.get_by_text("Another hour…").click()
    expect(page.get_by_label("Day and time, UTC")).to_have_value(f"{at:%Y-%m-%d}T09:30")


def test_an_hour_is_set_without_scripts(browser: Browser, live_server: LiveServer) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    edition = open_desk(page, live_server)
    page.get_by_text("Publish later…").click()
    page.get_by_role("button", name="Approve, publishes at this hour").click()
    expect(page.get_by_text("Until then the text is frozen")).to_be_visible()
    edition.refresh_from_db()
    assert edition.publish_at is not None and edition.publish_at.hour == 9
    page.get_by_role("button", name="Publish now").click()
    expect(page.get_by_text("nothing more can be done to it")).to_be_visible()
    edition.refresh_from_db()
    assert edition.state == State.PUBLISHED
    context.close()
