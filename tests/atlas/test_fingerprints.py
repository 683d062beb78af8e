"""Versions that differ only in dates and digits have one fingerprint; every other word makes another."""

import pytest

from atlas.archive.texts.fingerprints import fingerprint_sha256
from atlas.archive.texts.normalising import folded_sha256
from tests.atlas.texts import document


def updated(when: str) -> str:
    return document().replace("===\n\n", f"===\n\nUpdated: {when}\n\n", 1)


@pytest.mark.parametrize(
    "when",
    ["1 March 2026", "March 1st, 2026", "July 2026", "2026-03-01", "13/03/2026", "**1. März 2026**", "2026年3月1日",
     "1 de marzo de 2026", "5 days ago", "yesterday"],
)  # fmt: skip
def test_versions_that_differ_only_in_dates_share_it(when: str) -> None:
    assert fingerprint_sha256(updated(when)) == fingerprint_sha256(updated("30 November 2025"))
    assert folded_sha256(updated(when)) != folded_sha256(updated("30 November 2025"))


def test_versions_that_differ_only_in_digits_share_it() -> None:
    assert fingerprint_sha256("We share it with 1,204 vendors.") == fingerprint_sha256("We share it with 980 vendors.")


def test_typography_makes_no_difference() -> None:
    assert fingerprint_sha256("*   “Content”\u00a0of 2026") == fingerprint_sha256('"Content" of 2025')


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("We may keep it.", "We must keep it."),
        ("You may 30 days later object.", "You must 30 days later object."),
        ("We keep it for 30 days.", "We keep it for 30 months."),
        ("We share it.", "We do not share it."),
        ("Updated: March 1, 2026", "Effective: March 1, 2026"),
    ],
)
def test_every_other_word_makes_another(old: str, new: str) -> None:
    assert fingerprint_sha256(old) != fingerprint_sha256(new)
