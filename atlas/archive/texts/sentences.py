"""Text → sentences in a form in which two that say the same are equal: the unit in which news is found.

A key has no Markdown, numbering, capitals or punctuation, but every word and every digit. Blocks are remembered, since
consecutive versions share nearly all of them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from atlas.archive.texts.blocks import Block, Kind, scan_blocks
from atlas.archive.texts.lead_ins import LeadIns, Listed
from atlas.archive.texts.links import is_breadcrumb, is_link_label
from atlas.archive.texts.normalising import fold_markdown

NOT_AN_END = re.compile(
    r"\b(?:[A-Za-z]|e\.g|i\.e|u\.s|etc|vs|nos?|arts?|sec|inc|ltd|llc|corp|co|mrs?|ms|dr|st|cf|al|para|approx)$",
    re.IGNORECASE,
)
END = re.compile(
    r"[.!?;]+[\"')\]]*\s+(?=[\"'(\[]*[^a-z\s])"  # "… it. We …"
    r"|[\u3002\uff01\uff1f\uff1b]"  # Chinese and Japanese ends of sentences
    r"|(?<=[a-z)][.!?])(?=[A-Z][a-z])"  # "… it.We …": pages lose the space between paragraphs
)
HARD_BREAK = re.compile(r"(?<=[.:;!?])(?: {2,9}|\\)\n")
CLAUSE_TITLE = re.compile(  # "9.2 **Albums.** You …", "**9.2 Albums.** You …"; without a number it may name a vendor
    r"(?<![\d.])\d{1,2}(?:\.\d{1,2}){1,3}\.? {0,2}\*\*([^*\n]{2,120})\*\*"
    r"|\*\*(\d{1,2}(?:\.\d{1,2}){1,3}\.? [^*\n]{2,120})\*\*"
)
ONLY_JOINS = ("and", "or", "and/or")
WORD = re.compile(r"[^\W_]+(?:[.,:/'@_-][^\W_]+)*|[%$€£¥§&+<>=]")
MONTHS = (
    "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    "|nov(?:ember)?|dec(?:ember)?)"
)
DATE = re.compile(
    r"(?=[\djfmasondyt])(?:"  # only so can it begin; refused three times quicker
    rf"{MONTHS}\.? \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}|\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {MONTHS}\.?,? \d{{4}}"
    rf"|{MONTHS}\.?,? \d{{4}}|\d{{4}}-\d{{2}}-\d{{2}}|\d{{1,2}}[./]\d{{1,2}}[./]\d{{2,4}}"
    r"|\d{4} ?年 ?\d{1,2} ?月 ?\d{1,2} ?日"
    r"|\b(?:\d{1,3}|an?|one) (?:minute|hour|day|week|month|year)s? ago|\byesterday\b|\btoday\b)",
    re.IGNORECASE,
)
IN_EVERY_DATE = re.compile(r"\d|ago|today|yesterday", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sentence:
    """``text`` is what a reader sees, ``key`` what is compared.

    ``kind`` is that of its block; items that no text leads in count as paragraphs. ``is_link``: it is nothing but a
    link's label, or the path to the page. ``listed``: its list says what is allowed, or what is forbidden.
    ``is_block``: nothing else stands in its block. ``is_clause_title``: it is
    the title in bold of a numbered clause, before its text.
    """

    text: str
    key: str
    kind: Kind = "paragraph"
    is_link: bool = False
    listed: Listed = ""
    is_block: bool = False
    is_clause_title: bool = False

    @property
    def is_heading(self) -> bool:
        return self.kind == "heading"


@lru_cache(maxsize=32_768)
def sentence_keys(text: str) -> tuple[str, ...]:
    """The keys of the sentences of ``text`` in order.

    >>> sentence_keys("1.1 We may use *Content*. We won't sell it!")
    ('we may use content', "we won't sell it")
    """
    return tuple(sentence.key for sentence in read_sentences(text))


@lru_cache(maxsize=32_768)
def read_sentences(text: str) -> tuple[Sentence, ...]:
    """The sentences of ``text`` in order; a heading and a table row are one each."""
    lead_ins = LeadIns()
    sentences: list[Sentence] = []
    for block in scan_blocks(text):
        listed = lead_ins.read(block)
        kind: Kind = "paragraph" if block.kind == "item" and lead_ins.stands_alone else block.kind
        for piece in _pieces(block):
            is_listed = lead_ins.names_parties or (kind == "item" and lead_ins.goes_on)
            sentences += _sentences_of(piece, kind, listed, is_listed)
    return tuple(sentences)


def _pieces(block: Block) -> Sequence[str]:
    """The rows of a table; the lines of a paragraph that end with a mark and a hard break; else the block.

    The lines of an address say something only together.
    """
    if block.kind == "table":
        return block.text.split("\n")
    is_broken = block.kind == "paragraph" and "\n" in block.text
    return HARD_BREAK.split(block.text) if is_broken else (block.text,)


@lru_cache(maxsize=65_536)
def _sentences_of(block: str, kind: Kind, listed: Listed, is_listed: bool) -> tuple[Sentence, ...]:
    folded = fold_markdown(block)
    sentences = [folded] if kind in ("heading", "table") else split_sentences(folded)
    is_path = kind == "paragraph" and is_breadcrumb(block)
    is_link = not is_listed and (is_path or is_link_label(block))  # as an item of a list a label says something
    keyed = [(text, key) for text in sentences if (key := sentence_key(text))]
    titles = _clause_titles(block) if len(keyed) > 1 and kind != "table" else ()
    return tuple(Sentence(text, key, kind, is_link, listed, len(keyed) == 1, key in titles) for text, key in keyed)


def _clause_titles(block: str) -> frozenset[str]:
    """The keys of what stands in bold behind the number of a clause; within a block the number is part of it."""
    titles = [match[1] or match[2] for match in CLAUSE_TITLE.finditer(block)]
    return frozenset(sentence_key(title) for title in (*titles, *map(fold_markdown, titles)))


def split_sentences(text: str) -> list[str]:
    """Folded text cut behind sentences and parts of them (semicolons); abbreviations don't end one."""
    sentences: list[str] = []
    start = 0
    for match in END.finditer(text):
        if NOT_AN_END.search(text, max(start, match.start() - 12), match.start()):
            continue
        sentences.append(text[start : match.end()].strip())
        start = match.end()
    rest = text[start:].strip()
    if sentences and rest.casefold() in ONLY_JOINS:  # "…; AND": what joins an item to the next is no sentence
        sentences[-1] += f" {rest}"
        rest = ""
    return [sentence for sentence in [*sentences, rest] if sentence]


@lru_cache(maxsize=131_072)
def sentence_key(sentence: str) -> str:
    """Its words and numbers in small letters."""
    return " ".join(WORD.findall(sentence.casefold()))


@lru_cache(maxsize=32_768)
def mask_dates(text: str) -> str:
    """``text`` with each date as "DATE", so that versions of a banner are alike."""
    return DATE.sub("DATE", text) if IN_EVERY_DATE.search(text) else text
