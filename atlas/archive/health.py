"""May a captured text become a version? If it looks like an error, a login or half a page, say so and hold it."""

import re
from collections.abc import Iterator
from functools import lru_cache

EXCERPT = re.compile(r": “.*”", re.DOTALL)
SHORTEST = 200  # characters; in two collections examined every shorter text was a failed capture
SHRINKAGE = 0.5
ERROR_PARAGRAPH = 400  # characters; in longer paragraphs error words are ordinary words
SHORT_PAGE = 3_000  # characters; in longer ones a login link or "enable JavaScript" is part of the frame

# Nothing but a failed page says this, even where several pages were put together and the others are fine.
FAILED = re.compile(
    r"page (?:isn.t|is not|is currently not) available|unexpected error (?:has )?occurred"
    r"|try reloading (?:the|this) page"
    r"|verify (?:that )?you(?:.re| are) (?:a )?human|checking your browser before"
    r"|our systems have detected unusual traffic"
    r"|^\W{0,4}(?:error )?(?:404|403|500|502|503)\b.{0,40}(?:not found|forbidden|error|unavailable|gateway)"
    r"|^\W{0,4}(?:page not found|access denied|just a moment\W*)\W{0,4}$",
    re.IGNORECASE | re.MULTILINE,
)
# This may also stand in a document, so it counts on short pages only.
SUSPICIOUS = {
    "an error page": re.compile(
        r"something went wrong|unexpected error|service (?:is )?(?:temporarily )?unavailable|too many requests"
        r"|bad gateway|gateway time-?out|internal server error|content isn.t available|request could not be satisfied"
        r"|page not found|access denied|(?:can.t|cannot|couldn.t) (?:find|load) (?:this|the) page",
        re.IGNORECASE,
    ),
    "a check for robots": re.compile(
        r"captcha|just a moment|unusual traffic|checking your browser|are you a robot|enable javascript"
        r"|javascript is (?:disabled|required)|enable cookies and reload",
        re.IGNORECASE,
    ),
    "a login page": re.compile(
        r"^\W{0,4}(?:please )?(?:log|sign) ?in\b.{0,60}$|(?:log|sign) ?in to (?:continue|view|your account)"
        r"|you must be (?:logged|signed) in|forgot(?:ten)? (?:your )?password\?",
        re.IGNORECASE | re.MULTILINE,
    ),
    "a consent form": re.compile(
        r"^\W{0,4}(?:accept|reject|allow|decline) all(?: cookies)?\W{0,4}$"
        r"|^\W{0,4}manage (?:cookie )?(?:preferences|consent)",
        re.IGNORECASE | re.MULTILINE,
    ),
}


def problems(text: str, *, last_good: str | None) -> list[str]:
    """Why ``text`` should be held, each as a sentence; empty if it may become a version.

    ``last_good`` is the last healthy text of the document, None before the first. What stood in it already is part of
    the document and no problem.
    """
    text = text.strip()
    if not text:
        return ["The page had no text."]
    return [*_binary(text), *_too_short(text), *_error_paragraphs(text, last_good or ""), *_shrunk(text, last_good)]


def in_public(reason: str) -> str:
    """``reason`` without the words of the held text that it quotes: readers see no word that failed the gate."""
    return EXCERPT.sub("", reason)


def _binary(text: str) -> Iterator[str]:
    if text.startswith(("%PDF-", "PK\x03\x04")) or text.count("\0") + text.count("\ufffd") > len(text) / 50:
        yield "The capture is not text: it looks like a binary file."


def _too_short(text: str) -> Iterator[str]:
    if len(text) < SHORTEST:
        yield f"The text has only {len(text)} characters; a governance document has at least {SHORTEST}."


def _error_paragraphs(text: str, last_good: str) -> Iterator[str]:
    is_short = len(text) < SHORT_PAGE
    for paragraph in text.split("\n\n"):
        if len(paragraph) >= ERROR_PARAGRAPH:
            continue
        what = _what_it_looks_like(paragraph, is_short)
        if what and paragraph.strip() not in last_good:
            yield f"The page looks like {what}: “{_first_line(paragraph)}”."
            return


def _first_line(paragraph: str) -> str:
    """The first line that has words, without the marks of a heading and without the underline below it."""
    lines = (line.strip("#*_= \t") for line in paragraph.splitlines())
    words = next((line for line in lines if any(map(str.isalnum, line))), "")
    return " ".join(words.split())[:120]


@lru_cache(maxsize=65_536)
def _what_it_looks_like(paragraph: str, is_short_page: bool) -> str:
    if FAILED.search(paragraph):
        return "an error page"
    if not is_short_page:
        return ""
    return next((what for what, pattern in SUSPICIOUS.items() if pattern.search(paragraph)), "")


def _shrunk(text: str, last_good: str | None) -> Iterator[str]:
    before = len(last_good.strip()) if last_good else 0
    if len(text) < SHRINKAGE * before:
        yield (
            f"The text shrank to {len(text):,} characters from {before:,}; part of the page may not have been captured."
        )
