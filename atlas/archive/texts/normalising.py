"""Text → what a reader sees of it, so that two texts can be compared without what makes no difference.

Lines are folded one by one and remembered: consecutive versions of a document share nearly all of them.
"""

import hashlib
from collections.abc import Iterable
from functools import lru_cache

from atlas.archive.texts.locating import FoldedText, Span, locate
from atlas.archive.texts.typography import without_escapes, without_marks, without_numbering, without_variants

__all__ = ["FoldedText", "Span", "fold", "fold_line", "fold_markdown", "folded_sha256", "locate"]


def fold(text: str) -> str:
    """``text`` without typographic variants, invisible characters and list numbering; one space between words.

    >>> fold("1.2  We may\\u00a0use “Content”")
    'We may use "Content"'
    """
    return _joined(_fold_plain_line(line) for line in text.splitlines())


def fold_markdown(text: str) -> str:
    """``fold`` of what a reader sees: links as their text; no emphasis, escapes, list, heading or table marks.

    >>> fold_markdown("*   **1\\\\.** See our [Policy](https://x.example/p).")
    'See our Policy.'
    """
    return _joined(map(fold_line, text.splitlines()))


def folded_sha256(text: str) -> str:
    """Texts with the same value read the same."""
    return hashlib.sha256(fold_markdown(text).encode()).hexdigest()


@lru_cache(maxsize=65_536)
def fold_line(line: str) -> str:
    """One line as a reader sees it; empty for a rule, the underline of a heading, the ruler of a table."""
    return _fold_plain_line(without_escapes(without_marks(line)))


@lru_cache(maxsize=65_536)
def _fold_plain_line(line: str) -> str:
    return without_numbering(" ".join(without_variants(line).split()))


def _joined(lines: Iterable[str]) -> str:
    """The lines as one; numbering is dropped again, because a line of its own may have been joined into it."""
    return without_numbering(" ".join(filter(None, lines)))


def storable(text: str) -> str:
    """``text`` as UTF-8 and PostgreSQL can hold it: null bytes and halves of surrogate pairs become U+FFFD."""
    return text.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
