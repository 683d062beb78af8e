"""Is a piece of Markdown nothing but a link? Labels of links are a page's furniture, whatever they say."""

import re

LINK_MARKS = re.compile(r"^[\s>|*+_#\d.)•·-]{0,40}|[\s|*_.,;:•·-]{0,40}$")
LONGEST_LABEL = 300  # characters of a label; longer ones are paragraphs that happen to be linked


def is_link_label(block: str) -> bool:
    """Is the block one link or several, with nothing but marks around them?

    >>> is_link_label("*   [Help](https://x.example/help)"), is_link_label("See [Help](/help) first.")
    (True, False)
    """
    if "](" not in block:
        return False
    position, labels, text = 0, 0, LINK_MARKS.sub("", block)
    while position < len(text):
        end = _end_of_link(text, position)
        if end is None:
            return False
        labels += 1
        position = end
        while position < len(text) and not text[position].isalnum() and text[position] not in "[(":
            position += 1
    return labels > 0


def _end_of_link(text: str, start: int) -> int | None:
    """Behind the link that begins at ``start``, or None if there is none."""
    if text[start] != "[":
        return None
    middle = text.find("](", start, start + LONGEST_LABEL)
    end = text.find(")", middle) if middle > 0 else -1
    return None if end < 0 else end + 1
