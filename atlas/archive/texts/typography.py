"""What differs between two texts that read the same: typographic variants, Markdown marks, numbering.

No expression here can backtrack further than its bounds: pages with 300,000 characters on one line exist.
"""

import html
import re
import unicodedata

SINGLE_QUOTES = "\u2018\u2019\u201a\u201b\u2032`\u00b4\u02bc"
DOUBLE_QUOTES = "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb"
DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043"
INVISIBLE = (
    "\u00ad\u061c\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    "\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\ufeff"
)
VARIANTS = str.maketrans(
    dict.fromkeys(SINGLE_QUOTES, "'")
    | dict.fromkeys(DOUBLE_QUOTES, '"')
    | dict.fromkeys(DASHES, "-")
    | dict.fromkeys(INVISIBLE, "")
)

# 1.  1.2.3  (a)  iv)  A.1.c.  at the start of a line, possibly in bold: "**1\.** "
NUMBER = r"(?:\d{1,3}(?:\\?\.\d{1,3}){0,4}|[A-Za-z](?:\\?\.[0-9a-z]{1,2}){1,4}|[a-zA-Z]|[ivxlcIVXLC]{2,6})"
ENUMERATOR = (
    rf"[*_]{{0,3}}(?:\({NUMBER}\)|{NUMBER}\\?[.)](?=[\s*_]|$)|\d{{1,3}}(?:\\?\.\d{{1,3}}){{1,4}}(?=[\s*_]|$)|\d{{1,2}}\\?\.(?=[A-Z][a-z]))"
    r"[*_]{0,3}(?:\s+|$|(?=[A-Z]))"
)
ENUMERATORS = re.compile(rf"(?:{ENUMERATOR}){{1,8}}")

TARGET = r"\((?:[^()\\\n]|\\.|\([^()\n]{0,500}\)){0,3000}\)"
IMAGE = re.compile(rf"!\[(?:[^\[\]\\]|\\.){{0,500}}\]{TARGET}")
LINK = re.compile(rf"\[((?:[^\[\]\\]|\\.|\[[^\[\]]{{0,200}}\]){{0,1000}})\]{TARGET}")
LINK_END = re.compile(rf"^\s{{0,20}}\]{TARGET}")
TAG = re.compile(r"</?[A-Za-z][^<>]{0,200}>")
BLOCK_MARK = re.compile(r"^\s*(?:(?:>|[*+-](?=\s)|#{1,6}(?=\s|$))\s*)+")
RULE_LINE = re.compile(r"^[\s|:>*_=-]*$")
EMPHASIS = re.compile(r"(?<!\\)(?:\*+|~~|`+|(?<![^\W_])_+|_+(?![^\W_]))")
ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")


def without_variants(text: str) -> str:
    """``text`` in NFKC with straight quotes, plain hyphens and no invisible characters; white space stays."""
    text = text.translate(VARIANTS)
    return text if text.isascii() else unicodedata.normalize("NFKC", text).translate(VARIANTS)


def without_numbering(line: str) -> str:
    """``line`` without white space and list numbering at its start.

    >>> without_numbering("1. (a) We may stop.")
    'We may stop.'
    """
    line = line.strip()
    while (match := ENUMERATORS.match(line)) is not None:
        line = line[match.end() :]
    return line


def without_marks(line: str) -> str:
    """One line without block marks, link targets, tags, emphasis and table bars; escapes and numbering stay."""
    if RULE_LINE.match(line):
        return ""
    line = BLOCK_MARK.sub("", line)
    if "](" in line:
        line = LINK_END.sub("", LINK.sub(r"\1", IMAGE.sub("", line)))
    if "<" in line:
        line = TAG.sub(" ", line)
    if "&" in line:
        line = html.unescape(line)
    if line.startswith("|"):
        line = line.replace("\\|", "\0").replace("|", " ").replace("\0", "|")
    return EMPHASIS.sub("", line)


def without_escapes(text: str) -> str:
    r"""``text`` with ``\.`` and its like as the character that is meant."""
    return ESCAPE.sub(r"\1", text) if "\\" in text else text
