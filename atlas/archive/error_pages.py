"""Paragraphs that failed pages consist of: errors, checks for robots, logins, consent panels.

Judged paragraph by paragraph, because a document may be put together from several pages of which one failed. Every
pattern is tried on short paragraphs only: in longer ones these words are ordinary words.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

LONGEST = 400  # characters of a paragraph that can be an error message or a button

# Nothing but a failed page says this, even where several pages were put together and the others are fine.
FAILED = re.compile(
    r"page (?:isn.t|is not|is currently not) available|unexpected error (?:has )?occurred"
    r"|try reloading (?:the|this) page"
    r"|verify (?:that )?you(?:.re| are) (?:a )?human|checking your browser before"
    r"|our systems have detected unusual traffic"
    r"|^\W{0,4}(?:error )?(?:404|403|500|502|503|504)\b.{0,40}(?:not found|forbidden|error|unavailable|gateway|time)"
    r"|^\W{0,4}(?:page not found|access denied|just a moment\W{0,4}|i.m not a robot)\W{0,4}$"
    r"|^\W{0,4}(?:seite nicht gefunden|page introuvable|p[áa]gina no encontrada|sidan hittades inte)\W{0,4}$",
    re.IGNORECASE | re.MULTILINE,
)
# This may also stand in a document, so it counts on short pages only.
SUSPICIOUS = {
    "an error page": re.compile(
        r"something went wrong|unexpected error|service (?:is )?(?:temporarily )?unavailable|too many requests"
        r"|bad gateway|gateway time-?out|internal server error|content isn.t available|request could not be satisfied"
        r"|page not found|access denied|(?:can.t|cannot|couldn.t) (?:find|load) (?:this|the) page"
        r"|(?:under|scheduled) maintenance|be right back",
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
# What the buttons of a consent panel say. Two different ones make a panel, wherever they stand; one may be a sentence.
BUTTON = re.compile(
    r"^\W{0,4}(?:(accept|allow|agree to) all|(reject|decline|refuse) (?:all|non-essential)"
    r"|(confirm|save|submit) (?:my )?(?:choices?|preferences|selection)"
    r"|(manage|customi[sz]e) (?:my )?(?:cookies?|cookie preferences|preferences|consent|choices?))"
    r"(?: cookies)?\W{0,4}$",
    re.IGNORECASE | re.MULTILINE,
)


@lru_cache(maxsize=65_536)
def looks_like(paragraph: str, is_short_page: bool) -> str:
    """Which kind of failed page says ``paragraph``; empty if it may stand in a document."""
    if len(paragraph) >= LONGEST:
        return ""
    if FAILED.search(paragraph):
        return "an error page"
    if not is_short_page:
        return ""
    return next((kind for kind, pattern in SUSPICIOUS.items() if pattern.search(paragraph)), "")


def consent_buttons(paragraphs: Iterable[str]) -> frozenset[str]:
    """What the consent buttons among ``paragraphs`` do, as verbs: two or more are a panel."""
    return frozenset().union(*map(_buttons_of, paragraphs))


@lru_cache(maxsize=65_536)
def _buttons_of(paragraph: str) -> frozenset[str]:
    if len(paragraph) >= LONGEST:
        return frozenset()
    return frozenset(verb.lower() for match in BUTTON.finditer(paragraph) for verb in match.groups() if verb)
