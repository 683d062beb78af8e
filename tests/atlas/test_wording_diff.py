"""The word diff of two wordings."""

import time

from hypothesis import given
from hypothesis import strategies as st

from atlas.archive.texts.wording_diff import MAX_WORDS, diff_words
from tests.patience import no_hang

TEXTS = st.text(alphabet="ab.,\u2019é \n\t", max_size=60)


def test_a_changed_number_is_marked_and_nothing_else() -> None:
    parts = diff_words("We keep it 30 days.", "We keep it 90 days.")
    assert [tuple(part) for part in parts] == [
        ("same", "We keep it"),
        ("removed", " 30"),
        ("added", " 90"),
        ("same", " days."),
    ]


def test_a_rewrapped_paragraph_has_no_difference() -> None:
    parts = diff_words("One two\nthree.", "One  two three.\n")
    assert {part.op for part in parts} == {"same"}


@given(TEXTS, TEXTS)
def test_what_is_not_removed_is_exactly_the_new_text(old: str, new: str) -> None:
    assert "".join(part.text for part in diff_words(old, new) if part.op != "removed") == new


@given(TEXTS, TEXTS)
def test_what_is_not_added_is_the_old_text_but_for_spaces(old: str, new: str) -> None:
    left = "".join(part.text for part in diff_words(old, new) if part.op != "added")
    assert "".join(left.split()) == "".join(old.split())


def test_very_long_wordings_are_compared_by_sentence_and_within_changed_ones_by_word() -> None:
    sentences = [f"Sentence {n} says that thing number {n} is kept for the usual time." for n in range(MAX_WORDS // 10)]
    changed = [*sentences]
    changed[500] = changed[500].replace("usual", "longest")
    with no_hang():
        parts = diff_words("\n".join(sentences), "\n".join(changed))
    assert [part.text.strip() for part in parts if part.op != "same"] == ["usual", "longest"]


def test_a_long_text_without_spaces_is_one_word() -> None:
    assert [part.op for part in diff_words("a" * 200_000, "b" * 200_000)] == ["removed", "added"]


def test_the_same_words_ten_thousand_times_over_are_compared() -> None:
    with no_hang():
        parts = diff_words("a b " * 2_400, "b a " * 2_400)
    assert "".join(part.text for part in parts if part.op != "removed") == "b a " * 2_400


def test_a_long_paragraph_of_one_line_is_compared_by_sentence() -> None:
    old = "".join(f"Clause {n}: we may keep record {n} for {n % 97} days. " for n in range(3000))
    new = old.replace("for 30 days", "for 31 days")
    parts = diff_words(old, new)
    assert "".join(part.text for part in parts if part.op != "removed") == new
    assert {part.text for part in parts if part.op != "same"} == {" 30", " 31"}


def test_texts_that_differ_everywhere_take_no_longer_than_others() -> None:
    words = [f"w{n} x{n}" for n in range(2400)]
    old, new = " ".join(words), " ".join(f"{word.split()[0]} y{n}" for n, word in enumerate(words))
    start = time.process_time()
    parts = diff_words(old, new)
    assert time.process_time() - start < 1
    assert "".join(part.text for part in parts if part.op != "added") == old
