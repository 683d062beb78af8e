"""The queue in a real browser: rows are chosen and discarded together, and a phone shows all of it."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from review.models import Edition, State
from tests.browser.conftest import come_in
from tests.review.factories import make_edition, make_editor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def three(transactional_db: None) -> list[Edition]:
    make_editor("Managing editor", "grace")
    return [make_edition(title=f"Analysis {name}") for name in ("A", "B", "C")]


def test_two_of_three_rows_are_discarded_with_one_reason(
    page: Page, live_server: LiveServer, three: list[Edition]
) -> None:
    come_in(page, live_server, "grace")
    page.goto(live_server.url + reverse("admin:review_edition_changelist"))
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Search")).to_be_focused()
    page.get_by_role("checkbox", name="Choose all rows shown").check()
    expect(page.locator("#chosen")).to_have_text("(3)")
    page.get_by_role("checkbox", name=f"Choose {three[1].provision.public_id}").uncheck()
    page.get_by_text("Discard as not material…").click()
    reason = page.get_by_label("Why these changes are not material")
    reason.fill("Only the order of a list.")
    page.get_by_label("Noise rule").press("Enter")
    assert Edition.objects.filter(state=State.DISCARDED).count() == 0, "Enter in a field presses no button"
    page.get_by_role("button", name="Discard the chosen rows").click()
    expect(page.get_by_text("2 discarded.")).to_be_visible()
    left = Edition.objects.get(state=State.IN_REVIEW)
    assert left == three[1]


def test_on_a_phone_nothing_runs_out_of_the_page(page: Page, live_server: LiveServer, three: list[Edition]) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    come_in(page, live_server, "grace")
    for tab in ("unclaimed", "mine", "stale", "failed"):
        page.goto(f"{live_server.url}{reverse('admin:review_edition_changelist')}?tab={tab}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
