"""Characters that reorder or hide what follows them, made visible by their code. Pure."""

import re

# C0 and C1 controls but tab and line feed, zero-width and direction controls, and what no XML may hold.
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2060\u2066-\u2069\ufeff\ufffe\uffff]")


def shown(text: str) -> str:
    """``text`` with each control character as ``⟨U+202E⟩``, so that a text reads as it is stored."""
    return CONTROLS.sub(lambda match: f"⟨U+{ord(match[0]):04X}⟩", text)


def one_line(text: str) -> str:
    """``text`` on one line, with control characters shown: for titles and names in formats other than HTML."""
    return shown(" ".join(text.split()))
