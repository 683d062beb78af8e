"""What counts as the same text, and where a quote stands in it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlas.archive.texts.normalising import Span, fold, fold_markdown, folded_sha256, locate
from tests.patience import no_hang

SOURCE = (
    "2\\. **Training.** We may use your [Content](https://example.org/content) to train models.\n\n"
    "*   You can't opt\u00a0out before 30 days; see “Settings”.\n"
    "*   We do _not_ sell data & never share 1.30 % of it.\n\n"
    "| Cookie | Days |\n| --- | --- |\n| session\\_id | 90 |\n"
)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("We may\u00a0use  “Content”\n", 'We may use "Content"'),
        ("1.2 Fees", "Fees"),
        ("(a) Fees \u2013 all", "Fees - all"),
        ("iv. Fees", "Fees"),
        ("9.Fees and 1.5 Fees", "Fees and 1.5 Fees"),
        ("ﬁne zero\u200bwidth", "fine zerowidth"),
        ("I agree.", "I agree."),
        ("2026 is a year", "2026 is a year"),
    ],
)
def test_folding_drops_what_only_looks_different(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("See our [Policy](https://x.example/a_(b)).", "See our Policy."),
        ("Fees\n----", "Fees"),
        ("### **Fees**", "Fees"),
        ("*   **1\\.** Pay `now` &amp; _here_", "Pay now & here"),
        ("| a | b |\n| --- | --- |\n| c\\|d | e |", "a b c|d e"),
        ("snake\\_case and snake_case", "snake_case and snake_case"),
        ("line<br>break", "line break"),
    ],
)
def test_folding_markdown_leaves_what_a_reader_sees(text: str, folded: str) -> None:
    assert fold_markdown(text) == folded


def test_texts_that_read_the_same_have_the_same_hash() -> None:
    assert folded_sha256("**Fees** are [due](/a).") == folded_sha256("Fees are due.")
    assert folded_sha256("Fees are due.") != folded_sha256("Fees are not due.")


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet="1a.() \n*\u2013i"))
def test_folding_numbering_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("quote", "level", "found"),
    [
        ("to train models.", "exact", "to train models."),
        ('see "Settings".', "folded", "see “Settings”."),
        ("can't opt out before 30 days", "folded", "can't opt\u00a0out before 30 days"),
        ("We do not sell data", "markdown", "We do _not_ sell data"),
        ("use your Content to train", "markdown", "use your [Content](https://example.org/content) to train"),
        ("2. Training. We may use", "markdown", "2\\. **Training.** We may use"),
        ("session_id 90", "markdown", "session\\_id | 90"),
        ('see "Settings". We do not sell', "markdown", "see “Settings”.\n*   We do _not_ sell"),
    ],
)
def test_a_quote_is_found_whatever_a_model_does_to_typography_and_markdown(quote: str, level: str, found: str) -> None:
    span = locate(quote, SOURCE)
    assert span is not None
    assert (span.level, SOURCE[span.start : span.end]) == (level, found)


def test_a_span_that_cuts_through_a_link_is_widened_to_the_whole_link() -> None:
    source = "Read our [Privacy Policy](https://example.org/p) today."
    assert locate("Policy today", source) == Span(9, 54, "markdown")


@pytest.mark.parametrize(
    "quote",
    [
        "We may not use your Content",
        "We do sell data",
        "before 90 days",
        "before 3 days",
        "share 30 % of it",
        "You can opt out before 30 days",
        "3. Training. We may use",
        "use your Content … models",
        "opt out before 30 day",
        "",
        "“”",
    ],
)
def test_an_altered_quote_is_never_found(quote: str) -> None:
    assert locate(quote, SOURCE) is None


def test_words_cut_from_a_word_that_means_the_opposite_are_not_found() -> None:
    assert locate("authorised use", "Any unauthorised use is yours.") is None
    assert locate("exclusive licence", "A non-exclusive licence.") is None


def test_a_quote_in_a_script_without_spaces_is_found() -> None:
    assert locate("收集数据", "我们收集数据。") == Span(2, 6, "exact")


WORDS = re.compile(r"[A-Za-z]+|\d+")


@given(st.data())
def test_a_quote_with_one_word_changed_is_never_found(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, 80))
    passage = fold_markdown(SOURCE)[start : start + 60].strip()
    words = list(WORDS.finditer(passage))
    word = data.draw(st.sampled_from(words))
    replacement = data.draw(st.sampled_from(["not", "never", "or", "and", "31", "shall", "will", "zebra"]))
    altered = passage[: word.start()] + replacement + passage[word.end() :]
    if replacement != word[0] and fold_markdown(altered) not in fold_markdown(SOURCE):
        assert locate(altered, SOURCE) is None


@given(st.text(alphabet="[]()\\*_|<>&# \nab", max_size=200), st.text(alphabet="ab*_[] ", max_size=20))
def test_whatever_the_source_a_span_folds_to_the_quote(source: str, quote: str) -> None:
    span = locate(quote, source)
    if span is not None and span.level == "exact":
        assert source[span.start : span.end] == quote.strip()
    assert span is None or 0 <= span.start < span.end <= len(source)


@pytest.mark.parametrize("unit", ["[", "[a](", "((", "**_", "\\", "<a", "1.", "![", "a;b. C", "| "])
def test_hostile_texts_on_one_line_are_folded(unit: str) -> None:
    with no_hang():
        folded = fold_markdown(unit * (30_000 // len(unit)))
    assert len(folded) <= 30_000
