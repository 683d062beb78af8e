"""Where sentences end in Markdown as it stands, with offsets, so that text can be cut without cutting a sentence.

Link targets and emphasis are blanked first, character for character: what a reader doesn't see ends no sentence.
"""

import re
from functools import lru_cache

from atlas.archive.texts.sentences import NOT_AN_END
from atlas.archive.texts.typography import EMPHASIS, TARGET

BLANK = "\0"
LONGEST_ABBREVIATION = 12  # characters, and to spare: NOT_AN_END

LINK_TARGET = re.compile(rf"\]{TARGET}")
ADDRESS = re.compile(r"https?://[^\s<>\"\u201d)\]]{0,2000}[\w/]")
END = re.compile(
    # "… it. We …"
    r"[.!?]{1,9}[\"'\u201d\u2019)\]\0]{0,30}\s+(?=[\"'\u201c\u2018(\[\0]{0,9}[^a-z\s\"'\u201c\u2018(\[\0|])"
    r"|[\u3002\uff01\uff1f\uff1b][\u201d\u2019\u300d\u300f\uff09\0]{0,9}\s*"  # Chinese and Japanese ends of sentences
    # "… it.We …": pages lose the space between paragraphs
    r"|(?<=[a-z)\u201d\"][.!?])\0{0,9}(?=[\0\u201c]{0,9}[A-Z][a-z])"
    r"|(?:[ ]{2}|\\)\n\s*"  # a break that the page asks for
    r"|\n\s*(?=[\u2022\u25cf\u25aa\u2023\u00b7])"  # a bullet that Markdown doesn't know
    r"|(?:<br\s{0,3}/?>\s{0,9}){1,9}(?=[\0-]\s)|(?:<br\s{0,3}/?>\s{0,9}){2,9}"  # lists and paragraphs in a table
)
NUMBER_ALONE = re.compile(r"[.!?:;\u201d\")\]\0]\s{0,3}\d{1,3}\\?$")  # "… it.2. Fees"
WORD = re.compile(r"[^\W\d_]{2}|[\u3040-\u9fff]")

Span = tuple[int, int]


def masked(text: str) -> str:
    """``text`` with link targets, addresses and emphasis blanked; as long as it is."""
    if "](" in text:
        text = LINK_TARGET.sub(_blank, text).replace("[", BLANK)
    if "://" in text:
        text = ADDRESS.sub(lambda match: "x" * len(match[0]), text)
    return EMPHASIS.sub(_blank, text)


def _blank(match: re.Match[str]) -> str:
    return BLANK * len(match[0])


@lru_cache(maxsize=32_768)  # consecutive versions share nearly all blocks
def sentence_spans(text: str) -> tuple[Span, ...]:
    """The sentences of a block, with nothing but white space between them; offsets are characters, end exclusive.

    A number alone ("1. Fees") is none, and an abbreviation ends none.

    >>> sentence_spans("1. Ask Inc. first.We wait.")
    ((0, 18), (18, 26))
    """
    visible = masked(text)
    spans: list[Span] = []
    begin = searched = 0
    has_words = False
    for match in END.finditer(visible):
        has_words = has_words or WORD.search(visible, searched, match.start()) is not None
        searched = max(searched, match.start() - 1)
        if not has_words or match.end() >= len(text) or _is_no_end(visible, begin, match.start()):
            continue
        spans.append((begin, match.start() + len(match[0].rstrip())))
        begin = searched = match.end()
        has_words = False
    return (*spans, (begin, len(text)))


def _is_no_end(visible: str, begin: int, end: int) -> bool:
    """Is the dot at ``end`` or before it that of an abbreviation or of a number?"""
    stop = end if visible[end] in ".!?" else end - 1
    if visible[stop : stop + 1] != ".":
        return False
    window = max(begin, stop - LONGEST_ABBREVIATION), stop
    return any(what.search(visible, *window) is not None for what in (NOT_AN_END, NUMBER_ALONE))
