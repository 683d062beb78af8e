"""Which captures are held back, that the reason is a sentence, and what can look wrong and be right."""

import pytest

from atlas.archive.gate.health import Problem, examine, in_public, may_be_real, problems
from atlas.archive.gate.held import Held, judge
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


@pytest.mark.parametrize("part", ["This page isn't available", PANEL, "Access denied", "Just a moment"])
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


FOOTER_OF_LAW = (
    "© 2026 Tinwhistle Inc. All rights reserved. Tinwhistle and its logo are trademarks of Tinwhistle Inc. and may not "
    "be used without permission.\n\nTinwhistle Europe Ltd is overseen by the Data Protection Commission of Ireland. "
    "Read our Privacy Policy to learn how we use personal information. You may opt out of marketing at any time.\n\n"
)
BLOCKED = (
    "# Attention Required!\n\n## Sorry, you have been blocked\n\nYou are unable to access tinwhistle.example.\n\n"
    + "\n\n".join(
        f"### Step {n}\n\nIf you are on a personal connection, like at home, you can run an anti-virus scan on device "
        f"number {n} to make sure that it is not infected, or ask the administrator of your network to do so for you."
        for n in range(20)
    )
    + "\n\nCloudflare Ray ID: 7d1f0c2ab"
)
# What was seen first, so that there is nothing to compare it with.
FIRST_SEEN = {
    "German": "# Fehler 404\n\nDie von Ihnen angeforderte Seite konnte leider nicht gefunden werden. Vielleicht wurde "
    "sie verschoben oder gelöscht. Bitte prüfen Sie die Adresse oder kehren Sie zur Startseite zurück.\n\nSie können "
    "auch unsere Suche verwenden, um den gewünschten Inhalt zu finden.",
    "French": "# Oups\n\nUne erreur s'est produite lors du chargement de cette page. Nous nous excusons pour la gêne "
    "occasionnée.\n\nVeuillez réessayer dans quelques instants ou retourner à la page d'accueil. Si le problème "
    "persiste, contactez notre service client en indiquant l'heure de l'erreur.",
    "Japanese": "# エラーが発生しました\n\n"
    + "ご指定のページは削除されたか、アドレスが変更された可能性があります。" * 8,
    "blocked": BLOCKED,
    "404 with a footer": "# Oops, nothing here\n\nThe link may be old, or we lost it.\n\n" + FOOTER_OF_LAW,
    "JSON": '{"message":"The requested resource could not be loaded at this time, please try again in a few minutes or '
    'contact the support of Tinwhistle with the identifier that follows, and we will look into it","id":"0b1c9f8e"}',
    "empty application": "# Tinwhistle\n\n" + "Tinwhistle helps you to sing, wherever you are. " * 6 + "\n\nLoading…",
    "login with a footer": "# Welcome back\n\nEmail address\n\nPassword\n\nContinue with Google\n\n"
    + FOOTER_OF_LAW * 9,
    "maintenance": "# We are upgrading\n\nTinwhistle is currently down for maintenance. We expect to be back in about "
    "two hours, and thank you for your patience.\n\nYour tunes are safe, and there is nothing that you need to do. "
    "Follow our status page for updates.",
    "half a document": TERMS[: len(TERMS) // 2] + "\n\nInternal Server Error",
    "document that broke off": TERMS + "\n\nFatal error: Uncaught exception in template.php on line 42",
    "PDF behind a mark": "\ufeff\n%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj "
    + "q BT /F1 12 Tf (Hello) Tj ET Q. " * 20,
    "bytes read as letters": "".join(chr(0x80 + (37 * n) % 128) for n in range(2_000)),
}


@pytest.mark.parametrize("page", FIRST_SEEN.values(), ids=FIRST_SEEN)
def test_a_failed_page_is_held_for_an_editor_though_nothing_good_was_seen_before(page: str) -> None:
    assert not all(problem.may_be_real for problem in examine(page, last_good=None))
    assert problems(page, last_good=None)


CLAUSES = (
    "The Service may show an error page while we repair it; an internal server error is no breach of these terms.",
    "If something went wrong with a payment, tell us within thirty days.",
    "You may not get around a captcha, or any other measure that checks that a visitor is human.",
    "You can reject all cookies. To manage cookie preferences, open the settings; please enable JavaScript for that.",
    "To use the Service you must be logged in, and we may ask you to sign in to your account again.",
    "A link may lead to a page that is not available (error 404, page not found); we answer for none of them.",
)


@pytest.mark.parametrize("clause", CLAUSES)
class TestAShortDocumentThatSpeaksOfFailures:
    def test_is_healthy_when_it_is_seen_first(self, clause: str) -> None:
        assert problems(f"{TERMS[:2_000]}\n\n{clause}", last_good=None) == []

    def test_is_healthy_when_the_clause_is_new(self, clause: str) -> None:
        before = TERMS[:1_000]
        assert problems(f"{before}\n\n{clause}", last_good=before) == []


@pytest.mark.parametrize(
    "message", ["Something went wrong", "Sorry, something went wrong. Try again.", "Just a moment…"]
)
def test_a_message_below_most_of_the_document_is_still_a_failure(message: str) -> None:
    assert problems(f"{TERMS[:2_000]}\n\n{message}", last_good=TERMS[:2_500]) != []
