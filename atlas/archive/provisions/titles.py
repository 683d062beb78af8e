"""What a provision calls itself, in plain words and without its number."""

import re
from functools import lru_cache

from atlas.archive.texts.blocks import Block
from atlas.archive.texts.normalising import fold_line, fold_markdown

LONGEST = 120  # characters
FIRST_WORDS = 80  # characters
NAMELESS = "Text without a title"

# "1.2 ", "*   3.4.", "**1\.2** ", "Section 4.1"
CLAUSE = re.compile(
    r"(?:[*+-][ \t]+)?[*_]{0,3}(?:(?:section|article|clause)[ \t]+)?[A-Z]?\d{1,3}(?:\\?\.\d{1,3}){1,3}\\?[.)]?[*_]{0,3}"
    r"(?=\s|[A-Z“\"])",
    re.IGNORECASE,
)
NUMBERED_PARAGRAPH = re.compile(r"[*_]{0,3}\d{1,3}\\?[.)][*_]{0,3}(?=[ \t])")
LEAD_IN = re.compile(r"(?:(?:[*+-]|\d{1,3}[.)])[ \t]+)?(?:\*\*|__)([^*\n]{2,110}?)(?:\*\*|__)")
SHORT_SENTENCE = re.compile(r"[^.:]{3,60}(?=[.:](?:\s|$|[A-Z“\"]))")


def starts_clause(block: Block) -> bool:
    """Does the block begin with a number that a lawyer would cite?"""
    if block.kind == "item":
        return CLAUSE.match(block.text) is not None or (block.ordered and LEAD_IN.match(block.text) is not None)
    if block.kind == "paragraph" and block.indent == 0:
        return CLAUSE.match(block.text) is not None or NUMBERED_PARAGRAPH.match(block.text) is not None
    return False


@lru_cache(maxsize=16_384)
def heading_title(text: str) -> str:
    """A heading in plain words; empty if it has none."""
    return shorten(fold_markdown(text))


@lru_cache(maxsize=16_384)
def lead_words(text: str) -> str:
    """The bold lead-in of a clause, its short first sentence, or its first words."""
    lead = LEAD_IN.match(text)
    if lead is not None and len(title := fold_line(lead[1]).rstrip(".: ")) > 1:
        return shorten(title)
    return first_words(text)


def first_words(text: str) -> str:
    """The short first sentence of ``text``, or its first words."""
    plain = fold_markdown(text[:600])
    sentence = SHORT_SENTENCE.match(plain)
    return sentence[0] if sentence is not None else shorten(plain, FIRST_WORDS) or NAMELESS


def shorten(text: str, limit: int = LONGEST) -> str:
    """``text`` cut behind a word, with "…" where something is missing."""
    if len(text) <= limit:
        return text.rstrip(".: ")
    return text[: limit - 1].rsplit(" ", 1)[0].rstrip(",;:. ") + "…"
