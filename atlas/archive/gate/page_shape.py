"""What a page consists of: prose, links, code. A document is prose; menus and style sheets are not."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

LINK = re.compile(r"!?\[([^\[\]\n]{0,300})\]\([^()\n]{0,2000}\)")
MARKS = "#*_=->+\u2022| \t\\"
SENTENCE_END = re.compile(r"[.!?;:,][\"')\]\u2019\u201d*_]{0,4}(?:\s|$)|[\u3002\uff01\uff1f\uff1b\uff1a\uff0c\u3001]")
CODE = ('{"', '[{"', "<?xml", "<!DOCTYPE", "<!doctype", "<html")  # data or markup that nobody extracted text from
SHORTEST_PROSE = 40  # visible characters of a line that can be a sentence of a document
SHORTEST_PROSE_CJK = 15


@dataclass(frozen=True, slots=True)
class Shape:
    """In visible characters: ``linked`` stand in the labels of links, ``prose`` in sentences and tables."""

    visible: int = 0
    linked: int = 0
    prose: int = 0

    @property
    def linked_share(self) -> float:
        return self.linked / self.visible if self.visible else 0.0

    @property
    def prose_share(self) -> float:
        return self.prose / self.visible if self.visible else 0.0


def shape_of(paragraphs: Iterable[str]) -> Shape:
    """The shape of a whole text, from those of its paragraphs."""
    visible = linked = prose = 0
    for shape in map(_paragraph_shape, paragraphs):
        visible, linked, prose = visible + shape.visible, linked + shape.linked, prose + shape.prose
    return Shape(visible, linked, prose)


@lru_cache(maxsize=65_536)
def _paragraph_shape(paragraph: str) -> Shape:
    visible = linked = prose = 0
    for line in paragraph.split("\n"):
        labels = LINK.findall(line) if "](" in line else []
        seen = (LINK.sub(r"\1", line) if labels else line).strip(MARKS)
        in_links = sum(map(len, labels))
        visible += len(seen)
        linked += in_links
        if line.startswith("|") or (2 * in_links < len(seen) and _is_prose(seen)):
            prose += len(seen)
    return Shape(visible, linked, prose)


def _is_prose(line: str) -> bool:
    shortest = SHORTEST_PROSE if line.isascii() or not _is_cjk(line) else SHORTEST_PROSE_CJK
    return len(line) >= shortest and SENTENCE_END.search(line) is not None


def _is_cjk(line: str) -> bool:
    return sum("\u3040" <= letter <= "\u9fff" or "\uac00" <= letter <= "\ud7a3" for letter in line) * 2 > len(line)


def is_code(text: str) -> bool:
    """Style sheets, scripts or data: one character in 150 is a brace. Documents have next to none."""
    if text.startswith(CODE):
        return True
    braces = text.count("{") + text.count("}")
    return braces >= 6 and braces > len(text) / 150
