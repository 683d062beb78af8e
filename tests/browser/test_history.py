"""An editor finds out in a real browser what changed between two versions, with the keyboard alone."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from atlas.archive.record.recording import record_capture
from atlas.models import Change, Document, User
from tests.atlas.texts import ERROR_PAGE, document
from tests.browser.conftest import come_in
from tests.factories import NOON, make_document

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def terms() -> Document:
    """A document that changed, was held, and flapped; with somebody who may look at it."""
    User.objects.create_superuser("ada")
    terms = make_document(name="Terms of Service")
    kept, changed = document(), document(Retention="We keep your Content for 90 days.")
    for day, text in enumerate((kept, ERROR_PAGE, changed, kept, changed, kept, changed)):
        record_capture(terms, text=text, captured_at=NOON + timedelta(days=day))
    return terms


def press(page: Page, name: str) -> None:
    """Follow a link as somebody without a mouse does."""
    link = page.get_by_role("link", name=name).first
    link.focus()
    page.keyboard.press("Enter")


@pytest.mark.parametrize("width", [1440, 390])
def test_from_a_document_to_the_words_that_changed(
    page: Page, live_server: LiveServer, terms: Document, width: int
) -> None:
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.set_viewport_size({"width": width, "height": 900})
    come_in(page, live_server, "ada")
    page.goto(f"{live_server.url}/admin/atlas/document/{terms.pk}/change/")
    press(page, "Archive history")
    expect(page.get_by_text("Returned to version 1 and back twice between 4 and 7 June 2026")).to_be_visible()

    press(page, "Compare versions 1 and 2")
    expect(page.get_by_role("heading", name="version 1 beside version 2")).to_be_visible()
    expect(page.locator("ins").filter(has_text="90")).to_be_visible()
    expect(page.get_by_text("courts of Dublin")).to_have_count(0)
    page.get_by_text("2 provisions unchanged").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Use of Content")).to_be_visible()
    left, right = page.locator(".row .text").nth(0).bounding_box(), page.locator(".row .text").nth(1).bounding_box()
    assert left is not None and right is not None
    assert (left["y"] == right["y"]) == (width == 1440), "columns on a desktop, one below the other on a phone"

    press(page, Change.objects.earliest("pk").provision.title)
    expect(page.get_by_role("heading", name="Wording 2 Stands now")).to_be_visible()
    page.get_by_label("How did it read on").fill("2026-06-01")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("It read as wording 1")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing runs out of the page"
    assert not problems, "the page loads nothing that its policy refuses"
