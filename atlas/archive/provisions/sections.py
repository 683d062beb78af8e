"""Blocks → sections: the headings that end in a leaf heading, and what stands under it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from atlas.archive.provisions.titles import NAMELESS, first_words, heading_title
from atlas.archive.texts.blocks import Block, is_bold_heading

SHORT_PREAMBLE = 200  # characters before the first heading; fewer ("Updated: …") go with what follows
CONTENTS = 3  # so many headings of one rank without text between are a table of contents, except the last
ITEM_LEVEL = 10  # a list item that is only bold and has something under it ranks below every heading


@dataclass(frozen=True)
class Section:
    """``lead`` is the headings (or what goes before the body), ``path`` their titles from the top."""

    lead: tuple[Block, ...]
    body: tuple[Block, ...]
    path: tuple[str, ...]
    is_preamble: bool = False

    @property
    def title(self) -> str:
        if self.path:
            return self.path[-1]
        if self.is_preamble:
            return "Introduction"
        return first_words((self.body or self.lead)[0].text) or NAMELESS


def find_sections(blocks: Sequence[Block]) -> list[Section]:
    """The sections of a document in order; every block is in exactly one."""
    sections: list[Section] = []
    lead: list[Block] = []
    body: list[Block] = []
    ranks: dict[int, str] = {}
    for block in _without_contents(_with_item_headings(blocks)):
        if block.kind != "heading":
            body.append(block)
            continue
        if body and not _is_short_preamble(sections, lead, body):
            sections.append(_section(lead, body, ranks, is_preamble=not lead))
            lead, body = [], []
        lead, body = [*lead, *body, block], []
        ranks = {level: title for level, title in ranks.items() if level < block.level}
        ranks[block.level] = heading_title(block.text)
    if lead or body:
        sections.append(_section(lead, body, ranks, is_preamble=False))
    return sections


def _section(lead: list[Block], body: list[Block], ranks: dict[int, str], *, is_preamble: bool) -> Section:
    return Section(tuple(lead), tuple(body), tuple(title for title in ranks.values() if title), is_preamble)


def _is_short_preamble(sections: list[Section], lead: list[Block], body: list[Block]) -> bool:
    return not sections and not lead and body[-1].end - body[0].start < SHORT_PREAMBLE


def _with_item_headings(blocks: Sequence[Block]) -> list[Block]:
    """Items that are nothing but bold and have something under them become headings ("1.  **OWNERSHIP**")."""
    following = (*blocks[1:], None)
    return [
        replace(block, kind="heading", level=ITEM_LEVEL + block.indent)
        if block.kind == "item" and after and after.indent > block.indent and is_bold_heading(_content(block))
        else block
        for block, after in zip(blocks, following, strict=False)
    ]


def _content(item: Block) -> str:
    return item.text.split(maxsplit=1)[-1]


def _without_contents(blocks: list[Block]) -> list[Block]:
    """Runs of headings of one rank are a table of contents: text, all but the last, which has text under it."""
    result = list(blocks)
    start = 0
    while start < len(blocks):
        end = start + 1
        while end < len(blocks) and blocks[start].kind == "heading" and _same_rank(blocks[start], blocks[end]):
            end += 1
        if end - start > CONTENTS:
            for index in range(start, end - 1):
                result[index] = replace(blocks[index], kind="paragraph", level=0)
        start = end
    return result


def _same_rank(first: Block, second: Block) -> bool:
    return second.kind == "heading" and second.level == first.level
