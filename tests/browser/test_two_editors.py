"""Two editors, and one editor's two tabs, at one edition in a real browser: nothing that anybody typed is lost."""

import re
from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect
from pytest_django.live_server_helper import LiveServer

from review.models import Comment, Edition, UnsavedText
from tests.browser.conftest import come_in, leave, log_in
from tests.review.factories import CONTENT, change_text, make_edition, make_editor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Enter = Callable[[str], Page]

WINDOWS: tuple[tuple[int, Literal["light", "dark"]], ...] = ((1440, "light"), (390, "dark"))
# What the browser itself writes down when the server refuses, or is not there: the desk says it in words.
EXPECTED = ("status of 409", "status of 403", "ERR_INTERNET_DISCONNECTED")


@pytest.fixture
def edition(transactional_db: None) -> Edition:
    for name in ("ada", "ben"):
        make_editor("Reviewer", name)
    return make_edition()


@pytest.fixture
def enter(browser: Browser, live_server: LiveServer, edition: Edition) -> Iterator[Enter]:
    """Open the desk as somebody, in a browser of their own. No page may complain of anything."""
    problems: list[str] = []
    contexts: dict[str, BrowserContext] = {}

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error" and not any(words in message.text for words in EXPECTED):
            problems.append(message.text)

    def open_desk(name: str) -> Page:
        is_new = name not in contexts
        if is_new:
            contexts[name] = browser.new_context(viewport={"width": 1440, "height": 900})
            contexts[name].set_default_timeout(15_000)
        page = contexts[name].new_page()
        page.on("console", listen)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.clock.install()
        if is_new:
            come_in(page, live_server, name)
        page.goto(f"{live_server.url}/admin/review/edition/{edition.pk}/desk/")
        return page

    yield open_desk
    leave(*contexts.values())
    assert problems == []


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def keep(page: Page) -> None:
    """Wait until what was typed is kept."""
    page.clock.run_for(2100)
    expect(page.locator("#save-state")).to_contain_text("Kept for you at")


def fits(page: Page) -> bool:
    """Whether a page runs out neither of a desk in light nor of a telephone in the dark."""
    fit = []
    for width, scheme in WINDOWS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        fit.append(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
    return all(fit)


def select(page: Page, label: str, words: str) -> None:
    """Select words in a part, as with the mouse."""
    page.get_by_role("textbox", name=label).evaluate(
        "(field, words) => { field.focus(); const at = field.value.indexOf(words);"
        " field.setSelectionRange(at, at + words.length); }",
        words,
    )


def test_what_two_editors_typed_is_compared_merged_and_saved(enter: Enter, edition: Edition) -> None:
    ada, ben = enter("ada"), enter("ben")
    ben.get_by_role("textbox", name="Practical effect").fill(
        "Content trains models until the customer opts out in writing."
    )
    ben.get_by_role("textbox", name="Interpretive note").fill("Ben's note.")
    ben.get_by_role("textbox", name="Title").fill("Ben's title")
    ada.get_by_role("textbox", name="Practical effect").fill("All content trains models until the customer opts out.")
    ada.get_by_role("textbox", name="Why it matters").fill("Ada's reason.")
    ada.get_by_role("textbox", name="Title").fill("Ada's title")
    press(ada, "Save revision")
    expect(ada.get_by_text("Saved as revision 2.")).to_be_visible()

    ben.clock.run_for(20_000)
    expect(ben.locator("#moved")).to_contain_text("Ada saved revision 2 at")
    expect(ben.locator("#moved")).to_contain_text("What you press will be compared first.")
    expect(ben.locator("#presence")).to_contain_text("Also here: Ada (since")

    press(ben, "Save revision")
    expect(ben.get_by_text("You pressed Save. That was not done, and nothing was saved.")).to_be_visible()
    for words in ("Ben's note.", "Ada's reason.", "Ben's title", "Ada's title"):
        expect(ben.locator(".diff").get_by_text(words).first).to_be_visible()
    woven = ben.get_by_label("Practical effect, to edit here")
    expect(woven).to_have_value("All content trains models until the customer opts out in writing.")
    press(ben, "Continue")
    assert edition.revisions.count() == 2, "the title is not chosen yet: the browser asks"
    ben.locator("section.both").filter(has_text="Title").get_by_label("Theirs").check()
    press(ben, "Continue")

    expect(ben.get_by_text("Your text, not saved yet.")).to_be_visible()
    expect(ben.get_by_role("textbox", name="Title")).to_have_value("Ada's title")
    press(ben, "Save revision")
    expect(ben.get_by_text("Saved as revision 3.")).to_be_visible()
    saved = edition.revisions.get(number=3)
    assert (saved.title, saved.interpretive_note, saved.why_it_matters) == (
        "Ada's title",
        "Ben's note.",
        "Ada's reason.",
    )
    assert not UnsavedText.objects.exists()


def test_the_enter_key_in_the_title_presses_no_button(enter: Enter, edition: Edition) -> None:
    page = enter("ada")
    page.get_by_role("textbox", name="Title").fill("Typed")
    page.get_by_role("textbox", name="Title").press("Enter")
    keep(page)
    page.close()
    page = enter("ada")
    page.get_by_role("textbox", name="Title").press("Enter")
    expect(page.get_by_text("You have unsaved text from")).to_be_visible()
    edition.refresh_from_db()
    assert edition.claimed_by is None


def test_typed_text_survives_the_closing_of_its_tab(enter: Enter) -> None:
    page = enter("ada")
    page.get_by_role("textbox", name="Interpretive note").fill("Typed for an hour.")
    keep(page)
    page.close()

    page = enter("ada")
    expect(page.get_by_text("You have unsaved text from")).to_be_visible()
    expect(page.get_by_role("textbox", name="Interpretive note")).to_have_value("")
    press(page, "Continue with it")
    expect(page.get_by_role("textbox", name="Interpretive note")).to_have_value("Typed for an hour.")
    press(page, "Save revision")
    expect(page.get_by_text("Saved as revision 2.")).to_be_visible()
    expect(page.get_by_text("You have unsaved text")).to_have_count(0)


def test_the_last_keys_before_leaving_are_kept_too(enter: Enter, live_server: LiveServer) -> None:
    page = enter("ada")
    page.get_by_role("textbox", name="Interpretive note").fill("The last words.")
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"{live_server.url}/admin/")
    page.go_back()
    page.reload()
    expect(page.get_by_text("You have unsaved text from")).to_be_visible()
    assert UnsavedText.objects.get().fields["interpretive_note"] == "The last words."


def test_two_tabs_of_one_editor_do_not_write_over_each_other(enter: Enter) -> None:
    older, newer = enter("ada"), enter("ada")
    expect(newer.locator("#presence")).to_contain_text("You have this open in another tab too.")
    newer.get_by_role("textbox", name="Interpretive note").fill("The newer text.")
    keep(newer)
    older.get_by_role("textbox", name="Interpretive note").fill("The older text.")
    older.clock.run_for(2100)
    expect(older.locator("#save-state")).to_contain_text("You typed in another tab at")
    expect(older.locator("#save-state")).to_contain_text("this one is older; your text is still in this window.")
    assert UnsavedText.objects.get().fields["interpretive_note"] == "The newer text."


def test_without_a_connection_or_a_session_the_page_says_so_and_goes_on_later(
    enter: Enter, live_server: LiveServer
) -> None:
    page = enter("ada")
    state = page.locator("#save-state")
    page.context.set_offline(True)
    page.get_by_role("textbox", name="Interpretive note").fill("Typed on a train.")
    page.clock.run_for(2100)
    expect(state).to_contain_text("Not saved: the server cannot be reached; your text is still in this window.")
    page.context.set_offline(False)
    page.clock.run_for(5100)
    expect(state).to_contain_text("Kept for you at")

    page.context.clear_cookies()
    page.get_by_role("textbox", name="Interpretive note").fill("Typed after lunch.")
    page.clock.run_for(2100)
    expect(state).to_contain_text("Not saved: your session has ended. Log in again in another tab")
    press(page, "Save revision")
    expect(state).to_contain_text(re.compile("Not (sent|saved): your session has ended."))

    other = page.context.new_page()
    log_in(other, live_server, "ada")
    page.clock.run_for(31_000)
    expect(state).to_contain_text("Kept for you at")
    press(page, "Save revision")
    expect(page.get_by_text("Saved as revision 2.")).to_be_visible()
    expect(page.get_by_role("textbox", name="Interpretive note")).to_have_value("Typed after lunch.")


def test_a_newer_text_of_the_provision_is_told_while_the_page_is_open(enter: Enter, edition: Edition) -> None:
    page = enter("ada")
    bar = page.locator("#newer-bar")
    expect(bar).to_be_hidden()
    page.get_by_role("textbox", name="Interpretive note").fill("Typed before I knew.")
    change_text(edition.provision, "Everything is different now.")
    page.clock.run_for(20_000)
    expect(bar).to_be_visible()
    expect(page.locator("#moved")).to_contain_text("The provision has another text now: see above.")
    page.on("dialog", lambda dialog: dialog.accept())
    bar.get_by_role("link").click()
    expect(page.get_by_text("The provision has changed since.")).to_be_visible()
    expect(bar).to_have_count(0)
    press(page, "Continue with it")
    expect(page.get_by_role("textbox", name="Interpretive note")).to_have_value("Typed before I knew.")


def test_a_remark_is_made_on_selected_words_and_selects_them_again(enter: Enter) -> None:
    ada = enter("ada")
    press(ada, "Comment on the selection")
    expect(ada.get_by_text("Select words in a part of the text first.")).to_be_visible()
    select(ada, "Practical effect", "until the customer opts out")
    press(ada, "Comment on the selection")
    ada.get_by_label("Comment", exact=True).fill("Says who?")
    ada.get_by_label("Blocks approval").check()
    ada.get_by_role("textbox", name="Interpretive note").fill("Typed meanwhile.")
    press(ada, "Comment")
    expect(ada.get_by_text("1 open, 1 blocking")).to_be_visible()
    expect(ada.get_by_role("textbox", name="Interpretive note")).to_have_value("Typed meanwhile.")
    made = Comment.objects.get()
    assert (made.part, made.quote, made.prefix) == (
        "practical_effect",
        "until the customer opts out",
        "Content trains models ",
    )

    ben = enter("ben")
    ben.get_by_role("textbox", name="Practical effect").fill("🙂 Two words before it. " + CONTENT["practical_effect"])
    ben.get_by_role("link", name="until the customer opts out").click()
    field = "document.activeElement"
    selected = ben.evaluate(f"{field}.value.slice({field}.selectionStart, {field}.selectionEnd)")
    assert selected == "until the customer opts out"
    ben.get_by_text("Answer…").click()
    ben.get_by_label("Answer to Ada").fill("The text does.")
    press(ben, "Answer")
    expect(ben.locator(".replies").get_by_text("The text does.")).to_be_visible()
    press(ben, "Resolve")
    expect(ben.get_by_text("1 resolved")).to_be_visible()


def test_nothing_runs_out_of_the_pages(enter: Enter) -> None:
    ada, ben = enter("ada"), enter("ben")
    ada.get_by_role("textbox", name="Title").fill("Ada's title " + "long" * 60)
    press(ada, "Save revision")
    ben.get_by_role("textbox", name="Title").fill("Ben's title " + "wide" * 60)
    keep(ben)
    press(ben, "Save revision")
    expect(ben.get_by_text("nothing was saved")).to_be_visible()
    assert fits(ben)
    ben.close()
    ben = enter("ben")
    expect(ben.get_by_text("You have unsaved text from")).to_be_visible()
    assert fits(ben)
