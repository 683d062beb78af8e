"""Which provision of the new version is which of the old one."""

import random
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from atlas.archive.aligning.alignment import align
from atlas.archive.provisions.splitting import ProvisionText, split_provisions
from tests.patience import no_hang

PATIENT = settings(deadline=None)  # numpy and scipy take a second to import

SECTIONS = {
    "Training": "We may use your content to train our models unless you opt out in the settings of your account.",
    "Fees": "You pay the fees of your plan in advance. Fees are not refunded, except where the law wants us to.",
    "Liability": "Our liability is limited to what you paid in the twelve months before the claim arose.",
    "Law": "Irish law governs these terms. The courts of Dublin decide, wherever in the world you live.",
    "Children": "Nobody under the age of 13 may use the service. Parents may ask us to delete an account.",
}


def provisions(sections: dict[str, str]) -> list[ProvisionText]:
    return split_provisions("\n\n".join(f"## {heading}\n\n{body}" for heading, body in sections.items()))


def kinds(old: dict[str, str], new: dict[str, str]) -> dict[str, str]:
    """Title → kind, of all that is not unchanged."""
    before, after = provisions(old), provisions(new)
    found = {}
    for pair in align(before, after):
        present = after[pair.new] if pair.new is not None else before[pair.old or 0]
        found[present.title] = pair.kind
    return {title: kind for title, kind in found.items() if kind != "unchanged"}


def test_a_changed_text_under_the_same_heading_is_modified() -> None:
    assert kinds(SECTIONS, SECTIONS | {"Law": SECTIONS["Law"].replace("Irish", "French")}) == {"Law": "modified"}


def test_a_rewritten_text_under_the_same_heading_keeps_its_identity() -> None:
    rewritten = "French law governs. The courts of Paris decide, wherever you live."
    assert kinds(SECTIONS, SECTIONS | {"Law": rewritten}) == {"Law": "modified"}


def test_a_renamed_heading_keeps_the_identity() -> None:
    renamed = {("Governing law" if heading == "Law" else heading): body for heading, body in SECTIONS.items()}
    assert kinds(SECTIONS, renamed) == {"Governing law": "modified"}


def test_a_moved_provision_is_moved_and_the_others_stay() -> None:
    moved = {"Children": SECTIONS["Children"]} | {k: v for k, v in SECTIONS.items() if k != "Children"}
    assert kinds(SECTIONS, moved) == {"Children": "moved"}


def test_added_and_removed_provisions_are_not_paired_with_each_other() -> None:
    changed = {k: v for k, v in SECTIONS.items() if k != "Liability"}
    changed["Trackers"] = "Cookies remember your language and measure how often our pages are opened."
    assert kinds(SECTIONS, changed) == {"Liability": "removed", "Trackers": "added"}


LONG_FEES = (
    "You pay the fees of your plan in advance, by card or by bank transfer, in the currency of your country.",
    "If a payment fails, we try again after three days, and after ten days we may suspend your account.",
    "Fees are not refunded.",
)


def test_the_largest_part_of_a_split_provision_keeps_its_identity() -> None:
    whole = provisions(SECTIONS | {"Fees": " ".join(LONG_FEES)})
    parts = provisions(SECTIONS | {"Fees": LONG_FEES[2], "Payments": " ".join(LONG_FEES[:2])})
    found = {parts[pair.new].title: pair for pair in align(whole, parts) if pair.new is not None}
    assert whole[found["Payments"].old or 0].title == "Fees"
    assert (found["Fees"].kind, found["Fees"].old) == ("split", None)
    assert whole[found["Fees"].source or 0].title == "Fees"


def test_merged_provisions_go_on_as_the_larger_one() -> None:
    parts = provisions(SECTIONS | {"Fees": LONG_FEES[2], "Payments": " ".join(LONG_FEES[:2])})
    whole = provisions(SECTIONS | {"Fees": " ".join(LONG_FEES)})
    found = {parts[pair.old].title: pair for pair in align(parts, whole) if pair.old is not None}
    assert whole[found["Payments"].new or 0].title == "Fees"
    assert (found["Fees"].kind, found["Fees"].new) == ("merged", None)
    assert whole[found["Fees"].target or 0].title == "Fees"


def test_a_copy_of_a_clause_is_added_not_split() -> None:
    assert kinds(SECTIONS, SECTIONS | {"Law again": SECTIONS["Law"]}) == {"Law again": "added"}


def test_a_text_that_went_under_another_heading_and_was_changed_keeps_its_identity() -> None:
    before = provisions(SECTIONS)
    moved = {heading: body for heading, body in SECTIONS.items() if heading != "Law"}
    after = provisions({"Courts": SECTIONS["Law"].replace("Dublin", "Cork")} | moved)
    assert [pair.old for pair in align(before, after) if pair.new == 0] == [list(SECTIONS).index("Law")]


def test_two_provisions_that_change_places_keep_their_identities() -> None:
    swapped = {heading: SECTIONS[heading] for heading in ("Training", "Liability", "Fees", "Law", "Children")}
    before, after = provisions(SECTIONS), provisions(swapped)
    pairs = align(before, after)
    assert all(pair.score == 1 for pair in pairs)
    assert Counter(pair.kind for pair in pairs) == {"unchanged": 4, "moved": 1}


def test_numbered_clauses_that_are_renumbered_keep_their_identities() -> None:
    before = split_provisions("\n\n".join(f"1.{number} {body}" for number, body in enumerate(SECTIONS.values(), 1)))
    bodies = ["Nobody under embargo may log in from abroad.", *SECTIONS.values()]
    after = split_provisions("\n\n".join(f"1.{number} {body}" for number, body in enumerate(bodies, 1)))
    assert {pair.new: pair.old for pair in align(before, after)} == {0: None, 1: 0, 2: 1, 3: 2, 4: 3, 5: 4}


def test_a_row_that_is_added_to_a_table_leaves_the_table_what_it_was() -> None:
    rows = ["| Cookie | Days |", "| --- | --- |", "| mint | 30 |", "| leaf | 7 |"]
    before = split_provisions("## Cookies\n\n" + "\n".join(rows))
    after = split_provisions("## Cookies\n\n" + "\n".join([*rows, "| root | 365 |"]))
    assert [(pair.old, pair.new, pair.kind) for pair in align(before, after)] == [(0, 0, "modified")]


def test_a_section_that_grows_too_long_goes_on_in_its_largest_part() -> None:
    paragraph = " ".join(LONG_FEES)
    before = provisions(SECTIONS | {"Fees": paragraph})
    after = provisions(SECTIONS | {"Fees": f"{paragraph}\n\n{' '.join(SECTIONS.values()).replace('we', 'they')}"})
    found = [pair for pair in align(before, after) if pair.old == 1]
    assert LONG_FEES[1] in after[found[0].new or 0].text


def test_the_loss_of_one_of_two_equal_clauses_removes_the_one_that_is_gone() -> None:
    law = ("Law", SECTIONS["Law"])
    before = [
        law,
        ("Fees", SECTIONS["Fees"]),
        ("Children", SECTIONS["Children"]),
        law,
        ("End", "Thank you for reading."),
    ]
    after = [*before[1:-1], ("End", "Thank you all for reading this.")]

    def split(sections: list[tuple[str, str]]) -> list[ProvisionText]:
        return split_provisions("\n\n".join(f"## {heading}\n\n{body}" for heading, body in sections))

    assert [(pair.old, pair.new) for pair in align(split(before), split(after))] == [
        (0, None),
        (1, 0),
        (2, 1),
        (3, 2),
        (4, 3),
    ]


def test_where_a_clause_stands_twice_each_keeps_its_place() -> None:
    twice = [*provisions(SECTIONS), *provisions(SECTIONS)]
    assert [(pair.old, pair.new) for pair in align(twice, twice)] == [(index, index) for index in range(10)]


def test_everything_gone_and_everything_new() -> None:
    some = provisions(SECTIONS)
    assert {pair.kind for pair in align(some, [])} == {"removed"}
    assert {pair.kind for pair in align([], some)} == {"added"}
    assert align([], []) == []


TEXTS = st.lists(st.sampled_from([*SECTIONS.items()]), max_size=8).map(
    lambda sections: [p for heading, body in sections for p in split_provisions(f"## {heading}\n\n{body}")]
)


@PATIENT
@given(TEXTS)
def test_a_text_aligned_with_itself_is_unchanged(texts: list[ProvisionText]) -> None:
    assert {pair.kind for pair in align(texts, texts)} <= {"unchanged"}


@PATIENT
@given(TEXTS, TEXTS)
def test_each_provision_of_both_sides_occurs_exactly_once(old: list[ProvisionText], new: list[ProvisionText]) -> None:
    pairs = align(old, new)
    assert Counter(pair.old for pair in pairs if pair.old is not None) == Counter(range(len(old)))
    assert Counter(pair.new for pair in pairs if pair.new is not None) == Counter(range(len(new)))


UNRELATED = (
    "Nobody under embargo may log in from abroad.",
    "Cookies remember which language you speak.",
    "Beta features break often and vanish without a word.",
    "Gift cards expire when the moon is full, twice.",
)


@PATIENT
@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from(UNRELATED)), max_size=4, unique_by=lambda one: one[1]))
def test_inserted_paragraphs_change_no_other_pair(insertions: list[tuple[int, str]]) -> None:
    sections = [f"## {heading}\n\n{body}" for heading, body in SECTIONS.items()]
    edited = [section.replace("you", "each of you", 1) for section in sections]
    with_more = [
        *(part for place, section in enumerate(edited) for part in (*_at(place, insertions), section)),
        *_at(5, insertions),
    ]
    before, after = split_provisions("\n\n".join(sections)), split_provisions("\n\n".join(with_more))
    pairs = align(before, after)
    assert {pair.old: after[pair.new].title for pair in pairs if pair.new is not None and pair.old is not None} == dict(
        enumerate(SECTIONS)
    )
    assert all(pair.kind == "added" for pair in pairs if pair.old is None)


def _at(place: int, insertions: list[tuple[int, str]]) -> list[str]:
    return [f"## Insertion {UNRELATED.index(text)}\n\n{text}" for where, text in insertions if where == place]


@PATIENT
@given(st.integers(0, 5))
def test_an_inserted_provision_leaves_all_others_unchanged(place: int) -> None:
    sections = list(SECTIONS.items())
    inserted = [*sections[:place], ("Sanctions", "Nobody under embargo may log in from abroad."), *sections[place:]]
    assert kinds(SECTIONS, dict(inserted)) == {"Sanctions": "added"}


def test_a_large_rewrite_stays_within_the_cap() -> None:
    old = split_provisions(
        "\n\n".join(f"1.{number} Clause {number * 7919} about topic {number}." for number in range(600))
    )
    new = split_provisions(
        "\n\n".join(f"2.{number} Rule {number * 104729} on matter {number}." for number in range(600))
    )
    assert len(align(old, new)) >= 600


def test_five_hundred_changed_blocks_of_a_large_document_are_aligned_without_hanging() -> None:
    chance = random.Random(1)
    words = [f"{chance.choice('bcdfgh')}{number}{chance.choice('aeiou')}" for number in range(3_000)]
    blocks = [[" ".join(chance.choices(words, k=18)) for _ in range(3)] for _ in range(1_000)]
    edited = [[block[0], " ".join(chance.choices(words, k=18)), block[2]] for block in blocks[:500]] + blocks[500:]

    def split(parts: list[list[str]]) -> list[ProvisionText]:
        return split_provisions("\n\n".join(". ".join(sentences).capitalize() + "." for sentences in parts))

    with no_hang():
        pairs = align(split(blocks), split(edited))
    assert sum(pair.old == pair.new for pair in pairs) >= 950


def test_a_word_of_a_million_letters_keeps_its_identity_without_hanging() -> None:
    text = "x" * 1_000_000
    with no_hang():
        pairs = align(split_provisions(f"## Word\n\n{text}"), split_provisions(f"## Word\n\n{text} and more\n\nEnd."))
    assert [pair.kind for pair in pairs] == ["unchanged", "modified", "added"]
