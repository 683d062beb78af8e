"""What a clause is: the unit of comparison inside a provision."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlas.archive.provisions.clauses import Clause, split_clauses
from tests.patience import no_hang

LONG_SENTENCE = "We keep the records of your use of the service for as long as the law of your country wants us to. "
BLOCKS = [
    "## Fees",
    "You may:",
    "*   pay",
    "    *   in advance",
    "    by card",
    "| Cookie | Days |\n| --- | --- |\n| mint | 30 |",
    "* * *",
    "1. Pay us. 2. Wait.",
    LONG_SENTENCE * 7,
    "Text.",
]


def texts(provision: str) -> list[str]:
    return [clause.text for clause in split_clauses(provision)]


def test_a_heading_and_each_paragraph_are_clauses_of_their_own() -> None:
    found = [
        (clause.kind, clause.text) for clause in split_clauses("## Fees\n\nYou pay. We thank.\n\nLate fees apply.")
    ]
    assert found == [("heading", "## Fees"), ("paragraph", "You pay. We thank."), ("paragraph", "Late fees apply.")]


def test_a_list_of_short_items_stays_with_its_lead_in() -> None:
    assert texts("You may:\n\n*   read\n*   write\n\nWe may not.") == ["You may:\n\n*   read\n*   write", "We may not."]


def test_long_items_are_clauses_that_know_what_they_stand_under() -> None:
    item = "*   " + LONG_SENTENCE * 2
    clauses = split_clauses(f"You may **not**:\n\n{item}\n\n{item}")
    assert [clause.lead_in for clause in clauses] == ["", "You may not:", "You may not:"]
    assert [clause.kind for clause in clauses] == ["paragraph", "item", "item"]


def test_the_same_item_under_another_lead_in_is_another_clause() -> None:
    item = "*   " + LONG_SENTENCE * 2
    allowed, forbidden = (split_clauses(f"You may{word}:\n\n{item}")[1] for word in ("", " not"))
    assert allowed.text == forbidden.text
    assert allowed.lead_in != forbidden.lead_in


def test_an_item_keeps_what_goes_on_below_it() -> None:
    assert texts("*   **Names.** Yours.\n\n    And those of others.\n\n*   Places.") == [
        "*   **Names.** Yours.\n\n    And those of others.",
        "*   Places.",
    ]


def test_each_row_of_a_table_is_a_clause_under_the_names_of_its_columns() -> None:
    clauses = split_clauses("| Cookie | Days |\n| --- | --- |\n| mint | 30 |\n| leaf | 7 |")
    assert [(clause.text, clause.lead_in) for clause in clauses] == [
        ("| Cookie | Days |", ""),
        ("| mint | 30 |", "Cookie Days"),
        ("| leaf | 7 |", "Cookie Days"),
    ]


def test_a_long_row_is_cut_at_its_paragraphs_and_lists() -> None:
    parts = [f"{word}:<br><br>" for word in ("Purpose", "Basis")] + [f"*   {LONG_SENTENCE.strip()}<br>"] * 7
    rows = texts("| A | B |\n| --- | --- |\n| " + "".join(parts) + "Thanks. |")
    assert rows[0] == "| A | B |"
    assert "".join(rows[1:]) == "| " + "".join(parts) + "Thanks. |"
    assert len(rows) == 1 + 9


def test_a_long_paragraph_is_cut_at_its_sentences_and_never_packed() -> None:
    sentences = [f"Rule {number}: {LONG_SENTENCE.strip()}" for number in range(9)]
    assert texts(" ".join(sentences)) == sentences


def test_a_long_paragraph_with_clause_numbers_is_cut_there_first() -> None:
    first, second = (f"{number}. **Rule.** {LONG_SENTENCE * 4}".strip() for number in (1, 2))
    assert texts(f"{first}{second}") == [first, second]


def test_a_long_sentence_is_cut_where_it_counts_its_parts() -> None:
    parts = [f"({letter}) {LONG_SENTENCE.strip('. ')};" for letter in "abcdefg"]
    assert texts("You agree to: " + " ".join(parts)) == ["You agree to:", *parts]


def test_an_inserted_sentence_changes_no_other_clause() -> None:
    sentences = [f"Rule {number}: {LONG_SENTENCE.strip()}" for number in range(9)]
    with_new = [*sentences[:4], "Nothing of this binds minors.", *sentences[4:]]
    assert set(texts(" ".join(sentences))) < set(texts(" ".join(with_new)))


@given(st.lists(st.sampled_from(BLOCKS), max_size=10).map("\n\n".join) | st.text())
def test_clauses_have_exact_intervals_and_leave_no_word_out(text: str) -> None:
    position = 0
    for clause in split_clauses(text):
        assert text[clause.start : clause.end] == clause.text
        assert clause.start >= position
        assert not any(map(str.isalnum, text[position : clause.start]))
        position = clause.end
    assert not any(map(str.isalnum, text[position:]))


@pytest.mark.parametrize("unit", ["*   a:\n", "a: (i) b; ", "1. A. ", "| a |\n", "- - ", "](", ". ", "    *   x\n\n"])
def test_hostile_texts_are_cut_without_hanging(unit: str) -> None:
    with no_hang():
        assert all(isinstance(clause, Clause) for clause in split_clauses(unit * (60_000 // len(unit))))
