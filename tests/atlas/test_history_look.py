"""The style sheet of the history pages: text can be read in light and in dark (WCAG 2.2, 1.4.3)."""

import re
from pathlib import Path

import pytest

from tests.atlas.test_site_look import colours, luminance

STYLE = (Path(__file__).parents[2] / "atlas" / "static" / "atlas" / "history.css").read_text()
LIGHT, DARK, CHOSEN_DARK = re.findall(r"\{ (--gone-ground.*?) \}", STYLE)
# Django's admin: --body-bg, --darkened-bg and --body-fg of its base.css and dark_mode.css.
ADMIN = {"light": {"paper": "#ffffff", "sunken": "#f8f8f8", "ink": "#333333"}}
ADMIN["dark"] = {"paper": "#121212", "sunken": "#212121", "ink": "#eeeeee"}
PAIRS = [
    ("gone-ink", "gone-ground"),
    ("come-ink", "come-ground"),
    ("quiet-ink", "paper"),
    ("quiet-ink", "sunken"),
    ("quiet-ink", "notice-ground"),
    ("ink", "notice-ground"),
]


@pytest.mark.parametrize(("mode", "block"), [("light", LIGHT), ("dark", DARK)])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_has_enough_contrast(mode: str, block: str, text: str, ground: str) -> None:
    palette = colours(block) | ADMIN[mode]
    darker, lighter = sorted((luminance(palette[text]), luminance(palette[ground])))
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5


def test_dark_is_the_same_whether_the_system_or_the_person_chose_it() -> None:
    assert colours(DARK) == colours(CHOSEN_DARK)
