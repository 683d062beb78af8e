"""May a captured text become a version? If it looks like an error, a login or half a page, say so and hold it."""

import re

SHORTEST = 200  # characters; shorter texts were without exception failed captures in the histories examined
SHRINKAGE = 0.5
ERROR_PARAGRAPH = 400  # characters; in longer paragraphs error words are ordinary words

ERRORS = {
    "an error page": re.compile(
        r"page (?:isn['’]t|is not) available|unexpected error|try reloading|reload(?:ing)? (?:the|this) page|page not found"
        r"|(?:error|^|\W)(?:404|403|500|502|503)\b.{0,40}(?:not found|forbidden|error|unavailable|gateway)|access denied"
        r"|service (?:is )?(?:temporarily )?unavailable|too many requests|bad gateway|gateway time-?out|internal server error"
        r"|content isn['’]t available|something went wrong\W{0,3}(?:please )?try again|request could not be satisfied",
        re.I,
    ),
    "a check for robots": re.compile(
        r"verify (?:that )?you(?:['’]re| are) (?:a )?human|(?:complete|solve) the captcha|just a moment\.\.\.|unusual traffic"
        r"|checking your browser|are you a robot|enable javascript|javascript is (?:disabled|required)|enable cookies and reload",
        re.I,
    ),
    "a login page": re.compile(
        r"^(?:please )?(?:log|sign) ?in(?: (?:to|with)\b.{0,60})?(?: to continue)?\W?$|(?:log|sign) ?in to (?:continue|view)|"
        r"you must be (?:logged|signed) in|forgot(?:ten)? (?:your )?password\?",
        re.I | re.M,
    ),
    "a consent form": re.compile(
        r"^(?:accept|reject|allow|decline) all(?: cookies)?$|^manage (?:cookie )?(?:preferences|consent)$", re.I | re.M
    ),
}
MOST_TEXT_BESIDE_A_FORM = 3_000  # characters; a login or consent line in a long document is part of its frame


def problems(text: str, *, last_good: str | None) -> list[str]:
    """Why ``text`` should be held, each as a sentence; empty if it may become a version.

    ``last_good`` is the last text of the document that was healthy, None before the first.
    """
    stripped = text.strip()
    if not stripped:
        return ["The page had no text."]
    found = [*_binary(stripped), *_too_short(stripped), *_error_paragraphs(stripped), *_shrunk(stripped, last_good)]
    return found


def _binary(text: str) -> list[str]:
    odd = text.count("\ufffd") + sum(text.count(chr(code)) for code in range(32) if chr(code) not in "\t\n\r\f\v")
    if text.startswith(("%PDF-", "PK\x03\x04")) or odd > len(text) / 50:
        return ["The capture is not text: it looks like a binary file."]
    return []


def _too_short(text: str) -> list[str]:
    if len(text) >= SHORTEST:
        return []
    return [f"The text has only {len(text)} characters; a governance document has at least {SHORTEST}."]


def _error_paragraphs(text: str) -> list[str]:
    reasons = []
    for what, pattern in ERRORS.items():
        if what in ("a login page", "a consent form") and len(text) > MOST_TEXT_BESIDE_A_FORM:
            continue
        if (words := _first_match(text, pattern)) is not None:
            reasons.append(f"The page looks like {what}: “{words}”.")
    return reasons


def _first_match(text: str, pattern: re.Pattern[str]) -> str | None:
    for match in pattern.finditer(text):
        start = text.rfind("\n\n", 0, match.start()) + 1
        end = text.find("\n\n", match.end())
        paragraph = text[start : end if end >= 0 else len(text)].strip()
        if len(paragraph) < ERROR_PARAGRAPH:
            return " ".join(paragraph.split())[:120]
    return None


def _shrunk(text: str, last_good: str | None) -> list[str]:
    if last_good is None or len(text) >= SHRINKAGE * len(last_good.strip()):
        return []
    return [
        f"The text shrank to {len(text):,} characters from {len(last_good.strip()):,}; "
        "part of the page may not have loaded."
    ]
