"""An editor approves in a real browser; a reader who could not see the analysis before sees it now."""

import pytest
from django.core.management import call_command
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from review.models import AuthorKind, Edition, State
from tests.browser.conftest import log_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "atlas-sample"  # of the people in the sample


@pytest.fixture
def draft() -> Edition:
    """A sample draft that one approval publishes."""
    call_command("load_catalogue", verbosity=0)
    call_command("load_sample", verbosity=0)
    ready = Edition.objects.filter(
        state=State.IN_REVIEW, head__author_kind=AuthorKind.OUTLINE, provision__publications=None
    ).exclude(head__exposure_level="high")
    return ready.exclude(head__findings__severity="blocker").first() or pytest.fail("no sample draft is ready")


def test_an_approved_edit_reaches_readers(
    page: Page, browser: Browser, live_server: LiveServer, draft: Edition
) -> None:
    reader = browser.new_page()
    public_page = live_server.url + draft.provision.get_absolute_url()
    words = "The document reserves this point to the platform, read on its own."
    reader.goto(public_page)
    expect(reader.get_by_text(words)).to_have_count(0)

    log_in(page, live_server, "editor", PASSWORD)
    page.goto(f"{live_server.url}/admin/review/edition/{draft.pk}/desk/")
    page.get_by_role("textbox", name="Interpretive note").fill(words)
    page.get_by_role("button", name="Save revision").click()
    expect(page.get_by_role("textbox", name="Interpretive note")).to_have_value(words)
    reader.reload()
    expect(reader.get_by_text(words)).to_have_count(0)

    page.context.clear_cookies()
    log_in(page, live_server, "reviewer", PASSWORD)
    page.goto(f"{live_server.url}/admin/review/edition/{draft.pk}/desk/")
    page.get_by_role("button", name="Approve and publish").click()

    reader.goto(public_page)
    expect(reader.get_by_text(words)).to_be_visible()
    expect(reader.get_by_text("Approved").first).to_be_visible()
    reader.close()
