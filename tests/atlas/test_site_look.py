"""The style sheet: every pair of colours that text is set in can be read, in light and in dark (WCAG 2.2, 1.4.3)."""

import re
from pathlib import Path

import pytest

STYLE = (Path(__file__).parents[2] / "atlas" / "static" / "atlas" / "atlas.css").read_text()
LIGHT, DARK = re.findall(r":root \{(.*?)\}", STYLE, re.S)[:2]
BACKGROUNDS = ("paper", "surface", "sunken")
PAIRS = [
    *((text, ground) for text in ("ink", "muted", "accent") for ground in BACKGROUNDS),
    *((text, f"{text}-soft") for text in ("high", "medium", "low", "added", "removed", "accent")),
    *(("ink", f"{ground}-soft") for ground in ("high", "medium", "accent")),
    *((text, ground) for text in ("accent",) for ground in ("high-soft", "medium-soft")),
    ("paper", "accent"),
]


def colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("block", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_has_enough_contrast(block: str, text: str, ground: str) -> None:
    palette = colours(block)
    darker, lighter = sorted((luminance(palette[text]), luminance(palette[ground])))
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5


def test_the_style_sheet_asks_nobody_else_for_anything() -> None:
    assert not re.search(r"@import|url\(", STYLE)
