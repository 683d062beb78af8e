"""Every kind of readers' page in a real browser: all can read it, it holds still, asks nobody else, fits a telephone.

A new kind of page adds its address-maker to ``KINDS``.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from importlib import resources
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, ViewportSize
from pytest_django.live_server_helper import LiveServer

from atlas.models import Change, DateKind, Platform, Provision, Publication, StatedDate, Version
from tests.atlas.site_rows import committing_past_review, make_rows, publish
from tests.factories import NOON, make_provision, make_version

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DESKTOP: ViewportSize = {"width": 1280, "height": 900}
TELEPHONE = 390
ENLARGED = 320  # what is left of 1280 at four times the size (WCAG 2.2, 1.4.10)
LAYOUT_SHIFTS = """() => new Promise(done => {
    let sum = 0;
    new PerformanceObserver(list => { for (const shift of list.getEntries()) sum += shift.value; })
        .observe({type: "layout-shift", buffered: true});
    setTimeout(() => done(sum), 20);
})"""
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
# In the dark only the colours are others.
RULES: dict[str, dict[str, object]] = {
    "light": {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}},
    "dark": {"resultTypes": ["violations"], "runOnly": ["color-contrast"]},
}
VIOLATIONS = """async options => (await axe.run(document, options)).violations
    .filter(({impact}) => impact === "serious" || impact === "critical")
    .map(({id, nodes}) => `${id}: ${nodes.map(node => node.html.slice(0, 160)).join(" | ")}`)"""


def _provision() -> Provision:
    return Provision.objects.order_by("pk")[0]


def _compared() -> str:
    old, new = _provision().document.versions.order_by("number")[:2]
    return f"/versions/{old.public_id}/against/{new.public_id}/"


def _two_platforms() -> str:
    one, other = Platform.objects.order_by("pk")[:2]
    return f"/compare/platforms/?a={one.slug}&b={other.slug}"


# One maker of an address for each kind of page, run when the rows are there.
KINDS: tuple[Callable[[], str], ...] = (
    lambda: "/",
    lambda: "/platforms/",
    lambda: _provision().document.platform.get_absolute_url(),
    lambda: _provision().document.get_absolute_url(),
    lambda: f"{_provision().document.get_absolute_url()}captures/",
    lambda: f"{_provision().document.get_absolute_url()}versions/",
    lambda: "/documents/",
    lambda: Version.objects.order_by("pk")[0].get_absolute_url(),
    _compared,
    lambda: "/incidents/",
    lambda: "/provisions/",
    lambda: _provision().get_absolute_url(),
    lambda: "/publications/",
    lambda: Publication.objects.order_by("pk")[0].permalink,
    lambda: Publication.objects.exclude(withdrawn_at=None)[0].permalink,
    lambda: f"{Publication.objects.order_by('pk')[0].permalink}evidence/",
    lambda: "/changes/",
    lambda: Change.objects.order_by("pk")[0].get_absolute_url(),
    lambda: "/search/?q=content",
    lambda: "/topics/",
    lambda: "/topics/training-user-content/",
    lambda: "/law/",
    lambda: "/law/gdpr/",
    lambda: "/law/gdpr/gdpr-art-5-1-b/",
    lambda: "/upcoming/",
    lambda: "/coverage/",
    lambda: "/corrections/",
    lambda: "/compare/",
    lambda: "/compare/topics/training-user-content/",
    lambda: "/compare/platforms/",
    _two_platforms,
    lambda: "/compare/attributes/",
    lambda: "/compare/attributes/training-default/",
    lambda: "/feeds/",
    lambda: "/verify/",
    lambda: "/methodology/",
    lambda: "/about/",
)


@pytest.fixture
def addresses() -> list[str]:
    """The address of a page of each kind, with something to show on it."""
    with committing_past_review():
        for provision in make_rows(2, provisions=2)[:2]:
            publish(provision, public_note="A period was wrong.")
        ended = {"withdrawn_at": NOON + timedelta(days=9), "withdrawal_note": "It was misread."}
        publish(make_provision("Another text."), **ended)
    version, _ = make_version(_provision().document, "These terms take effect on 1 May 2199.")
    StatedDate.objects.create(version=version, kind=DateKind.EFFECTIVE, value="2199-05-01", start=12, end=37)
    return [address() for address in KINDS]


@pytest.fixture
def reader(browser: Browser) -> Iterator[BrowserContext]:
    """A window as a reader has it."""
    context = browser.new_context(viewport=DESKTOP)
    context.set_default_timeout(15_000)
    yield context
    context.close()


def test_every_kind_of_page_can_be_read_by_everybody_holds_still_and_fits_a_telephone(
    reader: BrowserContext, live_server: LiveServer, addresses: list[str]
) -> None:
    page = reader.new_page()
    asked, said = _watch(page)
    axe = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    problems: dict[str, object] = {}
    for address in addresses:
        page.set_viewport_size(DESKTOP)
        answer = page.goto(f"{live_server.url}{address}")
        assert answer is not None and answer.status == 200, address
        if shift := page.evaluate(LAYOUT_SHIFTS):
            problems[f"{address} shifts"] = shift
        page.evaluate(axe)
        for scheme, options in RULES.items():
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            if found := page.evaluate(VIOLATIONS, options):
                problems[f"{address} {scheme}"] = found
        for width in (TELEPHONE, ENLARGED):
            page.set_viewport_size({"width": width, "height": 844})
            if (over := page.evaluate(OVERFLOW)) > 0:
                problems[f"{address} at {width}"] = over
    assert problems == {}
    assert said == []
    assert {urlsplit(url).netloc for url in asked} == {urlsplit(live_server.url).netloc}
    assert reader.cookies() == []


def _watch(page: Page) -> tuple[list[str], list[str]]:
    """What ``page`` asks for, and the errors that it reports, from now on."""
    asked: list[str] = []
    said: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    page.on("request", note)
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    return asked, said
