"""An editor works at the desk in a real browser: with the keyboard alone, under the policy, at any width."""

from collections.abc import Iterator
from importlib import resources

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from atlas.models import User
from review import actions
from review.models import Edition, State
from tests.browser.conftest import come_in, leave, log_in
from tests.factories import TRAINING_TEXT
from tests.review.factories import QUOTE, change_text, make_edition, make_editor, make_publication, shown
from tests.review.test_desk_page import CHANGED, HOSTILE, hostile_edition

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WATCH_POLICY = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => window.violations.push(event.violatedDirective));
"""
# Links fade into the colours of another scheme. Of what passes, axe need not tell.
SERIOUS = """async () => {
    document.getAnimations().forEach(each => each.finish());
    const {violations} = await axe.run(document, {iframes: false, resultTypes: ["violations"]});
    return violations.filter(({impact}) => impact === "serious" || impact === "critical").flatMap(({id, nodes}) =>
        nodes.map(node => `${innerWidth} ${id}: ${node.html.slice(0, 200)} ${node.failureSummary.slice(0, 200)}`));
}"""


@pytest.fixture
def complaints(page: Page) -> Iterator[list[str]]:
    """What the browser complains about: errors, broken policy, dialogs that no text of ours opens. None at the end."""
    found: list[str] = []
    page.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("dialog", lambda dialog: (found.append(dialog.message), dialog.dismiss()))
    page.add_init_script(WATCH_POLICY)
    yield found
    assert page.evaluate("window.violations") == []
    assert [words for words in found if "409 (Conflict)" not in words] == []  # the page of conflict is one


@pytest.fixture
def reviewer(transactional_db: None) -> User:
    return make_editor("Senior reviewer", "grace")


def open_desk(page: Page, server: LiveServer, edition: Edition) -> None:
    page.goto(server.url + reverse("admin:review_edition_desk", args=[edition.pk]))


def reanalysis(**changes: str) -> Edition:
    publication = make_publication()
    change_text(publication.provision, CHANGED)
    return make_edition(publication.provision, **changes)


class Keys:
    """Presses keys and counts them; a key with Ctrl is one press."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.count += 1


@pytest.mark.usefixtures("complaints")
def test_a_reanalysis_with_one_changed_part_is_approved_with_fewer_than_twelve_keys(
    page: Page, live_server: LiveServer, reviewer: User
) -> None:
    edition = reanalysis(contract_implications=f"Ask for a shorter period: it says {QUOTE}")
    following = make_edition()
    log_in(page, live_server, "grace")
    open_desk(page, live_server, edition)
    keys = Keys(page)

    keys.press("4")  # the changed part; the others are collapsed
    expect(page.locator("#part-contract_implications")).to_be_focused()
    expect(page.locator("#id_contract_implications")).to_be_in_viewport()
    expect(page.locator("#id_summary")).to_be_hidden()
    keys.press("d")  # against what readers see
    expect(page.locator("details.comparison[open] ins")).to_be_visible()
    keys.press("Tab", "Tab")  # into the field, and on to its quote
    expect(page.locator("#part-contract_implications .evidence a")).to_be_focused()
    keys.press("Enter")  # to its place in the source
    expect(page.locator("mark.shown")).to_be_in_viewport()
    keys.press("Control+Enter")
    page.wait_for_url(f"**/{following.pk}/desk/")

    expect(page.get_by_text("Approved and published.")).to_be_visible()
    edition.refresh_from_db()
    assert edition.state == State.PUBLISHED
    assert edition.decisions.get().by == reviewer and edition.decisions.get().words_to_read
    assert keys.count < 12


@pytest.mark.usefixtures("complaints")
def test_single_keys_do_nothing_in_fields_and_nothing_once_switched_off(
    page: Page, live_server: LiveServer, reviewer: User
) -> None:
    edition = make_edition()
    come_in(page, live_server, "grace")
    open_desk(page, live_server, edition)
    page.get_by_role("textbox", name="Why it matters").fill("")
    page.keyboard.type("skip dr? 123")
    expect(page.get_by_role("textbox", name="Why it matters")).to_have_value("skip dr? 123")
    page.keyboard.press("Escape")
    expect(page.locator("#part-why_it_matters")).to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Control+Enter")  # not from a dialog
    with page.expect_response(lambda response: response.url.endswith("/settings/")):
        page.get_by_label("Single keys work as shortcuts").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    expect(page.locator("#request_changes_reason")).to_be_hidden()
    page.get_by_role("button", name="Keyboard shortcuts").click()
    expect(page.get_by_label("Single keys work as shortcuts")).not_to_be_checked()
    page.keyboard.press("Escape")
    for more in ("isComposing: true", "repeat: true"):
        event = f"new KeyboardEvent('keydown', {{key: 'Enter', ctrlKey: true, bubbles: true, {more}}})"
        page.evaluate(f"document.body.dispatchEvent({event})")
    page.get_by_role("textbox", name="Title").fill("")  # not valid
    page.keyboard.press("Control+s")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("textbox", name="Title")).to_be_focused()
    edition.refresh_from_db()
    assert edition.state == State.IN_REVIEW and not edition.decisions.exists()
    assert edition.revisions.count() == 1


@pytest.mark.usefixtures("complaints")
def test_findings_are_walked_through_and_entered(page: Page, live_server: LiveServer, reviewer: User) -> None:
    edition = make_edition(summary="The text states: “We sell your Content to anyone who asks.”")
    come_in(page, live_server, "grace")
    open_desk(page, live_server, edition)
    page.keyboard.press("j")
    expect(page.locator("#part-summary.pointed")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#id_summary")).to_be_focused()
    assert "We sell" in page.evaluate("getSelection().toString()")
    page.keyboard.press("Control+Enter")  # a blocking check is open
    expect(page.locator("#save-state")).to_contain_text("blocking check")
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    expect(page.locator("#reason_code")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#request_changes_reason")).to_be_hidden()
    page.keyboard.press("c")
    expect(page.locator("#comment_body")).to_be_focused()


def test_a_quote_leads_to_the_source_and_back_without_a_script(
    browser: Browser, live_server: LiveServer, reviewer: User
) -> None:
    edition = make_edition()
    still = browser.new_context(java_script_enabled=False).new_page()
    come_in(still, live_server, "grace")
    open_desk(still, live_server, edition)
    still.locator(".evidence a").first.click()
    assert still.url.endswith("#source-1")
    expect(still.locator("mark").nth(1)).to_be_in_viewport()
    still.get_by_role("link", name="To the quote of these words").click()
    assert still.url.endswith("#quote-1")
    still.get_by_role("textbox", name="Why it matters").fill("Because.")
    still.get_by_role("button", name="Save revision").click()
    expect(still.get_by_text("Saved as revision 2.")).to_be_visible()
    leave(still.context)


def test_hostile_text_stays_text_on_every_page_and_breaks_no_policy(
    page: Page, live_server: LiveServer, reviewer: User, complaints: list[str]
) -> None:
    provision, edition = hostile_edition()
    long = make_edition(change_text(provision, f"{TRAINING_TEXT} {HOSTILE} " + "word " * 40_000).provision)
    come_in(page, live_server, "grace")
    for name in ("desk", "previews", "preview", "compare"):
        page.goto(live_server.url + reverse(f"admin:review_edition_{name}", args=[edition.pk]))
        assert page.evaluate("window.violations") == [], name
        _does_not_run_over(page)
    page.goto(live_server.url + reverse("admin:review_edition_previews", args=[edition.pk]))
    framed = page.frame_locator("iframe").first
    expect(framed.get_by_text("Not published:")).to_be_visible()
    expect(framed.get_by_text("What the text says").first).to_be_visible()
    open_desk(page, live_server, long)
    _does_not_run_over(page)
    page.goto(live_server.url + reverse("admin:review_edition_changelist"))
    _does_not_run_over(page)

    open_desk(page, live_server, edition if not edition.provision_changed else long)
    page.get_by_role("textbox", name="Title").fill(HOSTILE.splitlines()[0][:150])
    other = make_editor("Editor")
    shown_now = long if edition.provision_changed else edition
    actions.revise(shown_now, {"title": "Theirs"}, by=other, lock_version=shown(shown_now)["lock_version"])
    page.get_by_role("button", name="Save revision").click()
    expect(page.get_by_text("That was not done")).to_be_visible()
    _does_not_run_over(page)


@pytest.fixture
def lenient(browser: Browser) -> Iterator[BrowserContext]:
    """A window in which axe may be put into the page, which the policy forbids."""
    context = browser.new_context(bypass_csp=True)
    yield context
    context.close()


def test_axe_finds_nothing_serious(lenient: BrowserContext, live_server: LiveServer, reviewer: User) -> None:
    page = lenient.new_page()
    edition = reanalysis(regulatory_landscape="It needs a basis [@no-such-law].", exposure_level="high")
    first = make_edition()
    actions.revise(first, {"title": "Mine"}, by=reviewer, lock_version=first.lock_version)
    come_in(page, live_server, "grace")
    addresses = [
        reverse("admin:review_edition_changelist"),
        reverse("admin:review_edition_desk", args=[edition.pk]),
        reverse("admin:review_edition_desk", args=[first.pk]),
        reverse("admin:review_edition_compare", args=[first.pk]),
        reverse("admin:review_edition_preview", args=[first.pk]),
        reverse("admin:review_edition_previews", args=[first.pk]),
        edition.provision.get_absolute_url(),
    ]
    found = []
    for address in addresses:
        page.goto(live_server.url + address)
        found += [f"{address} {problem}" for problem in _serious(page)]
    page.goto(live_server.url + addresses[1])
    page.keyboard.press("d")
    page.evaluate("document.querySelectorAll('details:not(.ask)').forEach((box) => { box.open = true; })")
    found += _serious(page)
    page.keyboard.press("?")
    found += _serious(page)
    assert found == []


def _serious(page: Page) -> list[str]:
    """What axe finds in light on a desk, and in the dark on a telephone."""
    page.evaluate(resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": 900})
    found: list[str] = page.evaluate(SERIOUS)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1440, "height": 900})
    return found + page.evaluate(SERIOUS)


def test_the_bar_covers_neither_the_screen_of_a_phone_nor_what_has_the_focus(
    page: Page, live_server: LiveServer, reviewer: User
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    edition = reanalysis(exposure_level="high", why_it_matters="New.")
    come_in(page, live_server, "grace")
    open_desk(page, live_server, edition)
    bar = page.locator(".bar").bounding_box()
    assert bar is not None and bar["height"] < 844 / 3
    for _ in range(60):
        page.keyboard.press("Tab")
        covered = page.evaluate(
            """() => {
              const element = document.activeElement, bar = document.querySelector(".bar");
              if (!element || element === document.body || bar.contains(element)) return "";
              const box = element.getBoundingClientRect();
              return box.top >= bar.getBoundingClientRect().top ? element.outerHTML.slice(0, 120) : "";
            }"""
        )
        assert covered == ""


def _does_not_run_over(page: Page) -> None:
    """On a telephone neither; the page is left as wide as a desk."""
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("document.scrollingElement.scrollWidth <= document.scrollingElement.clientWidth + 1")
