"""Which provision of the new version is which of the old one."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from atlas.archive.alignment import align
from atlas.archive.splitting import ProvisionText, split_provisions

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


def test_a_provision_whose_sentences_come_from_another_one_is_split_from_it() -> None:
    first, second = SECTIONS["Fees"].split(". ")[0] + ".", SECTIONS["Fees"].split(". ", 1)[1]
    split = {**{k: v for k, v in SECTIONS.items() if k != "Fees"}, "Fees": second, "Advance": first}
    assert kinds(SECTIONS, split)["Advance"] in ("split", "added")
    merged = kinds(split, SECTIONS)
    assert merged["Advance"] in ("merged", "removed")


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


@given(TEXTS)
def test_a_text_aligned_with_itself_is_unchanged(texts: list[ProvisionText]) -> None:
    assert {pair.kind for pair in align(texts, texts)} <= {"unchanged"}


@given(TEXTS, TEXTS)
def test_each_provision_of_both_sides_occurs_exactly_once(old: list[ProvisionText], new: list[ProvisionText]) -> None:
    pairs = align(old, new)
    assert Counter(pair.old for pair in pairs if pair.old is not None) == Counter(range(len(old)))
    assert Counter(pair.new for pair in pairs if pair.new is not None) == Counter(range(len(new)))


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
