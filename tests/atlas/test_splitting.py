"""What a provision is: a numbered clause, the text under one heading, or a paragraph with its list."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlas.archive.provisions.splitting import SPLITTER, ProvisionText, split_provisions
from tests.atlas.texts import document
from tests.patience import no_hang

LONG_SENTENCE = "We keep the records of your use of the service for as long as the law of your country wants us to. "
BLOCKS = [
    *(
        "# Terms",
        "Fees\n----",
        "**Refunds**",
        "1.1 We charge.",
        "1\\. **Age.** Be 18.",
        "*   one\n*   two",
        "    *   in",
    ),
    *("| a | b |\n| --- | --- |\n| c | d |", "* * *", "Last updated: May 1, 2026", "Text.", "   ", "-"),
    LONG_SENTENCE * 30,
]
MARKDOWN = st.lists(st.sampled_from(BLOCKS), max_size=12).map("\n\n".join)


def titles(text: str) -> list[str]:
    return [provision.title for provision in split_provisions(text)]


def test_each_leaf_heading_makes_a_provision_with_its_path() -> None:
    text = "Terms\n=====\n\nWelcome to our terms.\n\nFees\n----\n\nPay.\n\n### Refunds\n\nNone.\n\nLaw\n---\n\nIrish."
    found = [(provision.title, provision.heading_path) for provision in split_provisions(text)]
    assert found == [
        ("Terms", ("Terms",)),
        ("Fees", ("Terms", "Fees")),
        ("Refunds", ("Terms", "Fees", "Refunds")),
        ("Law", ("Terms", "Law")),
    ]


def test_a_heading_goes_with_the_provision_that_follows_it() -> None:
    provisions = split_provisions("# Terms\n\n## Fees\n\nYou pay.\n\n## Law\n\nIrish law.\n")
    assert [provision.text for provision in provisions] == ["# Terms\n\n## Fees\n\nYou pay.", "## Law\n\nIrish law."]


def test_a_line_that_is_only_bold_is_a_heading_but_a_date_banner_is_not() -> None:
    text = "**Last updated: 1 May 2026**\n\n**Data we collect**\n\nYour name.\n\n**Your rights**\n\nAccess."
    assert titles(text) == ["Data we collect", "Your rights"]


def test_numbered_clauses_are_provisions_however_short() -> None:
    text = "Uses\n----\n\n1.1 We provide it.\n\n1.2 **Breaks.** We stop.\n\n*   if we must\n\n1.3 We may change it."
    assert titles(text) == ["We provide it", "Breaks", "We may change it"]
    assert split_provisions(text)[1].text.endswith("if we must")


def test_a_list_item_that_is_only_bold_is_the_heading_of_what_is_under_it() -> None:
    text = "1.  **OWNERSHIP**\n\n    1.  **Feedback**. Ours.\n\n    2.  **Content**. Yours.\n\n2.  **FEES**\n\n    Pay."
    found = [(provision.title, provision.heading_path) for provision in split_provisions(text)]
    assert found == [("Feedback", ("OWNERSHIP",)), ("Content", ("OWNERSHIP",)), ("FEES", ("FEES",))]


def test_a_long_section_is_cut_at_its_paragraphs_and_a_list_stays_with_its_lead_in() -> None:
    paragraph = LONG_SENTENCE * 8
    text = f"Data\n----\n\n{paragraph}\n\n{paragraph}\n\nWe share it with:\n\n*   partners\n*   courts\n\n{paragraph}"
    provisions = split_provisions(text)
    assert len(provisions) == 3
    assert "*   courts" in provisions[2].text


def test_a_table_of_contents_stays_with_the_introduction() -> None:
    contents = "\n\n".join(f"**{name}**" for name in ("What we collect", "Why", "Your rights", "Data we collect"))
    text = f"Hello, this is our policy about the data of everyone who uses our many products.\n\n{contents}\n\nNames."
    assert split_provisions(text)[-1].heading_path == ("Data we collect",)


def test_a_section_that_grows_keeps_all_of_its_provisions_but_the_new_one() -> None:
    paragraphs = [f"Rule {number}: {LONG_SENTENCE * 3}".strip() for number in range(8)]
    before = {provision.text for provision in split_provisions("## Rules\n\n" + "\n\n".join(paragraphs))}
    grown = [*paragraphs, f"Rule 8: {LONG_SENTENCE * 20}"]
    after = split_provisions("## Rules\n\n" + "\n\n".join(grown))
    assert [provision.text for provision in after if provision.text not in before] == [grown[-1].strip()]


def test_a_short_sentence_before_a_list_of_lists_leaves_the_items_what_they_were() -> None:
    inner = "\n".join(f"    *   Rule {number}: {LONG_SENTENCE * 2}".rstrip() for number in range(5))
    text = f"{LONG_SENTENCE * 3}\n\n*   Do not:\n\n{inner}\n\nThanks for reading all of this."
    before = {provision.text for provision in split_provisions(text)}
    after = [provision.text for provision in split_provisions(text.replace("*   Do not", "Please.\n\n*   Do not", 1))]
    assert len(before) == 6
    assert len([provision for provision in after if provision not in before]) == 1


def test_a_page_of_one_paragraph_is_cut_at_its_clause_numbers_and_they_give_the_path() -> None:
    rule = (LONG_SENTENCE * 6).strip()
    restrictions = f"2\\. Restrictions.2.1 Use. {rule}2.2 Resale. See Section 2.1.{rule}"
    text = f"Welcome.1\\. Services.{rule}{restrictions}3\\. Law.{rule}"
    found = [(provision.title, provision.heading_path) for provision in split_provisions(text)]
    assert found == [
        ("Services", ("Services",)),
        ("Use", ("Restrictions",)),
        ("Resale", ("Restrictions",)),
        ("Law", ("Law",)),
    ]


def test_a_number_that_does_not_go_on_counting_is_no_clause() -> None:
    rule = (LONG_SENTENCE * 11).strip()
    text = f"1.1 Use. {rule} We may stop under Section 7.4. 9.5 Million people agreed.1.2 Resale. {rule}"
    assert titles(text) == ["Use", "Resale"]


def test_a_heading_glued_to_the_text_around_it_is_a_heading() -> None:
    rule = (LONG_SENTENCE * 11).strip()
    text = f"You agree to these Terms.Prohibited UsesWe want you to be safe. {rule}Content of OthersYou see it. {rule}"
    found = [provision.heading_path for provision in split_provisions(text)]
    assert found == [("Prohibited Uses",), ("Content of Others",)]


def test_a_name_in_two_capitals_is_no_glued_heading() -> None:
    rule = (LONG_SENTENCE * 22).strip()
    assert len(split_provisions(f"You agree to these Terms.MarrowMint keeps them. {rule}")[0].heading_path) == 0


def test_a_sentence_is_never_cut_however_long_it_is() -> None:
    endless = "We may " + "and may ".join(["keep, read, send"] * 400) + "."
    assert [provision.text for provision in split_provisions(endless)] == [endless]


def test_a_sentence_over_two_thousand_characters_is_cut_where_it_counts_its_parts() -> None:
    parts = "; ".join(f"({letter}) {LONG_SENTENCE.strip('. ') * 7}" for letter in "abcdefgh")
    provisions = split_provisions(f"You may not: {parts}.")
    assert len(provisions) > 1
    assert all(provision.text.startswith("(") for provision in provisions[1:])


def test_the_rows_of_a_long_table_stay_whole() -> None:
    rows = [f"| cookie {number} | {LONG_SENTENCE} |" for number in range(80)]
    provisions = split_provisions("\n".join(["| Name | Purpose |", "| --- | --- |", *rows]))
    assert max(len(provision.text) for provision in provisions) <= 4_000
    assert all(provision.text.endswith("|") for provision in provisions)


def test_dates_are_in_no_path() -> None:
    text = "# Terms\n\n## Last updated: 1 May 2026\n\nHello to all who read this.\n\n### Fees\n\nPay."
    assert [provision.heading_path for provision in split_provisions(text)] == [("Terms",), ("Terms", "Fees")]


PINNED = [
    document(),
    document(Fees=LONG_SENTENCE * 12, Trackers="You may:\n\n*   block them\n*   see them"),
    "".join(f"{number}\\. Rule {number}.{LONG_SENTENCE.strip()}" for number in range(1, 60)),
    "\n\n".join(f"{number}.1 **Part {number}.** {LONG_SENTENCE * number}" for number in range(1, 30)),
    "\n".join(["| Name | Purpose |", "| --- | --- |", *(f"| {number} | {LONG_SENTENCE} |" for number in range(90))]),
    "You may not: " + "; ".join(f"({letter}) {LONG_SENTENCE.strip('. ') * 7}" for letter in "abcdefgh"),
]


def test_whoever_changes_the_cuts_raises_the_number_of_the_splitter() -> None:
    """An archive splits anew what an earlier splitter cut: raise SPLITTER, then pin the new number and digest."""
    cuts = [(provision.start, provision.end) for text in PINNED for provision in split_provisions(text)]
    assert (SPLITTER, hashlib.sha256(repr(cuts).encode()).hexdigest()[:16]) == (2, "4bfc4ca796fef945")


def test_one_line_of_forty_thousand_characters_is_cut_between_sentences() -> None:
    text = "".join(f"Rule {number}: {LONG_SENTENCE.strip()}" for number in range(350))
    provisions = split_provisions(text)
    assert max(len(provision.text) for provision in provisions) <= 4_000
    assert all(provision.text.endswith(".") for provision in provisions)


def test_an_insertion_into_a_line_without_breaks_leaves_most_cuts_where_they_were() -> None:
    sentences = [f"Rule {number}: {LONG_SENTENCE}" for number in range(200)]
    before = {provision.text for provision in split_provisions("".join(sentences))}
    after = [
        p.text for p in split_provisions("".join([*sentences[:20], "A new sentence stands here. ", *sentences[20:]]))
    ]
    assert sum(text in before for text in after) >= len(after) - 4


def test_a_preamble_is_called_introduction_and_a_text_without_headings_by_its_first_words() -> None:
    preamble = LONG_SENTENCE * 3
    assert titles(f"{preamble}\n\n# Fees\n\nPay.") == ["Introduction", "Fees"]
    assert titles("Pay us.\n\nThen wait.") == ["Pay us"]


@pytest.mark.parametrize(
    ("heading", "title"),
    [
        ("1\\. **Fees** [here](https://x.example)\n---", "Fees here"),
        ("## 2.3 Your *rights*:", "Your rights"),
        ("#", "Text"),
    ],
)
def test_titles_are_plain_text_without_numbers(heading: str, title: str) -> None:
    assert titles(f"{heading}\n\nText. More text.") == [title]


def test_a_title_has_at_most_120_characters() -> None:
    assert all(len(title) <= 120 for title in titles(f"# {LONG_SENTENCE * 2}\n\n{LONG_SENTENCE}"))


@given(MARKDOWN | st.text())
def test_splitting_loses_nothing(text: str) -> None:
    position = 0
    for provision in split_provisions(text):
        assert text[provision.start : provision.end] == provision.text
        assert provision.text.strip() == provision.text != ""
        assert not text[position : provision.start].strip()
        assert provision.title
        position = provision.end
    assert not text[position:].strip()


@given(MARKDOWN)
def test_splitting_twice_gives_the_same(text: str) -> None:
    assert split_provisions(text) == split_provisions(text)


@given(st.integers(0, 5))
def test_an_inserted_section_changes_no_other_provision(place: int) -> None:
    sections = [f"## Section {name}\n\n{LONG_SENTENCE * length}" for length, name in enumerate("ABCDE", 1)]
    with_new = [*sections[:place], "## New\n\nSomething else.", *sections[place:]]
    before = {provision.text for provision in split_provisions("\n\n".join(sections))}
    assert before <= {provision.text for provision in split_provisions("\n\n".join(with_new))}


@pytest.mark.parametrize("unit", ["**a", "1.1 ", "| a ", "- ", "=\n", "#\n", "a. B", "*   **x**\n"])
def test_hostile_texts_are_split_without_loss(unit: str) -> None:
    with no_hang():
        provisions = split_provisions(unit * (60_000 // len(unit)))
    assert isinstance(provisions[0], ProvisionText)
