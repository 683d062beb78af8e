"""Is a piece of Markdown nothing but a link? Labels of links are a page's furniture, whatever they say."""

import re

LINK_MARKS = re.compile(r"^[\s>|*+_#\d.)•·-]{0,40}|[\s|*_.,;:•·-]{0,40}$")
BETWEEN = (">", "/", "»", "\u203a", "→", "·")  # the marks between two steps of a path; nothing that a sentence needs
FEWEST_STEPS = 2
ENDS = (".", ";", ",", ":")
LONGEST_TITLE = 12  # words
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


def is_breadcrumb(block: str) -> bool:
    """Is it the path to a page: two or more links beside each other, then at most a title?

    >>> is_breadcrumb("[Help](/h)[Albums](/a)Printing albums"), is_breadcrumb("[We](/w) sell your [data](/d).")
    (True, False)
    """
    text = LINK_MARKS.sub("", block)
    position, labels = 0, 0
    while position < len(text) and (end := _end_of_link(text, position)) is not None:
        labels += 1
        position = end
        title = text[position:].lstrip()
        if title[:1] in BETWEEN:
            title = title[1:].lstrip()
        elif title != text[position:]:  # only a space: words of a sentence may stand so
            break
        position = len(text) - len(title)
    title = text[position:].strip()
    is_title = len(title.split()) <= LONGEST_TITLE and title[-1:] not in ENDS and "](" not in title
    return labels >= FEWEST_STEPS and is_title and not title[:1].islower()


def _end_of_link(text: str, start: int) -> int | None:
    """Behind the link that begins at ``start``, or None if there is none."""
    if text[start] != "[":
        return None
    middle = text.find("](", start, start + LONGEST_LABEL)
    end = text.find(")", middle) if middle > 0 else -1
    return None if end < 0 else end + 1
