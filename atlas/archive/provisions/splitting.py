"""Text → provisions: what a lawyer would cite and a reader wants on one page.

A numbered clause, the text under one leaf heading, or in long sections without numbers a paragraph with its list.
Every cut depends on the text around it, never on how much came before: an insertion shifts no other provision.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from atlas.archive.provisions.glued import unglue
from atlas.archive.provisions.overlong import cut_overlong
from atlas.archive.provisions.sections import Section, find_sections
from atlas.archive.provisions.titles import first_words, lead_words, starts_clause
from atlas.archive.texts.blocks import Block, scan_blocks

SPLITTER = 2  # raise it whenever split_provisions gives other intervals for any text: stored with each placement
LONG = 600  # characters; a longer unit is cut at its paragraphs, or else at its items
DEEPEST = 6  # lists in lists that are cut at
ANY_KIND = ("paragraph", "item", "table", "heading")
SHORT = 200  # characters; in a unit that is cut, a shorter paragraph goes with what follows


@dataclass(frozen=True, slots=True)
class ProvisionText:
    """A provision as it stands in a text: ``text == source[start:end]``; offsets are characters, end exclusive."""

    start: int
    end: int
    text: str
    title: str
    heading_path: tuple[str, ...]


def split_provisions(text: str) -> list[ProvisionText]:
    """The provisions of ``text`` in order. Between them there is only white space; nothing is left out.

    >>> [provision.title for provision in split_provisions("# Terms\\n\\n1.1 **Age.** Be 18.\\n\\n1.2 **Fees.** Pay.")]
    ['Age', 'Fees']
    """
    return [
        ProvisionText(start, end, text[start:end], title, section.path)
        for section in find_sections(list(unglue(scan_blocks(text))))
        for unit, name in _named_units(section)
        for start, end, title in _parts(text, unit, name)
    ]


def _named_units(section: Section) -> Iterator[tuple[Sequence[Block], str]]:
    """The units of a section with their titles; the headings go with the first."""
    units = [part for clause in _cut(section.body, starts_clause) for part in _cut_long(clause)]
    if not units:
        yield section.lead, section.title
        return
    is_named = not section.lead or starts_clause(units[0][0])
    yield [*section.lead, *units[0]], lead_words(units[0][0].text) if is_named and section.path else section.title
    for unit in units[1:]:
        yield unit, lead_words(unit[0].text)


def _parts(source: str, unit: Sequence[Block], title: str) -> Iterator[tuple[int, int, str]]:
    for number, (start, end) in enumerate(cut_overlong(source, unit)):
        yield start, end, title if number == 0 else first_words(source[start:end])


def _cut(blocks: Sequence[Block], starts: Callable[[Block], bool]) -> list[list[Block]]:
    """``blocks`` in runs that begin where ``starts`` says so; a rule may end a run, it never begins one."""
    runs: list[list[Block]] = []
    for block in blocks:
        if runs and (block.kind == "rule" or not starts(block)):
            runs[-1].append(block)
        else:
            runs.append([block])
    return runs


def _cut_long(unit: list[Block]) -> list[list[Block]]:
    """The unit, or if it is long its paragraphs with their lists; if it has but one, the items of its lists."""
    if len(unit) < 2 or _size(unit) <= LONG:
        return [unit]
    indents = sorted({block.indent for block in unit[1:]})[:DEEPEST]
    for kinds, indent in [(("paragraph", "table"), indents[0]), *((ANY_KIND, indent) for indent in indents)]:
        parts = _join_short(_cut(unit, partial(_starts, kinds=kinds, indent=indent)))
        if len(parts) > 1:
            return [piece for part in parts for piece in _cut_long(part)]
    return [unit]


def _starts(block: Block, *, kinds: Collection[str], indent: int) -> bool:
    return block.indent <= indent and block.kind in kinds


def _join_short(parts: list[list[Block]]) -> list[list[Block]]:
    """Each part under 200 characters goes with the one after it, the last with the one before."""
    joined: list[list[Block]] = []
    lead: list[Block] = []
    for part in parts:
        lead += part
        if _size(part) >= SHORT:
            joined.append(lead)
            lead = []
    if not joined:
        return [lead]
    joined[-1] += lead
    return joined


def _size(blocks: Sequence[Block]) -> int:
    return blocks[-1].end - blocks[0].start
