"""What no cosmetic rule may swallow, tried in every place of sentences about fictional platforms."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlas.archive.changes.significance import judge
from atlas.archive.changes.surroundings import survey
from atlas.models import Significance

SENTENCES = [
    "You may cancel within 14 days and we will refund the fee of $20 that you paid, unless the album was printed.",
    "Orchard shares your photos with Fig Analytics, which keeps them for thirty (30) days, subject to Section 8.",
    "If you are under 18, your parents must agree before you upload a photo or write a comment to an album.",
    "We don't sell personal data, and our partners can only use it in order to print what you ordered from them.",
    "The Customer authorized Orchard to organise the albums, towards which Walnut Inc. contributes 5 percent.",
    "These terms of use take effect on June 1, 2026, except in Chile, where we have updated them before.",
    "*   [Help](/help)\n*   print photos for you\n*   keep the originals for at most two years after you leave",
    "Orchard, a company registered under number 512 418 325, may assign these terms to its affiliates at any time.",
]
AROUND = "We write to you by e-mail. Irish law applies to these terms."
MODALS = ["may", "must", "will", "shall", "can", "should"]
NOISE = [
    "Last updated: June 2, 2026",
    "[Help](/help/2)",
    "We've updated our Terms.",
    "## Albums",
    "Learn more about albums.",
]


def significance(old: str, new: str) -> Significance:
    return judge(old, new, survey([old, AROUND], [new, AROUND])).significance


def swapped(text: str, position: int, word: str) -> str:
    words = text.split(" ")
    words[position % len(words)] = word
    return " ".join(words)


def inserted(text: str, position: int, words: str) -> str:
    parts = text.split(" ")
    place = position % (len(parts) + 1)
    return " ".join([*parts[:place], words, *parts[place:]])


sentences = st.sampled_from(SENTENCES)
positions = st.integers(0, 40)


@given(sentences)
def test_a_text_beside_itself_is_cosmetic(text: str) -> None:
    assert significance(text, text) == Significance.COSMETIC


@given(
    st.sampled_from(SENTENCES[:5] + SENTENCES[7:]),
    positions,
    st.sampled_from(["not", "never", "only", "unless we agree"]),
)
def test_a_negation_or_exception_is_never_cosmetic(text: str, position: int, words: str) -> None:
    assert significance(text, inserted(text, position, words)) == Significance.SUBSTANTIVE
    assert significance(inserted(text, position, words), text) == Significance.SUBSTANTIVE


@given(sentences, positions, st.sampled_from(["$500", "90 days", "a fee", "Walnut Ltd", "health data", "our partners"]))
def test_an_amount_a_period_or_a_party_is_never_cosmetic(text: str, position: int, words: str) -> None:
    assert significance(text, inserted(text, position, words)) == Significance.SUBSTANTIVE


@pytest.mark.parametrize("text", [text for text in SENTENCES if set(text.split()) & set(MODALS)])
@pytest.mark.parametrize("other", MODALS)
def test_one_modal_verb_for_another_is_never_cosmetic(text: str, other: str) -> None:
    for place, word in enumerate(text.split(" ")):
        if word in MODALS and word != other:
            assert significance(text, swapped(text, place, other)) == Significance.SUBSTANTIVE


@pytest.mark.parametrize("text", SENTENCES[:5] + SENTENCES[7:])
def test_no_other_digit_is_cosmetic_but_that_of_a_reference(text: str) -> None:
    for place, letter in enumerate(text):
        if letter.isdigit() and not text[:place].endswith("Section "):
            other = text[:place] + str((int(letter) + 1) % 10) + text[place + 1 :]
            assert significance(text, other) == Significance.SUBSTANTIVE, other


@given(sentences, st.sampled_from(NOISE), positions)
def test_noise_hides_no_change_beside_it(text: str, noise: str, position: int) -> None:
    changed = inserted(text, position, "and your health data")
    assert significance(f"{text}\n\nAs before.", f"{noise}\n\n{changed}\n\nAs before.") == Significance.SUBSTANTIVE


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("We share it with the employer.", "We share it with the employee."),
        ("Contact us. Your contact is Ann.", "Contract us. Your contact is Ann."),
        ("The term is 1 5 days.", "The term is 15 days."),
        ("Fees are 5-10 dollars.", "Fees are 510 dollars."),
        ("You keep your content.", "You keep your consent."),
        ("It is legal to copy albums.", "It is illegal to copy albums."),
        ("Section 230 of the Decency Act applies.", "Section 512 of the Decency Act applies."),
        ("Clauses 17 and 18 of the Model Contract apply.", "Clauses 7 and 18 of the Model Contract apply."),
        ("We keep it for [30] days.", "We keep it for [90] days."),
        ("You may print photos and albums.", "You may print photos or albums."),
        ("We can't read it.", "We can read it."),
        ("We write to you.", "You write to us."),
        ("## Cap of $500", "## Cap of $100"),
        ("Our affiliates collect it.", "Our affiliate collects it."),
        (
            "It ends on May 1, 2026 for those who joined in 2020.",
            "It ends on June 1, 2026 for those who joined in 2020.",
        ),
    ],
)
def test_what_a_cosmetic_rule_could_swallow(old: str, new: str) -> None:
    assert significance(old, new) == Significance.SUBSTANTIVE


class TestNames:
    """A product may be renamed; a party, a vendor, a place or a defined term may not."""

    TEXT = (
        "# {product} Terms\n\n{product} is a photo service. You upload photos to {product}. You find them in {product}."
        " Orchard Ltd and its affiliates run it. We give your data to Fig Analytics. Fig Analytics stores it in Norway."
        " You can tell Fig Analytics to stop. Customer Photos are yours. You license Customer Photos. We keep Customer"
        " Photos. Residents of Norway may write to us. The laws of Norway apply. Disputes go to the courts of Norway."
    )

    @pytest.mark.parametrize(
        ("old", "new", "expected"),
        [
            ("Albumio", "Leafly", Significance.COSMETIC),
            ("Fig Analytics", "Plum Analytics", Significance.SUBSTANTIVE),
            ("Norway", "Chile", Significance.SUBSTANTIVE),
            ("Customer Photos", "Customer Data", Significance.SUBSTANTIVE),
            ("Orchard Ltd", "Walnut Ltd", Significance.SUBSTANTIVE),
        ],
    )
    def test_only_what_the_document_is_about_is_renamed(self, old: str, new: str, expected: Significance) -> None:
        before = self.TEXT.format(product="Albumio")
        after = before.replace(old, new)
        assert judge(before, after, survey([before], [after])).significance == expected

    def test_the_same_register_number_identifies_the_same_party(self) -> None:
        old = "Orchard Vine, a company registered under number 512 418 325, prints albums."
        assert significance(old, old.replace("Orchard Vine", "Orchard")) == Significance.COSMETIC
        assert significance(old, old.replace("Orchard Vine", "Walnut Ltd")) == Significance.SUBSTANTIVE
        assert significance(old, old.replace("512 4", "512 5")) == Significance.SUBSTANTIVE

    def test_a_rename_hides_no_change_in_the_same_sentence(self) -> None:
        before = self.TEXT.format(product="Albumio")
        after = before.replace("Albumio", "Leafly").replace("You upload photos", "You upload health data")
        assert judge(before, after, survey([before], [after])).significance == Significance.SUBSTANTIVE

    def test_a_platform_may_rename_itself_where_it_is_no_party(self) -> None:
        before = (
            "You use photo tools. Albumio is easy. You open Albumio at will. You close Albumio at will. You like it."
        )
        after = before.replace("Albumio", "Leafly")
        assert judge(before, after, survey([before], [after], platform="Albumio")).significance == Significance.COSMETIC
