"""Pages of comparisons on paper, and two platforms on a screen: read off the layout of a real browser."""

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from atlas.models import Platform
from tests.atlas.site_rows import committing_past_review, make_rows, publish
from tests.factories import make_document, make_platform, make_provision

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

A4 = {"width": 673, "height": 990}  # CSS pixels between the margins
TOPIC = "/compare/topics/training-user-content/"
# Elements with something to read whose edge lies beyond that of the paper.
CUT = """() => [...document.querySelectorAll("main *")]
    .filter(each => !each.closest(".hidden-words, .unseen") && each.getClientRects().length)
    .filter(each => each.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .map(each => each.outerHTML.slice(0, 80))"""
OFFERED = """() => [...document.querySelectorAll("form, nav, select, button, input")]
    .filter(each => each.getClientRects().length && each.closest(".hidden-words, .unseen") === null)
    .map(each => each.outerHTML.slice(0, 80))"""
COLUMNS = """() => [...document.querySelectorAll("table.two")].map(table =>
    [table.tHead.rows[0], ...table.tBodies[0].rows].map(row =>
        [...row.cells].map(cell => Math.round(cell.getBoundingClientRect().left)).join()))"""


@pytest.fixture(scope="module")
def addresses(standing_server: LiveServer) -> dict[str, str]:
    with committing_past_review():
        make_rows(14, provisions=2)
        text = "And so on it goes. " * 40 + "The very end."
        publish(make_provision(text, document=make_document(make_platform("Long"))))
    one, other = Platform.objects.order_by("pk")[:2]
    return {
        "matrix": "/compare/",
        "topic": TOPIC,
        "platforms": f"/compare/platforms/?a={one.slug}&b={other.slug}",
        "attributes": "/compare/attributes/",
        "attribute": "/compare/attributes/training-default/",
    }


def test_nothing_is_cut_off_and_nothing_is_offered_that_paper_cannot_do(
    page: Page, standing_server: LiveServer, addresses: dict[str, str]
) -> None:
    page.set_viewport_size(A4)  # type: ignore[arg-type]
    page.emulate_media(media="print")
    found = {}
    for name, address in addresses.items():
        page.goto(f"{standing_server.url}{address}")
        if wrong := [*page.evaluate(CUT), *page.evaluate(OFFERED)]:
            found[name] = wrong
    assert found == {}


def test_the_lasting_address_with_its_moment_is_printed_in_full(
    page: Page, standing_server: LiveServer, addresses: dict[str, str]
) -> None:
    for address in addresses.values():
        page.emulate_media(media="print")
        page.goto(f"{standing_server.url}{address}")
        printed = page.locator(".printed")
        path = address.partition("?")[0]
        assert printed.inner_text().startswith(f"This state at any time: http://localhost:8000{path}?")
        assert "at=20" in printed.inner_text()
        page.emulate_media(media="screen")
        assert not printed.is_visible()


def test_levels_are_told_by_letter_where_there_is_no_colour(
    page: Page, standing_server: LiveServer, addresses: dict[str, str]
) -> None:
    page.emulate_media(media="print")
    page.goto(f"{standing_server.url}{addresses['matrix']}")
    cells = page.locator("td.cell.high")
    assert cells.count() == 12
    assert all(words.startswith("H") for words in cells.all_inner_texts())
    assert page.get_by_text("H high, M medium, L low, N not rated").is_visible()


def test_a_whole_text_is_printed_once(page: Page, standing_server: LiveServer, addresses: dict[str, str]) -> None:
    page.emulate_media(media="print")
    page.goto(f"{standing_server.url}{TOPIC}?platform=long")
    long = page.get_by_role("article").filter(has_text="And so on it goes.")
    assert long.inner_text().count("And so on it goes.") == 40
    assert long.get_by_text("The very end.").is_visible()


def test_two_platforms_stand_in_columns(page: Page, standing_server: LiveServer, addresses: dict[str, str]) -> None:
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"{standing_server.url}{addresses['platforms']}")
        tables = page.evaluate(COLUMNS)
        assert len(tables) == 3
        assert all(len(set(rows)) == 1 for rows in tables), tables
