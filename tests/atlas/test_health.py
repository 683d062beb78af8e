"""Which captures are held back, and that the reason is a sentence."""

import pytest

from atlas.archive.health import problems

PARAGRAPH = "We may use your content to train our models unless you opt out in the settings of your account.\n\n"
GOOD = PARAGRAPH * 50


def test_a_document_is_healthy() -> None:
    assert problems(GOOD, last_good=None) == []
    assert problems(GOOD, last_good=GOOD + PARAGRAPH * 40) == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no text"),
        ("  \n", "no text"),
        ("Terms", "only 5 characters"),
        ("%PDF-1.7 " + "x" * 300, "binary"),
        ("\ufffd\0" * 200, "binary"),
        (f"This page isn\u2019t available\n----\n\n{GOOD}", "an error page"),
        (f"{GOOD}\n\n404 Not Found", "an error page"),
        (f"Something went wrong.\n\n{PARAGRAPH * 3}", "an error page"),
        (f"Verify you are human by ticking the box.\n\n{PARAGRAPH * 3}", "an error page"),
        (f"Please enable JavaScript to go on.\n\n{PARAGRAPH * 3}", "a check for robots"),
        (f"Log in to continue\n\n{PARAGRAPH * 3}", "a login page"),
        (f"Accept all cookies\n\n{PARAGRAPH * 3}", "a consent form"),
    ],
)
def test_a_failed_capture_is_held_with_a_reason(text: str, reason: str) -> None:
    found = problems(text, last_good=None)
    assert any(reason in sentence for sentence in found)
    assert all(sentence[0].isupper() and sentence.endswith((".", "?")) for sentence in found)


def test_the_reason_quotes_words_and_not_the_line_below_a_heading() -> None:
    (reason,) = problems(f"404 Not Found\n=============\n\n{GOOD}", last_good=None)
    assert reason == "The page looks like an error page: “404 Not Found”."


def test_a_text_that_shrank_below_half_is_held() -> None:
    assert "shrank" in problems(PARAGRAPH * 20, last_good=GOOD)[0]
    assert problems(PARAGRAPH * 26, last_good=GOOD) == []


def test_ordinary_words_in_a_long_document_are_no_error() -> None:
    text = f"{GOOD}Sign in to your account to delete it.\n\nIf something went wrong, enable JavaScript or write to us."
    assert problems(text, last_good=None) == []


def test_what_the_last_good_text_already_said_is_no_problem() -> None:
    text = f"{GOOD}If you see “This page isn't available”, the link is old."
    assert problems(text, last_good=None) != []
    assert problems(text, last_good=text) == []
