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
