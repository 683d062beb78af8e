"""Which captures are held back, that the reason is a sentence, and what can look wrong and be right."""

import pytest

from atlas.archive.health import Problem, examine, in_public, may_be_real, problems
from atlas.archive.held import Held, judge
from tests.factories import NOON

PARAGRAPH = "We may use your content to train our models unless you opt out in the settings of your account.\n\n"
GOOD = PARAGRAPH * 50
# A governance document of many different sentences, and pages that came instead of such a one.
TERMS = "Terms of Tinwhistle\n===================\n\n" + "\n\n".join(
    f"Section {n}. The customer agrees that Tinwhistle processes personal information of kind {n} on its instructions, "
    f"and that liability for a breach of section {n} is limited to the fees paid in the year before the claim arose."
    for n in range(1, 31)
)
MENU = "\n".join(
    f"* [{name}](https://tinwhistle.example/{name})" for name in ["Products", "Pricing", "Docs", "Blog", "Jobs"] * 9
)
FOOTER = "\n\n".join(["Company", "Careers", "Press", "Partners", "Status", "Legal", "Contact us", "Support"] * 8)
HOME_PAGE = "\n\n".join(
    (
        "Meet Tinwhistle, the assistant that sings along with your team.",
        "Trusted by thousands of makers, dreamers and orchestras around the world, every single day.",
        "Start free today. No card needed, and your first melody plays in under a minute.",
        "Compose faster: turn a hummed tune into a full score with one tap, then share it with friends.",
        "“It changed how we rehearse,” says Ines, who conducts the Harbour Ensemble in Porto.",
        "See plans, from Solo to Symphony. Every plan comes with unlimited tunes and a friendly helper.",
    )
    * 2
)
PANEL = "\n\n".join(
    (
        "We value your privacy",
        "We and our 812 partners store and access information on a device, such as cookies.",
        "Accept all",
        "Reject all",
        "Manage preferences",
    )
)
STYLES = ".menu{color:#333;display:flex}\n.menu a{padding:4px}\n@media print{.menu{display:none}}\n" * 10
GERMAN = "\n\n".join(
    f"Abschnitt {n}. Der Kunde ist damit einverstanden, dass Tinwhistle personenbezogene Daten der Art {n} nach seinen "
    f"Weisungen verarbeitet, und die Haftung für einen Verstoß gegen Abschnitt {n} ist auf die Gebühren begrenzt."
    for n in range(1, 31)
)


def test_a_document_is_healthy() -> None:
    assert problems(GOOD, last_good=None) == []
    assert problems(GOOD, last_good=GOOD + PARAGRAPH * 40) == []
    assert problems(TERMS, last_good=None) == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no text"),
        ("  \n", "no text"),
        ("Terms", "only 5 characters"),
        ("%PDF-1.7 " + "x" * 300, "binary"),
        ("\ufffd\0" * 200, "binary"),
        (STYLES, "style sheet"),
        (f"This page isn\u2019t available\n----\n\n{GOOD}", "an error page"),
        (f"{GOOD}\n\n404 Not Found", "an error page"),
        (f"{GOOD}\n\nSeite nicht gefunden", "an error page"),
        (f"Something went wrong.\n\n{PARAGRAPH * 3}", "an error page"),
        (f"Verify you are human by ticking the box.\n\n{PARAGRAPH * 3}", "an error page"),
        (f"Please enable JavaScript to go on.\n\n{PARAGRAPH * 3}", "a check for robots"),
        (f"Log in to continue\n\n{PARAGRAPH * 3}", "a login page"),
        (f"Accept all cookies\n\n{PARAGRAPH * 3}", "a consent form"),
        (f"{TERMS}\n\n{PANEL}", "panel that asks for consent"),
        (MENU, "a menu"),
    ],
)
def test_a_failed_capture_is_held_with_a_reason(text: str, reason: str) -> None:
    found = problems(text, last_good=None)
    assert any(reason in sentence for sentence in found)
    assert all(sentence[0].isupper() and sentence.endswith((".", "?")) for sentence in found)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (TERMS[: len(TERMS) // 3], "shrank"),
        (TERMS.replace("agrees", "accepts").replace("limited", "restricted"), "sentences of the last good text"),
        (GERMAN, "in German"),
        (HOME_PAGE, "about something else"),
        (FOOTER, "a menu"),
        (MENU, "a menu"),
        (PANEL, "a consent form"),
    ],
)
def test_what_came_in_place_of_a_document_is_held(text: str, reason: str) -> None:
    assert any(reason in sentence for sentence in problems(text, last_good=TERMS))


@pytest.mark.parametrize("text", [HOME_PAGE, FOOTER, MENU, PANEL, STYLES, GERMAN, "", "404 Not Found", "%PDF-1.7"])
def test_what_is_no_rewrite_waits_for_an_editor(text: str) -> None:
    assert not all(problem.may_be_real for problem in examine(text, last_good=TERMS))


@pytest.mark.parametrize(
    "text",
    [
        TERMS[: len(TERMS) // 3],
        TERMS.replace("agrees", "accepts").replace("limited", "restricted"),
        f"{TERMS}\n\n{PANEL}",
    ],
)
def test_what_may_be_a_rewrite_can_be_confirmed(text: str) -> None:
    found = examine(text, last_good=TERMS)
    assert found
    assert all(problem.may_be_real for problem in found)


@pytest.mark.parametrize(
    "text",
    [
        TERMS.replace("Section", "Clause", 6),
        TERMS + "\n\n" + GOOD,
        "\n\n".join(reversed(TERMS.split("\n\n"))),
        TERMS.replace("\n\n", "\n"),
        TERMS.replace("Tinwhistle", "*Tinwhistle*"),
        TERMS.replace("section", "[section](https://tinwhistle.example/x)"),
        f"{TERMS}\n\nSign in to your account to reject all offers. If something went wrong, enable JavaScript.",
        f"{TERMS}\n\nReject all cookies",
    ],
)
def test_an_ordinary_change_is_not_held(text: str) -> None:
    assert problems(text, last_good=TERMS) == []


@pytest.mark.parametrize(
    "text",
    [
        "Sub-processors\n\n| Name | Purpose | Place |\n|---|---|---|\n"
        + "| Aster Cloud | Hosting of data | Lund |\n" * 20,
        "Imprint\n\n" + "Tinwhistle SARL, 12 rue des Sables, 69002 Lyon, France\n" * 8,
        "\n".join(
            f"* [Aster {n}](https://aster.example/{n}): hosting of customer content in region {n}." for n in range(20)
        ),
    ],
)
def test_tables_addresses_and_lists_of_suppliers_are_documents(text: str) -> None:
    assert problems(text, last_good=None) == []


def test_the_reason_quotes_words_and_not_the_line_below_a_heading() -> None:
    (reason,) = problems(f"404 Not Found\n=============\n\n{GOOD}", last_good=None)
    assert reason == "The page looks like an error page: “404 Not Found”."
    assert in_public(reason) == "The page looks like an error page."


def test_a_text_that_shrank_below_half_is_held() -> None:
    assert "shrank" in problems(PARAGRAPH * 20, last_good=GOOD)[0]
    assert problems(PARAGRAPH * 26, last_good=GOOD) == []


def test_ordinary_words_in_a_long_document_are_no_error() -> None:
    text = f"{GOOD}Sign in to your account to delete it.\n\nIf something went wrong, enable JavaScript or write to us."
    assert problems(text, last_good=None) == []


@pytest.mark.parametrize(
    "part", ["If you see “This page isn't available”, the link is old.", PANEL, "Access denied", "Just a moment"]
)
def test_what_the_last_good_text_already_said_is_no_problem(part: str) -> None:
    text = f"{GOOD}{part}"
    assert problems(text, last_good=None) != []
    assert problems(text, last_good=text + "\n\nMore.") == []


def test_a_menu_that_an_editor_released_is_what_the_document_is() -> None:
    assert problems(MENU + "\n* [News](https://tinwhistle.example/news)", last_good=MENU) == []


def test_a_recorded_reason_tells_what_can_confirm_it() -> None:
    assert may_be_real("The text shrank to 10 characters from 300; part of the page may not have been captured.")
    assert not may_be_real("The page had no text.")
    assert not Problem("The text is in German; the last good one was not.", "de").may_be_real


def test_a_text_confirms_the_held_one_if_only_beside_it_it_is_healthy() -> None:
    rewrite = TERMS.replace("agrees", "accepts").replace("limited", "restricted")
    held = Held(rewrite, NOON, 1)
    assert judge(rewrite, last_good=TERMS, held=held).confirms
    assert judge(f"{rewrite}\n\nOne more clause was added to it.", last_good=TERMS, held=held).confirms
    assert not judge(TERMS, last_good=TERMS, held=held).confirms
    assert not judge(MENU, last_good=TERMS, held=held).confirms


def test_texts_made_to_hang_an_expression_are_read_at_once() -> None:
    for part in ("[" * 20, "](" * 20, "accept all " * 20, "_*# " * 20, "a]b(" * 20, "{}" * 20):
        problems(part * 5_000, last_good=TERMS)
        problems(f"{part}\n\n" * 5_000, last_good=part * 5_000)
