"""The passages of a source text that can be quoted: sentences and list items, as a reader sees them. Pure.

A passage is cut to a length that reads well, and is a passage only if it is found again in the source, letter for
letter but for typography and Markdown. Curly quote marks inside become straight ones, so that quotes don't nest.
"""

import re
from dataclasses import dataclass
from itertools import islice

from atlas import markup
from atlas.archive.texts.normalising import fold_markdown, locate

GOOD_LENGTH, MOST_LENGTH = 40, 420  # characters of a quote that says something and is still read
SHORT_LENGTH = 160  # characters of a quote that may be repeated
BEFORE_FOCUS = 160  # characters kept before the words that matter in a sentence that is cut
MOST_PASSAGES = 400  # sentences looked at; provisions have a few, whole documents on one line have thousands
_STRAIGHT = str.maketrans("“”„‟«»", '""""""')
_BREAK = re.compile(r"[;:,] ")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Passage:
    """``text`` stands in the source. ``is_whole``: not cut out of a longer sentence."""

    text: str
    is_whole: bool

    @property
    def quote(self) -> str:
        return f"“{self.text}”" if self.is_whole else f"“{self.text}” (part of a longer sentence)"

    @property
    def pointer(self) -> str:
        """The quote if it is short, else its first words: for parts after the one that quotes it in full."""
        if len(self.text) <= SHORT_LENGTH:
            return f"the passage “{self.text}”"
        return (
            f"the passage that begins “{self.text[: _break_before(self.text, SHORT_LENGTH // 2, 20)].rstrip(' ,;:')}”"
        )


def sentences(source: str) -> list[str]:
    """The sentences of ``source`` without Markdown, in order; a lead-in that ends in a colon keeps its list if short.

    >>> sentences("We use it to:\\n- train\\n- test\\n\\nYou **may** object.")
    ['We use it to: train test', 'You may object.']
    """
    lines = markup.lines(source.translate(_STRAIGHT))
    found: list[str] = []
    place = 0
    while place < len(lines) and len(found) < MOST_PASSAGES:
        end = _end_of_list(lines, place)
        whole = fold_markdown(source[lines[place].start : lines[end - 1].sentences[-1].end]) if end > place + 1 else ""
        if whole and len(whole) <= MOST_LENGTH:
            found.append(whole)
            place = end
        else:
            found += [fold_markdown(text) for text in _units(lines[place], source)]
            place += 1
    return [text for text in islice(found, MOST_PASSAGES) if text]


def quotable(sentence: str, source: str, *, focus: int = 0) -> Passage | None:
    """``sentence`` (or the part of it around the character ``focus``) as a quote of ``source``, if it is one."""
    text = _cut(sentence, focus).strip().rstrip(".;,:。 ")
    if not text or locate(text, source) is None or [quote.text for quote in markup.quotes(f"“{text}”")] != [text]:
        return None
    return Passage(text, len(text) >= len(sentence.strip()) - 2)


def says_something(sentence: str) -> bool:
    """Not a heading or a crumb."""
    return len(sentence) >= GOOD_LENGTH and len(_WORD.findall(sentence)) > 4


def _units(line: markup.Line, source: str) -> list[str]:
    """The sentences of a line, or the rows if it is a table."""
    text = source[line.start : line.sentences[-1].end]
    return text.split("\n") if text.startswith("|") else [sentence.text for sentence in line.sentences]


def _end_of_list(lines: list[markup.Line], place: int) -> int:
    """The end of the list that ``lines[place]`` leads in to; the next line if it leads in to none."""
    end = place + 1
    if lines[place].kind == "text" and lines[place].sentences[-1].text.endswith(":"):
        while end < len(lines) and lines[end].kind == "item":
            end += 1
    return end


def _cut(sentence: str, focus: int) -> str:
    """At most ``MOST_LENGTH`` characters of ``sentence`` that contain ``focus``, from break to break if possible."""
    if len(sentence) <= MOST_LENGTH:
        return sentence
    start = 0 if focus < MOST_LENGTH - BEFORE_FOCUS else _break_before(sentence, focus, focus - BEFORE_FOCUS)
    end = start + MOST_LENGTH
    return sentence[start : end if end >= len(sentence) else _break_before(sentence, end, max(focus, start) + 1)]


def _break_before(sentence: str, end: int, at_least: int) -> int:
    """The end of the last clause, else of the last word, in ``sentence[at_least:end]``."""
    at_least = max(at_least, 0)
    clauses = [match.end() for match in _BREAK.finditer(sentence, at_least, end)]
    return clauses[-1] if clauses else max(sentence.rfind(" ", at_least, end) + 1, at_least)
