"""Where sentences end in Markdown as it stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlas.archive.texts.boundaries import sentence_spans
from tests.patience import no_hang


def sentences(text: str) -> list[str]:
    return [text[begin:end] for begin, end in sentence_spans(text)]


@pytest.mark.parametrize(
    "parts",
    [
        ["We may stop.", "You may leave!"],
        ["**Fees.**", "You pay them."],
        ["See [our rules](https://mint.example/a. B?c=D.E).", "They bind you."],
        ["See https://mint.example/Rules.Html for more.", "They bind you."],
        ["He said “stop.”", "“Why?” she asked."],
        ["我们可以停止。", "您可以离开。"],
    ],
)
def test_sentences_are_told_apart_by_what_a_reader_sees(parts: list[str]) -> None:
    glue = "" if parts[0].endswith("。") else " "
    assert sentences(glue.join(parts)) == parts


@pytest.mark.parametrize(
    "text",
    [
        "Marrowmint Inc. Dublin pays.",
        "The U.S. District Court decides, e.g. Boston, on at most $100.",
        "1. Fees are due at once",
        "We use version 2.5 of it",
        "Write to a.b@mint.example or to us",
    ],
)
def test_nothing_else_ends_a_sentence(text: str) -> None:
    assert sentences(text) == [text]


def test_a_sentence_glued_to_the_next_ends_all_the_same() -> None:
    assert sentences("You agree to these Terms.We want you to.") == ["You agree to these Terms.", "We want you to."]


def test_a_line_that_goes_on_in_the_next_is_one_sentence_but_a_forced_break_ends_it() -> None:
    assert sentences("You may\nstop.") == ["You may\nstop."]
    assert sentences("Marrowmint Ltd  \nDublin") == ["Marrowmint Ltd", "Dublin"]


@given(st.text(alphabet="aA1 .!?:;\n*_[]()\\。\"'", max_size=200))
def test_between_sentences_there_is_only_white_space(text: str) -> None:
    position = 0
    for begin, end in sentence_spans(text):
        assert begin >= position
        assert not text[position:begin].strip()
        position = end
    assert not text[position:].strip()


@pytest.mark.parametrize("unit", [". ", "a. ", "A.", "](", "[a](", "http://a.", "**", "\\\n", "  \n", "。", "\"'"])
def test_hostile_texts_are_read_without_hanging(unit: str) -> None:
    with no_hang():
        assert sentence_spans(unit * (300_000 // len(unit)))
