"""Lines that say when a text was updated, or announce that it was: about the document, no part of it."""

import re

from atlas.archive.changes.names import DIGIT, binds
from atlas.archive.texts.sentences import mask_dates

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
EDITED = r"(?:posted|issued|amended|amendment|reviewed|review|revision|approved)"
STAMP = re.compile(  # the whole line: in a clause something else is posted or issued
    rf"^(?:(?:date|last|date of last|date of) )?{EDITED}(?: date)?:? ?(?:on |in |as of )?DATE\W*$"
    r"|^(?:document )?(?:version|revision):? ?\d{1,3}(?:\.\d{1,3}){0,3}\W*$",
    re.IGNORECASE,
)
TERMS = r"(?:terms|polic(?:y|ies)|notices?|agreements?|conditions|statements?|addendum|guidelines)"
ANNOUNCED = re.compile(
    rf"\bwe(?:'re| are|'ve| have)(?: \w{{1,12}}ly)? (?:updat|chang|revis|mak|refresh|simplifi|redesign|reorgani[sz])"
    rf"(?:ed|ing)\b.{{0,120}}\b{TERMS}\b"
    rf"|^we(?:'ve| have) (?:made|rewritten) .{{0,60}}\b{TERMS}\b"
    rf"|^we(?: \w{{1,12}}ly)? (?:updat|chang|revis)ed\b.{{0,60}}\b{TERMS}\b"
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
FOLLOWS = re.compile(  # behind an announcement, and only there
    rf"^until (?:then|DATE), .{{0,60}}\b{TERMS}\b.{{0,40}}\b(?:continues?|still|will|remains?)\b.{{0,30}}$"
    r"|^(?:these|the|our|all) (?:changes|updates|revisions) (?:are|were|make|reflect|include|explain|clarify|describe)"
    r"\b|^(?:thank you|thanks)\b.{0,80}$",
    re.IGNORECASE,
)
AMOUNT = re.compile(r"[$€£¥%]|\b\d{1,9} (?:hours?|days?|weeks?|months?|years?)\b", re.IGNORECASE)
ANOTHER = re.compile(r"[.!?]\s{1,3}\S")  # a further sentence behind the first
GREETING = re.compile(
    r"^(?:thank you|thanks) for (?:using|visiting|choosing|trying|reading|your interest in)\b.{0,80}$"
    r"|^(?:dear \w{1,20}(?: \w{1,20})?, )?(?:welcome to|hello from|hi from)\b.{0,60}$",
    re.IGNORECASE,
)
BINDS_GREETED = re.compile(r"\b(?:agree|accept|consent|subject|appl(?:y|ies)|by|before)\b|\d", re.IGNORECASE)
BINDS = re.compile(r"\b(?:may|must|shall|should|can|cannot|not|if|unless|you agree)\b", re.IGNORECASE)


def is_banner(sentence: str) -> bool:
    """Does the sentence only say when the text was updated, or that there is an older one?"""
    if len(sentence) > LONGEST_BANNER:
        return False
    masked = mask_dates(sentence)
    if STAMP.match(masked) is not None:
        return True
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
    if len(sentence) > LONGEST_BANNER or BINDS.search(masked) is not None or AMOUNT.search(masked) is not None:
        return False
    return any(pattern.search(masked) for pattern in (ANNOUNCED, TAKES_EFFECT, READ_IT, SUMMARISED))


def says_more(sentence: str) -> bool:
    """Does a further sentence follow, or does it name an amount?"""
    return ANOTHER.search(sentence) is not None or names_amount(sentence)


def names_amount(text: str) -> bool:
    """Is a sum of money, a share or a period in it?"""
    return AMOUNT.search(text) is not None


def follows_announcement(sentence: str) -> bool:
    """Is it the rest of an announcement, if it stands behind one?

    >>> follows_announcement("Until then, the terms below continue to apply.")
    True
    """
    if len(sentence) > LONGEST_BANNER:
        return False
    masked = mask_dates(sentence)
    if DIGIT.search(masked):
        return False
    return SUMMARISED.match(masked) is not None or FOLLOWS.match(masked) is not None


def is_greeting(sentence: str) -> bool:
    """Is it a pleasantry: "Thank you for using Orchard!"?"""
    return (
        GREETING.match(sentence) is not None
        and not says_more(sentence)
        and (BINDS.search(sentence) or BINDS_GREETED.search(sentence)) is None
    )
