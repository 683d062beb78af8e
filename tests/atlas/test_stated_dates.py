"""What a document states of itself is found with its words; what it does not state is never invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlas.archive.texts.calendar_dates import read_date
from atlas.archive.texts.stated_dates import NEXT_PAGE, find_stated_dates
from tests.atlas.texts import document

BODY = document().partition("\n\n")[2]


def stated(text: str) -> dict[str, str]:
    return {found.kind.value: found.value for found in find_stated_dates(text)}


def quotes(text: str) -> dict[str, str]:
    return {found.kind.value: text[found.start : found.end] for found in find_stated_dates(text)}


def under_title(banner: str) -> str:
    return f"Terms of Marrowmint\n===================\n\n{banner}\n\n{BODY}"


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("March 1, 2026", "2026-03-01"),
        ("March 1st, 2026", "2026-03-01"),
        ("Sept. 23rd 2025", "2025-09-23"),
        ("1 March 2026", "2026-03-01"),
        ("16 July, 2026", "2026-07-16"),
        ("1st of March 2026", "2026-03-01"),
        ("July 2026", "2026-07"),
        ("2026-03-01", "2026-03-01"),
        ("2026/3/1", "2026-03-01"),
        ("2026年3月1日", "2026-03-01"),
        ("2026 年 3 月", "2026-03"),
        ("1. März 2026", "2026-03-01"),
        ("1er août 2026", "2026-08-01"),
        ("3 de marzo de 2026", "2026-03-03"),
        ("17 maj 2026", "2026-05-17"),
        ("13/03/2026", "2026-03-13"),
        ("03/13/2026", "2026-03-13"),
        ("13.03.2026", "2026-03-13"),
        ("29 February 2024", "2024-02-29"),
    ],
)
def test_dates_are_read_as_people_write_them(written: str, value: str) -> None:
    assert read_date(written) == (value, len(written))
    assert read_date(f"{written}Previous version") == (value, len(written))


@pytest.mark.parametrize(
    "written",
    ["31 February 2026", "29 February 2025", "03/04/2026", "2026-13-01", "March 32, 2026", "March 1", "5 days ago",
     "yesterday", "1 March 26", "12026-03-01", "32/13/2026", ""],
)  # fmt: skip
def test_what_is_no_date_or_can_be_read_in_two_ways_is_none(written: str) -> None:
    assert read_date(written) is None


@pytest.mark.parametrize(
    ("banner", "quote"),
    [
        ("Effective: 1 March 2026", "Effective: 1 March 2026"),
        ("Effective:March 1, 2026", "Effective:March 1, 2026"),
        ("Effective March 1, 2026[Previous Version](https://m.example/old)", "Effective March 1, 2026"),
        ("Effective March 1, 2026Previous Version", "Effective March 1, 2026"),
        ("**Effective:** [March 1, 2026](https://m.example)", "Effective:** [March 1, 2026"),
        ("_Effective: March 1, 2026 ([previous version](https://m.example/2025-07-10))_", "Effective: March 1, 2026"),
        ("> Release date: 3 February 2026\n> \n> Effective date: March 1, 2026", "Effective date: March 1, 2026"),
        ("| Effective date | 1 March 2026 |\n| --- | --- |", "Effective date | 1 March 2026"),
        ("### **Effective as of Sunday, March 1, 2026**", "Effective as of Sunday, March 1, 2026"),
        ("Effective date\n--------------\n\nMarch 1, 2026", "Effective date\n--------------\n\nMarch 1, 2026"),
        ("Version 3.1, effective 2026-03-01", "effective 2026-03-01"),
        ("Privacy Policy (effective 1 March 2026)", "effective 1 March 2026"),
        ("This policy is effective as of  \nMarch 1, 2026.", "This policy is effective as of  \nMarch 1, 2026"),
        ("These Terms took effect on March 1, 2026.", "These Terms took effect on March 1, 2026"),
        (
            "This policy was published on June 8, 2025 with an effective date of March 1, 2026.",
            "This policy was published on June 8, 2025 with an effective date of March 1, 2026",
        ),
        ("Gültig ab 1. März 2026", "Gültig ab 1. März 2026"),
        ("Diese Bedingungen gelten ab dem 1. März 2026.", "Diese Bedingungen gelten ab dem 1. März 2026"),
        (
            "Diese Richtlinie tritt am 1. März 2026 in Kraft.",
            "Diese Richtlinie tritt am 1. März 2026 in Kraft",
        ),
        ("Date d’entrée en vigueur : 1er mars 2026", "Date d’entrée en vigueur : 1er mars 2026"),  # noqa: RUF001
        (
            "Les présentes Conditions entrent en vigueur le 1er mars 2026.",
            "Les présentes Conditions entrent en vigueur le 1er mars 2026",
        ),
        ("Fecha de entrada en vigor: 1 de marzo de 2026", "Fecha de entrada en vigor: 1 de marzo de 2026"),
        ("Gäller från och med den 1 mars 2026", "Gäller från och med den 1 mars 2026"),
        ("Effective date of this Privacy Policy: 2026-03-01", "Effective date of this Privacy Policy: 2026-03-01"),
        ("Supplementary: These Terms are effective as of 2026-03-01.", "These Terms are effective as of 2026-03-01"),
        ("版本生效日期\uff1a2026年3月1日", "版本生效日期\uff1a2026年3月1日"),
        ("生效日期\uff1a2026年3月1日", "生效日期\uff1a2026年3月1日"),
        ("本协议自2026年3月1日起生效。", "本协议自2026年3月1日起生效"),
        ("施行日: 2026年3月1日", "施行日: 2026年3月1日"),
    ],
)
def test_the_stated_effective_date_is_found_with_exactly_the_words_that_state_it(banner: str, quote: str) -> None:
    text = under_title(banner)
    assert stated(text) == {"effective": "2026-03-01"}
    assert quotes(text) == {"effective": quote}


@pytest.mark.parametrize(
    "banner",
    [
        "Last updated: March 1, 2026",
        "Updated: 1 March 2026",
        "_Last Updated: March 1st, 2026_",
        "**Last updated**: March 1, 2026",
        "Last modified: 1 March 2026 | [Archived versions](https://m.example/archive)",
        "Last updated on March 1, 2026, to name our new address.",
        "### Last Update 2026-03-01",
        "Marrowmint last updated these Terms on March 1, 2026. See the [history](https://m.example).",
        "This notice was most recently revised on 1 March 2026.",
        "Stand: 1. März 2026",
        "Zuletzt aktualisiert am 1. März 2026",
        "Diese Datenschutzerklärung wurde zuletzt am 1. März 2026 aktualisiert.",
        "Dernière mise à jour : 1er mars 2026",
        "Última actualización: 1 de marzo de 2026",
        "Senast uppdaterad 1 mars 2026",
        "最后更新日期\uff1a2026年3月1日",
        "| Last updated | 2026-03-01 |",
    ],
)
def test_the_stated_date_of_the_last_update_is_found(banner: str) -> None:
    assert stated(under_title(banner)) == {"updated": "2026-03-01"}


def test_a_banner_glued_to_the_text_around_it_is_found() -> None:
    text = "Terms\n\n_A preview of the interface._Last updated: August 5, 2025These terms govern your use."
    assert quotes(text) == {"updated": "Last updated: August 5, 2025"}
    assert quotes("Terms of ServiceEffective August 5, 2025Welcome.") == {"effective": "Effective August 5, 2025"}


def test_a_date_without_a_day_is_as_precise_as_the_text() -> None:
    assert stated(under_title("Last Updated:\u00a0July 2026")) == {"updated": "2026-07"}


def test_both_dates_are_kept_apart() -> None:
    text = under_title("Updated: 3 February 2026\n\nTerms\n\n**Effective: March 1, 2026**")
    assert stated(text) == {"effective": "2026-03-01", "updated": "2026-02-03"}


@pytest.mark.parametrize(
    "banner",
    [
        "Last updated: March 1, 2026 · Effective: April 1, 2026",
        "Effective: April 1, 2026, last updated March 1, 2026",
        "最后更新\uff1a2026-03-01 生效日期\uff1a2026-04-01",
        "This policy was last updated on March 1, 2026 and is effective as of April 1, 2026.",
        "| Effective date | Last updated |\n| --- | --- |\n\nEffective: 2026-04-01\nLast updated: 2026-03-01",
    ],
)
def test_a_banner_may_state_both_dates_on_one_line(banner: str) -> None:
    assert stated(under_title(banner)) == {"updated": "2026-03-01", "effective": "2026-04-01"}


@pytest.mark.parametrize(
    "words",
    [
        "",
        "_14 February 2025_",
        "Published: 1 March 2026",
        "Release date: 1 March 2026",
        "Established on 15 April 2024.",
        "Copyright 2026 Marrowmint. We keep it until March 1, 2026.",
        "This policy was created on 15 June 2022.",
        "[Previous version, effective March 1, 2024](https://m.example/old)",
        "Previous version effective March 1, 2024",
        "**Previous versions** _(Last modified March 30, 2026)_",
        "## Previous versions\n\n*   [Effective March 1, 2024](https://m.example/a)",
        "## Changelog\n\n*   2025-10-29: We updated our terms.\n*   _May 20, 2024:_ Updated various typos.",
        "The GDPR, effective May 25, 2018, applies.",
        "The General Data Protection Regulation took effect May 25, 2018.",
        "Effective January 1, 2020, the Act gives people in California rights.",
        "Regulation 2016/679 of 27 April 2016, applicable since 25 May 2018.",
        "The Act of 30 May 2014, as amended on 3 June 2021, applies.",
        "This policy does not apply to accounts created before 1 May 2025.",
        "These Terms replace the terms effective March 1, 2024.",
        "If you accepted before the Effective Date of March 1, 2026, nothing changes.",
        "Terms related to health are effective as of May 13, 2026.",
        "Our Privacy Policy complies with the GDPR effective May 25, 2018.",
        "Effective: 1 May 2025 for users in Switzerland",
        "Updated: 5 days ago",
        "Updated: yesterday",
        "Last updated: 03/04/2026",
        "Effective: 31 February 2026",
        "Effective 30 days after we tell you.",
        "The interface will be discontinued on September 24, 2026.",
    ],
)  # fmt: skip
def test_what_is_not_stated_of_the_document_itself_is_never_invented(words: str) -> None:
    assert stated(under_title(words)) == {}
    assert stated(f"{BODY}{BODY}{BODY}{BODY}{BODY}\n\n{words}\n") == {}


def test_the_banner_at_the_top_wins_over_what_is_stated_further_down() -> None:
    text = under_title("Last updated: September 30, 2025") + BODY * 8 + "\n\nLast updated: October 5, 2023\n"
    assert stated(text) == {"updated": "2025-09-30"}


def test_a_banner_that_cannot_be_read_is_not_replaced_by_another_date() -> None:
    text = under_title("Updated: 5 days ago") + "\n\nSharing policy\n\nUpdated: 14 November 2022\n"
    assert stated(text) == {}


def test_below_the_top_only_what_is_not_contradicted_counts() -> None:
    end = "\n\n**Effective Date**\n\nEffective May 13, 2026"
    assert quotes(BODY * 8 + end) == {"effective": "Effective May 13, 2026"}
    assert stated(BODY * 8 + end + "\n\nAnnex\n\nEffective: 25 April 2023\n") == {}


def test_a_document_put_together_from_pages_has_the_dates_of_its_first_page() -> None:
    annex = "\n- - -\n\nSecurity terms\n\nEffective Date: April 25, 2023\n"
    assert NEXT_PAGE in annex
    assert stated(under_title("") + annex) == {}
    assert stated(under_title("Effective: March 1, 2026") + annex) == {"effective": "2026-03-01"}


def test_a_rule_below_the_title_ends_no_page() -> None:
    assert stated("Terms\n\n- - -\n\nEffective: March 1, 2026\n\n" + BODY) == {"effective": "2026-03-01"}


@given(st.text(alphabet=st.sampled_from("Effectiv updat:2026 March1,\n*_[](|.-年月日生效"), max_size=300))
def test_an_interval_always_holds_the_words_and_the_value_is_in_the_calendar(text: str) -> None:
    for found in find_stated_dates(text):
        assert 0 <= found.start < found.end <= len(text)
        assert len(found.value) in {7, 10}
        assert found.value[:4] in text[found.start : found.end]


def test_hostile_texts_are_read_in_bounded_steps() -> None:
    """A text without an end of a sentence, of cues or of years alone, ends; the time it takes is not asserted."""
    for part in ("effective ", "2026 ", "effective 2026 ", "this terms ", "last updated these terms ", "* ", "(((("):
        assert stated(part * (300_000 // len(part))) == {}
