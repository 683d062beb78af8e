"""Substantive or cosmetic, and the reason that an editor reads."""

import pytest

from atlas.archive.changes.significance import judge
from atlas.archive.changes.surroundings import survey
from atlas.archive.texts.sentences import sentence_keys, split_sentences
from atlas.models import Significance
from tests.patience import no_hang

BASE = "We may share your data with our partners. We keep it for 30 days unless the law wants us to keep it longer."


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("may share", "will share"),
        ("may share", "may not share"),
        ("may share", "share"),
        ("30 days", "90 days"),
        ("unless the law", "and the law"),
        ("with our partners", "with our partners and advertisers"),
        ("your data", "your health data"),
        (" We keep it for 30 days unless the law wants us to keep it longer.", ""),
    ],
)
def test_a_change_of_meaning_is_substantive(before: str, after: str) -> None:
    assert judge(BASE, BASE.replace(before, after)).significance == Significance.SUBSTANTIVE


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("We pay.", "We pay.", "The text is the same."),
        ("We  “pay”.", 'We "pay".', "Only white space, typography or numbering changed."),
        ("1. We pay.", "2. We pay.", "Only white space, typography or numbering changed."),
        ("See [this](/a).", "See [this](/b).", "Only markup or link targets changed."),
        ("**We** pay.", "We pay.", "Only markup or link targets changed."),
        ("These terms apply.", "These Terms apply.", "Only capitals changed."),
        ("Red, green and blue.", "Red, green, and blue.", "Only order, numbering or punctuation changed"),
        ("Within thirty (30) days.", "Within 30 days.", "Only the way changed in which a number or a date is written."),
        ("Within thirty days.", "Within 30 days.", "Only the way changed in which a number or a date is written."),
        ("We organise it.", "We organize it.", "Only spelling changed."),
        ("You get the refund.", "You get a refund.", "Only an article changed."),
        ("Subject to Section 8, we pay.", "Subject to Section 9, we pay.", "Only the number of a cross-reference"),
        ("By e-mail we write.", "By email we write.", "Only spacing or hyphens changed."),
        ("Last updated: May 1, 2026", "Last updated: 2 June 2026", "Only the date banner changed."),
        ("Effective: May 31, 2025", "Updated: December 1, 2025", "Only a date banner came or went."),
        ("Updated: 5 days ago", "Updated: yesterday", "Only the date banner changed."),
        ("Write to a@b.example now.", "Write to [email protected] now.", "Only the display of an e-mail address"),
        ("## Fees\n\nYou pay.", "## Prices\n\nYou pay.", "Only a heading"),
    ],
)
def test_a_cosmetic_change_names_its_cause(old: str, new: str, reason: str) -> None:
    judgement = judge(old, new)
    assert judgement.significance == Significance.COSMETIC
    assert judgement.reasons[0].startswith(reason)


def test_a_date_inside_a_clause_is_no_banner() -> None:
    old = "If you joined before May 1, 2026, the old prices of your plan apply until you change it."
    assert judge(old, old.replace("May 1", "June 1")).significance == Significance.SUBSTANTIVE


def test_reasons_tell_an_editor_what_to_look_at_first() -> None:
    assert judge(BASE, BASE.replace("30", "90")).reasons == ("A number changed: “30” became “90”.",)
    assert judge(BASE, BASE.replace("may share", "may not share")).reasons[0].startswith("A negation or exception")
    assert judge(BASE, BASE.replace("may share", "will share")).reasons[0].startswith("A modal verb changed")


def test_a_new_provision_is_substantive_and_one_whose_sentences_stood_elsewhere_is_not() -> None:
    assert judge(None, BASE).significance == Significance.SUBSTANTIVE
    assert judge(BASE, None).significance == Significance.SUBSTANTIVE
    assert judge(None, BASE, survey([BASE], [BASE])).significance == Significance.COSMETIC
    assert judge(BASE, None, survey([BASE], [BASE])).significance == Significance.COSMETIC


def test_the_loss_of_one_of_two_copies_is_news() -> None:
    assert judge(BASE, None, survey([BASE, BASE], [BASE])).significance == Significance.SUBSTANTIVE


def test_sentences_are_not_cut_behind_abbreviations_or_inside_numbers() -> None:
    text = "We pay up to U.S. Dollars 1.5 million, e.g. In Ireland. Mr. Smith of X Inc. Agrees."
    assert split_sentences(text) == [
        "We pay up to U.S. Dollars 1.5 million, e.g. In Ireland.",
        "Mr. Smith of X Inc. Agrees.",
    ]


def test_sentences_whose_space_was_lost_are_cut() -> None:
    assert sentence_keys("We pay.You wait.") == ("we pay", "you wait")


def test_a_hundred_thousand_characters_on_one_line_are_judged() -> None:
    text = "; ".join(f"we may use item {number} of your data" for number in range(3_000))
    with no_hang():
        judgement = judge(text, text.replace("item 7 ", "item 8 "))
    assert judgement.significance == Significance.SUBSTANTIVE


@pytest.mark.parametrize("unit", ["<", "](", "1. ", "\n* a", "\n|a|", "may 1, "])
def test_a_hundred_thousand_hostile_characters_are_judged(unit: str) -> None:
    text = unit * (100_000 // len(unit))
    with no_hang():
        assert judge(text, f"y {text} not z").significance == Significance.SUBSTANTIVE
        judge(None, text)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (
            "Notify you within 48 hours after becoming aware of it.",
            "Notify you within 72 hours after confirming it.",
            "A number changed: “48” became “72”, and more.",
        ),
        ("We keep logs in Canada.", "We keep logs in Canada and in Japan.", "Wording added: “and in Japan”."),
        ("You agree, and you pay, with interest.", "You agree with interest.", "Wording dropped: “and you pay”."),
        ("We use it for training.", "We do not use it for training.", "A negation or exception added: “do not”."),
        ("We may keep it.", "We will keep it.", "A modal verb changed: “may” became “will”."),
    ],
)
def test_a_reason_quotes_words_as_they_stand_in_one_place(old: str, new: str, reason: str) -> None:
    assert judge(old, new).reasons == (reason,)
