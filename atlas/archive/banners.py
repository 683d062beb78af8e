"""Lines that say when a text was updated, or announce that it was: about the document, no part of it."""

import re

from atlas.archive.names import binds
from atlas.archive.sentences import mask_dates

LONGEST_BANNER = 260  # characters
MOST_OTHER_WORDS = 3  # beside the date and the words of a banner: the document's name
WORD = re.compile(r"\w+|[%$€£¥]")
OLDER = re.compile(r"\b(?:previous|prior|older|archived?)\b", re.IGNORECASE)
BANNER_CUE = re.compile(
    r"\b(?:updated?|effective|revised|modified|version|release date|published|in force|stand|previous|archived?)\b"
    r"|更新|生效|^DATE$",
    re.IGNORECASE,
)
BANNER_WORDS = re.compile(
    r"\b(?:last|previous|current|prior|older|updated?|effective|revised|modified|versions?|release|date|as|of|on|published"
    r"|in|force|the|is|was|archived?|archive|view|see|policy|terms|privacy|notice|and|to|from|until|since|this|stand"
    r"|changes?|DATE)\b",
    re.IGNORECASE,
)
TERMS = r"(?:terms|polic(?:y|ies)|notices?|agreements?|conditions|statements?|addendum|guidelines)"
ANNOUNCED = re.compile(
    rf"\bwe(?:'re| are|'ve| have)(?: \w{{1,12}}ly)? (?:updat|chang|revis|mak)(?:ed|ing)\b.{{0,120}}\b{TERMS}\b"
    rf"|\b{TERMS} (?:has|have|is|are) (?:recently )?(?:been |being )?(?:updated|revised|changed)\b",
    re.IGNORECASE,
)
TAKES_EFFECT = re.compile(
    rf"^(?:the|these|this|our) (?:new |updated |revised )?(?:updates?|changes?|revisions?|versions?|{TERMS})"
    r" (?:will )?(?:(?:go|goes|come|comes|take|takes) (?:into )?(?:effect|force)"
    r"|(?:be |is |are |become |becomes )effective|appl(?:y|ies))\b"
    r".{0,20}\bDATE\W*$",
    re.IGNORECASE,
)
READ_IT = re.compile(
    r"^(?:please )?(?:read|see|view|review|click|download|access|find|compare)\b"
    r".{0,60}\b(?:new|updated?s?|previous|current|revised|prior|earlier|archived?|past|older|changes|versions?)\b.{0,60}$",
    re.IGNORECASE,
)
SUMMARISED = re.compile(
    r"^we(?:'ve| have)?(?: also)?"
    r" (?:added|clarified|simplified|reorgani[sz]ed|expanded|revised|streamlined|reworded)\b",
    re.IGNORECASE,
)
POINTER = re.compile(
    r"^(?:learn|find out|read) (?:more|how|about)\b.{0,80}$"
    r"|^(?:see|visit|go to) (?:our|the) (?:help|support|faq)\b.{0,60}$",
    re.IGNORECASE,
)
BINDS = re.compile(r"\b(?:may|must|shall|should|can|cannot|not|if|unless|you agree)\b", re.IGNORECASE)


def is_banner(sentence: str) -> bool:
    """Does the sentence only say when the text was updated, or that there is an older one?"""
    if len(sentence) > LONGEST_BANNER:
        return False
    masked = mask_dates(sentence)
    if BANNER_CUE.search(masked) is None:
        return False
    others = WORD.findall(BANNER_WORDS.sub("", masked).casefold())
    if "DATE" not in masked:
        return not others and OLDER.search(masked) is not None
    return len(others) <= MOST_OTHER_WORDS and not any(map(binds, others))


def is_announcement(sentence: str) -> bool:
    """Does the sentence only tell that the terms changed, when, or where to read the other version?

    >>> is_announcement("We've updated our Terms of Use."), is_announcement("We may update our Terms of Use.")
    (True, False)
    """
    masked = mask_dates(sentence)
    if len(sentence) > LONGEST_BANNER or BINDS.search(masked) is not None:
        return False
    return any(pattern.search(masked) for pattern in (ANNOUNCED, TAKES_EFFECT, READ_IT, SUMMARISED))


def is_pointer(sentence: str) -> bool:
    """Does the sentence only say where to read more?"""
    return POINTER.match(sentence) is not None and BINDS.search(sentence) is None
