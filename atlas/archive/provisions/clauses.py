"""A provision's text → clauses, the unit of comparison: a paragraph, a list item, a table row, a heading.

Nothing is packed to a size: what is over 600 characters is cut at its numbers, then at its sentences, and every cut
depends on the words beside it alone. Clauses are values, never rows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from atlas.archive.provisions.glued import clause_starts
from atlas.archive.provisions.overlong import counted_parts, row_spans
from atlas.archive.texts.blocks import Block, scan_blocks
from atlas.archive.texts.boundaries import Span, sentence_spans
from atlas.archive.texts.normalising import fold_line, fold_markdown

ClauseKind = Literal["heading", "paragraph", "item", "row"]

LONG = 600  # characters; a longer block is cut
SHORT_ITEM = 160  # characters; items of a list that has no longer one stay with their lead-in
DEEPEST = 20  # lists in lists; deeper ones are read as one list
LONGEST_LEAD_IN = 600  # characters of it that a clause remembers


@dataclass(frozen=True, slots=True)
class Clause:
    """``text == provision[start:end]``; ``lead_in`` is what its list or table stands under, as a reader sees it."""

    kind: ClauseKind
    start: int
    end: int
    text: str
    lead_in: str = ""


@lru_cache(maxsize=16_384)  # consecutive versions share nearly all provisions
def split_clauses(text: str) -> tuple[Clause, ...]:
    """The clauses of ``text`` in order; only white space, rules and the rulers of tables stand between them.

    >>> [clause.text for clause in split_clauses("## Fees\\n\\nYou may:\\n\\n*   pay\\n*   go")]
    ['## Fees', 'You may:\\n\\n*   pay\\n*   go']
    """
    blocks = [block for block in scan_blocks(text) if block.kind != "rule"]
    return tuple(_clauses(text, blocks, lead_in=""))


def _clauses(text: str, blocks: Sequence[Block], *, lead_in: str, depth: int = 0) -> Iterator[Clause]:
    position = 0
    while position < len(blocks):
        lead = blocks[position]
        end = _end_of_list(blocks, position) if depth < DEEPEST else position + 1
        under = blocks[position + 1 : end]
        position = end
        if not under:
            yield from _of_block(lead, lead_in)
        elif _is_one(lead, under):
            stop = under[-1].end
            yield Clause(_kind(lead), lead.start, stop, text[lead.start : stop], lead_in)
        else:
            yield from _of_block(lead, lead_in)
            yield from _clauses(text, under, lead_in=_lead_in(lead) or lead_in, depth=depth + 1)


def _end_of_list(blocks: Sequence[Block], position: int) -> int:
    """Behind the blocks that belong to this one: the list of a lead-in, what an item goes on with."""
    lead = blocks[position]
    takes_items = lead.kind == "paragraph" and _is_lead_in(lead.text)
    end = position + 1
    if lead.kind != "item" and not takes_items:
        return end
    while end < len(blocks) and blocks[end].kind != "heading":
        if not (blocks[end].indent > lead.indent or (takes_items and blocks[end].kind == "item")):
            break
        end += 1
    return end


def _is_lead_in(text: str) -> bool:
    return text.rstrip("*_ ").endswith((":", "\uff1a"))


def _is_one(lead: Block, under: Sequence[Block]) -> bool:
    """Is the whole short, and is it an item or are all of its items short?"""
    if under[-1].end - lead.start > LONG or any(block.kind == "table" for block in under):
        return False
    return lead.kind == "item" or all(block.end - block.start < SHORT_ITEM for block in under)


def _lead_in(lead: Block) -> str:
    return fold_markdown(lead.text)[-LONGEST_LEAD_IN:] if _is_lead_in(lead.text) else ""


def _kind(block: Block) -> ClauseKind:
    return "item" if block.kind == "item" else "paragraph"


def _of_block(block: Block, lead_in: str) -> Iterator[Clause]:
    if block.kind == "heading":
        yield Clause("heading", block.start, block.end, block.text)
    elif block.kind == "table":
        yield from _rows(block)
    else:
        for begin, end in _cut(block.text):
            yield Clause(_kind(block), block.start + begin, block.start + end, block.text[begin:end], lead_in)


def _rows(block: Block) -> Iterator[Clause]:
    """Each row with words, a long one in its parts; the first names the columns of the others."""
    rows = [(begin, end) for begin, end in row_spans(block.text) if fold_line(block.text[begin:end])]
    head = fold_line(block.text[slice(*rows[0])])[:LONGEST_LEAD_IN] if rows else ""
    for number, (begin, end) in enumerate(rows):
        for first, last in _cut(block.text[begin:end]):
            text = block.text[begin + first : begin + last]
            start = block.start + begin + first
            yield Clause("row", start, start + len(text), text, head if number else "")


@lru_cache(maxsize=16_384)
def _cut(text: str) -> tuple[Span, ...]:
    """The block; if it is long what its numbers tell apart, the sentences of that, the counted parts of those."""
    if len(text) <= LONG:
        return ((0, len(text)),)
    begins = [0, *(start for start in clause_starts(text) if start)]
    spans = [
        (begin, begin + len(text[begin:end].rstrip()))
        for begin, end in zip(begins, [*begins[1:], len(text)], strict=True)
    ]
    return tuple(
        (begin + first, begin + last) for begin, end in spans for first, last in _sentences_if_long(text[begin:end])
    )


def _sentences_if_long(text: str) -> Iterator[Span]:
    if len(text) <= LONG:
        yield 0, len(text)
        return
    for begin, end in sentence_spans(text):
        if end - begin <= LONG:
            yield begin, end
        else:
            yield from counted_parts(text, begin, end)
