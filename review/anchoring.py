"""Where quoted words stand in a text that may have changed since. Pure.

A quote with what stood before and after it, as in the W3C's Web Annotation Data Model (Text Quote Selector).
"""

CONTEXT = 40  # characters kept on either side: enough to tell one "may" from the next


def find_quote(text: str, quote: str, prefix: str = "", suffix: str = "") -> tuple[int, int] | None:
    """Start and end of ``quote`` in ``text`` in characters, end exclusive; None if the words are not there.

    Of several places the one whose surroundings are most like ``prefix`` and ``suffix``, and of equals the first.

    >>> find_quote("You may. We may.", "may", prefix="We ")
    (12, 15)
    """
    if not quote:
        return None
    starts = []
    start = text.find(quote)
    while start >= 0:
        starts.append(start)
        start = text.find(quote, start + 1)
    if not starts:
        return None
    best = max(starts, key=lambda at: _likeness(text, at, at + len(quote), prefix, suffix))
    return best, best + len(quote)


def surroundings(text: str, start: int, end: int) -> tuple[str, str]:
    """What stands before and after ``text[start:end]``."""
    return text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]


def _likeness(text: str, start: int, end: int, prefix: str, suffix: str) -> int:
    before, after = text[max(0, start - len(prefix)) : start], text[end : end + len(suffix)]
    return _common(before[::-1], prefix[::-1]) + _common(after, suffix)


def _common(one: str, other: str) -> int:
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count
