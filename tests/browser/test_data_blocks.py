"""Readers' pages in a real browser: their data blocks break no policy and run nothing; a print has no navigation."""

import io

import pytest
from playwright.sync_api import Page
from pypdf import PdfReader
from pytest_django.live_server_helper import LiveServer

from atlas.models import Provision
from tests.atlas.site_rows import make_catalogue, reword
from tests.factories import make_provision

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


@pytest.fixture(scope="module")
def provision(standing_server: LiveServer) -> Provision:
    make_catalogue()
    provision = make_provision(title="</script><script>document.title = 'taken over'</script>")
    reword(provision, "We train on nothing.")
    return provision


def test_a_data_block_breaks_no_policy_and_runs_nothing(
    page: Page, standing_server: LiveServer, provision: Provision
) -> None:
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    for address in ("/", provision.get_absolute_url(), provision.changes.get().get_absolute_url()):
        page.goto(f"{standing_server.url}{address}")
        assert page.locator("script").count() == 1
        assert page.title() != "taken over"
    assert problems == []


def test_a_print_leaves_out_the_navigation_and_is_black_on_white_in_dark_mode_too(
    page: Page, standing_server: LiveServer, provision: Provision
) -> None:
    page.emulate_media(media="print", color_scheme="dark")
    page.goto(f"{standing_server.url}{provision.get_absolute_url()}")
    body = page.evaluate("[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]")
    assert body == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
    assert not page.get_by_role("navigation", name="Main").is_visible()
    words = " ".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(page.pdf())).pages)
    assert "We train on nothing." in words
    assert "Methodology ·" not in words
    wording = provision.wordings.latest("number")
    assert wording.text_sha256 in "".join(words.split())
