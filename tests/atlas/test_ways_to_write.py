"""The same said or written in another way, and beside it what that must not swallow. About fictional platforms."""

import pytest

from atlas.archive.changes.significance import judge
from atlas.archive.changes.surroundings import survey
from atlas.models import Significance

AROUND = "# Orchard Terms\n\nWe print the photos that you choose. Irish law applies."


def significance(old: str, new: str) -> Significance:
    return judge(old, new, survey([AROUND, old], [AROUND, new])).significance


FIGURES = [
    ("Printing costs $1,000 a year.", "Printing costs $1000 a year."),
    ("Printing costs $1,000.00 a year.", "Printing costs $1,000 a year."),
    ("The trial ends on June 1, 2026 for all.", "The trial ends on 1 June 2026 for all."),
    ("The trial ends on June 1st, 2026 for all.", "The trial ends on the 1st of June 2026 for all."),
    ("Call us at +1 (800) 555-1234.", "Call us at +1-800-555-1234."),
    ("Telephone: 0800 555 1234", "Telephone: 0800-5551234"),
]
OTHER_FIGURES = [
    ("Printing costs $1,000 a year.", "Printing costs $10,000 a year."),
    ("Printing costs $1,000 a year.", "Printing costs €1,000 a year."),
    ("Printing costs $1.000 a year.", "Printing costs $1000 a year."),
    ("Printing costs $10.50 a year.", "Printing costs $10 a year."),
    ("Albums 1,000 and 2 are free.", "Albums 1, 000 and 2 are free."),
    ("The trial ends on June 1, 2026 for all.", "The trial ends on 2 June 2026 for all."),
    ("The trial ends on June 1, 2026 for all.", "The trial ends on 1 July 2026 for all."),
    ("The trial ends on June 1, 2026 for all.", "The trial ends on 1 June 2027 for all."),
    ("The trial ends on 03/04/2026 for all.", "The trial ends on 04/03/2026 for all."),
    ("Call us at +1 (800) 555-1234.", "Call us at +1 (800) 555-1235."),
    ("Call us at +1 (800) 555-1234.", "Call us at +44 (800) 555-1234."),
    ("Fees are 5-10 dollars.", "Fees are 510 dollars."),
    ("You choose 5 10 or 20 prints.", "You choose 51 0 or 20 prints."),
]


@pytest.mark.parametrize(("old", "new"), FIGURES)
def test_another_way_to_write_a_figure_says_nothing_new(old: str, new: str) -> None:
    assert significance(old, new) == Significance.COSMETIC
    assert significance(new, old) == Significance.COSMETIC


@pytest.mark.parametrize(("old", "new"), OTHER_FIGURES)
def test_another_figure_is_news(old: str, new: str) -> None:
    assert significance(old, new) == Significance.SUBSTANTIVE
    assert significance(new, old) == Significance.SUBSTANTIVE


ENGLISH = [
    ("Terms & conditions of printing apply.", "Terms and conditions of printing apply."),
    ("We use tools such as scissors.", "We use tools like scissors."),
    ("We utilize your photos.", "We use your photos."),
    ("In particular, we print photos.", "Specifically, we print photos."),
    ("You send photos via e-mail.", "You send photos through email."),
    ("A member agrees that he or she owns his/her photo.", "A member agrees that they own their photo."),
    ("You sign in to your album.", "You log into your album."),
]
OTHER_ENGLISH = [
    ("Terms & conditions of printing apply.", "Terms or conditions of printing apply."),
    ("We use tools such as scissors.", "We use scissors."),
    ("We utilize your photos.", "We sell your photos."),
    ("We specifically agree to print.", "We agree to print."),
    ("A member agrees that he or she owns the photo.", "A member agrees that you own the photo."),
    ("A member agrees that he or she owns the photo.", "A member agrees that she owns the photo."),
    ("You may sign up for your album.", "You may log in to your album."),
    ("You may sign in.", "You must log in."),
]


@pytest.mark.parametrize(("old", "new"), ENGLISH)
def test_words_between_which_english_makes_no_difference_say_nothing_new(old: str, new: str) -> None:
    assert significance(old, new) == Significance.COSMETIC
    assert significance(new, old) == Significance.COSMETIC


@pytest.mark.parametrize(("old", "new"), OTHER_ENGLISH)
def test_other_words_beside_them_are_news(old: str, new: str) -> None:
    assert significance(old, new) == Significance.SUBSTANTIVE
    assert significance(new, old) == Significance.SUBSTANTIVE
