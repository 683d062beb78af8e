"""What a drafter gets to see of one wording: numbered blocks, its surroundings, what it may cite. Pure.

Size is bounded in characters. What does not fit goes in this order: the outline, the previous analysis, the neighbours,
the reasons of the change, candidate obligations down to six, the word diff, the previous wording. The provision itself
is never cut: an analysis of half a text would be one of another text. One that does not fit alone is refused by name.
"""

import datetime
import unicodedata
from collections.abc import Callable

from pydantic import BaseModel, ConfigDict

from analysis.schema import Closed
from atlas.archive.texts.blocks import scan_blocks
from atlas.archive.texts.wording_diff import diff_words

MOST_CHARACTERS = 48_000
LEAST_CANDIDATES = 6
SAME_SHOWN = 60  # characters kept of what is the same on either side of a difference
LONG_BLOCK = 1_200  # a longer paragraph is cut behind sentences, so that a quote's block says where to look


class ContextTooLong(Exception):
    """A provision is too long for the model it is to be shown to; the message names it and says what helps."""


class _Value(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Block(_Value):
    """A paragraph, list item or table. ``start`` and ``end`` are characters of the stored wording, end exclusive."""

    id: str
    text: str
    start: int = 0
    end: int = 0


class Candidate(_Value):
    """An obligation that the drafter may cite."""

    key: str
    law: str
    jurisdiction: str
    title: str
    paraphrase: str
    binds: tuple[str, ...] = ()
    note: str = ""
    applies: str = ""  # "in force since 25 May 2018", "applies from 2 August 2027"


class CodedFact(_Value):
    """An attribute that may be coded; ``codes`` is empty for a number in ``unit``."""

    key: str
    name: str
    codes: dict[str, str] = {}
    unit: str = ""


class Context(_Value):
    """All that a prompt can show. Texts are the platform's or the catalogue's own, not yet made safe for a prompt.

    ``dates``: what is known of when, in words → date. ``difference``: the word diff of the two wordings.
    ``parts`` are those to write anew where the rest of an analysis, ``base``, is to stay; empty: all of them.
    """

    platform: str
    document: str
    terms_type: str
    standing: str
    language: str = ""
    region: str = ""
    day: datetime.date
    dates: dict[str, str] = {}
    title: str
    heading_path: tuple[str, ...] = ()
    blocks: tuple[Block, ...]
    is_cut: bool = False  # v1 of the prompt asks for it; provisions are not cut any more
    neighbours: tuple[str, ...] = ()
    change_kind: str = ""
    change_reasons: tuple[str, ...] = ()
    previous_blocks: tuple[Block, ...] = ()
    difference: str = ""
    candidates: tuple[Candidate, ...] = ()
    topics: dict[str, str] = {}
    likely_topics: tuple[str, ...] = ()
    facts: tuple[CodedFact, ...] = ()
    previous_analysis: dict[str, str] = {}
    outline: dict[str, str] = {}
    instructions: str = ""
    parts: tuple[str, ...] = ()
    base: dict[str, str] = {}

    @property
    def closed(self) -> Closed:
        return Closed(
            blocks=tuple(block.id for block in self.blocks),
            previous_blocks=tuple(block.id for block in self.previous_blocks),
            obligations=tuple(candidate.key for candidate in self.candidates),
            jurisdictions=tuple(sorted({candidate.jurisdiction for candidate in self.candidates})),
            topics=tuple(self.topics),
            attributes={fact.key: tuple(fact.codes) for fact in self.facts},
        )

    @property
    def characters(self) -> int:
        return len(self.model_dump_json())


def number_blocks(text: str, letter: str) -> tuple[Block, ...]:
    """The blocks of ``text`` with ids P1, P2 …; ``block.text == text[block.start:block.end]``."""
    spans = [
        span for block in scan_blocks(text) if block.kind != "rule" for span in _pieces(text, block.start, block.end)
    ]
    spans = spans or [(0, len(text))]
    return tuple(
        Block(id=f"{letter}{number}", text=text[start:end], start=start, end=end)
        for number, (start, end) in enumerate(spans, 1)
    )


def _pieces(text: str, start: int, end: int) -> list[tuple[int, int]]:
    if end - start <= LONG_BLOCK:
        return [(start, end)]
    return [(start + first, start + last) for first, last in cut_behind_sentences(text[start:end], LONG_BLOCK)]


def cut_behind_sentences(text: str, limit: int) -> list[tuple[int, int]]:
    """Pieces of up to ``limit`` characters that end at a paragraph, line or sentence; one long sentence stays whole."""
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(
        separators=[r"\n\n", r"\n", r"(?<=[.!?;]) (?=[^a-z])"],
        is_separator_regex=True,
        keep_separator=True,
        chunk_size=limit,
        chunk_overlap=0,
        add_start_index=True,
    )
    pieces = splitter.create_documents([text])
    spans = [
        (piece.metadata["start_index"], piece.metadata["start_index"] + len(piece.page_content)) for piece in pieces
    ]
    assert all(text[start:end] == piece.page_content for (start, end), piece in zip(spans, pieces, strict=True))
    return spans


def first_sentences(text: str, limit: int) -> str:
    """The beginning of ``text``, whole sentences, about ``limit`` characters."""
    start, end = cut_behind_sentences(text, limit)[0] if len(text) > limit else (0, len(text))
    return text[start:end]


def describe_difference(old: str, new: str) -> str:
    """The word diff, ``[-removed-]`` and ``{+added+}``, with a few words around each difference.

    >>> describe_difference("We keep it for 30 days.", "We keep it for 90 days.")
    'We keep it for[- 30-]{+ 90+} days.'
    """
    marks = {"removed": "[-{}-]", "added": "{{+{}+}}", "same": "{}"}
    parts = diff_words(old, new)
    texts = [
        _shortened(part.text, first=not i, last=i == len(parts) - 1) if part.op == "same" else part.text
        for i, part in enumerate(parts)
    ]
    return "".join(marks[part.op].format(text) for part, text in zip(parts, texts, strict=True))


def _shortened(text: str, *, first: bool, last: bool) -> str:
    if len(text) <= 2 * SAME_SHOWN:
        return text
    before, after = "" if first else text[:SAME_SHOWN], "" if last else text[-SAME_SHOWN:]
    return f"{before} … {after}"


def fit(context: Context, most_characters: int) -> Context:
    """``context`` in at most ``most_characters``, what matters least dropped first (see the module).

    Raises:
        ContextTooLong: if the provision itself does not fit.
    """
    for drop in _DROPS:
        if context.characters <= most_characters:
            return context
        context = drop(context)
    if context.characters <= most_characters:
        return context
    length = sum(len(block.text) for block in context.blocks)
    raise ContextTooLong(
        f"“{context.title}” has {length:,} characters, more than the model can be shown at once. Choose a model with a "
        "longer context (ATLAS_LLM_CONTEXT_TOKENS), or write the analysis by hand"
    )


_DROPS: tuple[Callable[[Context], Context], ...] = (
    lambda context: context.model_copy(update={"outline": {}}),
    lambda context: context.model_copy(update={"previous_analysis": {}}),
    lambda context: context.model_copy(update={"neighbours": ()}),
    lambda context: context.model_copy(update={"change_reasons": ()}),
    lambda context: context.model_copy(update={"candidates": context.candidates[:LEAST_CANDIDATES]}),
    lambda context: context.model_copy(update={"difference": ""}),
    lambda context: context.model_copy(update={"previous_blocks": ()}),
)


def visible(text: str) -> str:
    """``text`` without characters that a person cannot see (zero-width, bidirectional, tags, controls).

    For prompts only: they hide instructions. The stored text keeps them, and quotes are found regardless.
    """
    if text.replace("\n", "").replace("\t", "").isprintable():
        return text
    return "".join(letter for letter in text if letter in "\n\t" or unicodedata.category(letter) not in _HIDDEN)


_HIDDEN = frozenset({"Cc", "Cf", "Co", "Cn", "Cs"})
