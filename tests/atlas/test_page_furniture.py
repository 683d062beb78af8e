"""What a page carries beside its terms is no change of them; what hides beside it is."""

import pytest

from atlas.archive.changes.significance import Judgement, judge
from atlas.archive.changes.surroundings import survey
from atlas.models import Significance

TERMS = "# Orchard Terms\n\nYou keep your photos. We may delete them after 30 days.\n\n## Fees\n\nYou pay monthly."


def change(old: str, new: str) -> Judgement:
    """How the whole text's change is judged."""
    return judge(old, new, survey([old], [new]))


FURNITURE = [
    "[Help](https://orchard.example/help)",
    "*   [Photo tips](/tips)",
    "We've updated our Terms of Use.",
    "These changes take effect on May 1, 2026.",
    "Learn more about photo albums.",
    "Last updated: May 1, 2026",
    "([Previous version](/terms/2025))",
    "Fees",
    "**Governing law.**",
    "## What do we do with your photos, albums, captions and comments when you leave?",
]
NEWS = [
    "We may sell your photos.",
    "*   health data",
    "You must be 18.",
    "**You must be 18.**",
    "## You may not use bots",
    "[You may not use bots.](/rules)",
    "We may update our Terms of Use.",
    "The fee changes to $9 on May 1, 2026 if you signed up before.",
    "The fee is $9.",
]


@pytest.mark.parametrize("line", FURNITURE)
def test_furniture_that_comes_or_goes_is_no_news(line: str) -> None:
    assert change(TERMS, f"{TERMS}\n\n{line}").significance == Significance.COSMETIC
    assert change(f"{TERMS}\n\n{line}", TERMS).significance == Significance.COSMETIC


@pytest.mark.parametrize("line", NEWS)
def test_what_looks_like_furniture_and_binds_somebody_is_news(line: str) -> None:
    assert change(TERMS, f"{TERMS}\n\n{line}").significance == Significance.SUBSTANTIVE
    assert change(f"{TERMS}\n\n{line}", TERMS).significance == Significance.SUBSTANTIVE


@pytest.mark.parametrize("line", FURNITURE)
@pytest.mark.parametrize("news", NEWS[:3])
def test_furniture_hides_no_news_beside_it(line: str, news: str) -> None:
    assert change(TERMS, f"{TERMS}\n\n{line}\n\n{news}").significance == Significance.SUBSTANTIVE


def test_a_list_of_parties_is_no_furniture_though_each_is_a_link() -> None:
    before = "## Sub-processors\n\n*   [Walnut Hosting](https://walnut.example)"
    assert change(before, f"{before}\n*   [Fig Analytics](/fig)").significance == Significance.SUBSTANTIVE


def test_a_list_that_a_sentence_leads_in_is_no_furniture_though_each_item_is_a_link() -> None:
    before = "We collect:\n\n*   [photos](/data/photos)"
    assert change(before, f"{before}\n*   [health data](/data/health)").significance == Significance.SUBSTANTIVE


def test_a_page_that_is_captured_twice_says_nothing_new() -> None:
    long = TERMS + "\n\nWe write to you. You write to us. The law of Ireland applies."
    assert change(long, f"{long}\n\n{long}").significance == Significance.COSMETIC
    assert change(f"{long}\n\n{long}", long).significance == Significance.COSMETIC


def test_what_a_failed_page_takes_away_and_gives_back_is_not_news_and_what_is_new_is() -> None:
    fees = "You pay monthly. You get a refund within 14 days."
    error = "This page isn't available"
    gone = judge(fees, error, survey([TERMS, fees], [TERMS, error], failed_new=True))
    back = judge(error, fees, survey([TERMS, error], [TERMS, fees], failed_old=True))
    assert gone.is_noise and back.is_noise
    other = judge(TERMS, TERMS.replace("30", "60"), survey([TERMS, fees], [TERMS.replace("30", "60")], failed_new=True))
    assert other.significance == Significance.SUBSTANTIVE


def test_an_item_that_moves_between_what_is_allowed_and_what_is_forbidden_changes_its_meaning() -> None:
    old = "You may:\n\n*   print photos\n*   sell prints\n\nYou may not:\n\n*   copy albums"
    new = "You may:\n\n*   print photos\n\nYou may not:\n\n*   copy albums\n*   sell prints"
    judgement = change(old, new)
    assert judgement.significance == Significance.SUBSTANTIVE
    assert any("sell prints" in reason for reason in judgement.reasons)


def test_an_item_that_moves_within_what_is_allowed_does_not() -> None:
    old = "You may:\n\n*   print photos\n*   sell prints"
    assert change(old, "You can:\n\n*   sell prints\n*   print photos").significance == Significance.SUBSTANTIVE
    assert change(old, "You may:\n\n*   sell prints\n*   print photos").significance == Significance.COSMETIC


PANEL = (
    "We value your choices.\n\nWe and our 412 partners store cookies on your device to measure our pages.\n\n"
    "Accept all\n\nReject all\n\nManage preferences"
)
MENU = "\n\n".join(f"[{name}](/{name})" for name in ("Albums", "Prints", "Frames", "Prices")) + "\n\nAbout Orchard"


@pytest.mark.parametrize("run", [PANEL, MENU])
def test_a_consent_panel_or_a_menu_that_comes_or_goes_is_noise(run: str) -> None:
    assert change(TERMS, f"{TERMS}\n\n{run}").is_noise
    assert change(f"{run}\n\n{TERMS}", TERMS).is_noise


@pytest.mark.parametrize("run", [PANEL, MENU])
def test_what_changes_in_the_terms_beside_a_panel_or_a_menu_is_news(run: str) -> None:
    changed = TERMS.replace("30 days", "90 days")
    assert change(TERMS, f"{changed}\n\n{run}").significance == Significance.SUBSTANTIVE


def test_one_consent_button_makes_no_panel() -> None:
    line = "We store cookies on your device.\n\nAccept all"
    assert change(TERMS, f"{TERMS}\n\n{line}").significance == Significance.SUBSTANTIVE
