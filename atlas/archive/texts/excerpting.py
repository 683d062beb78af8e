"""A word diff without most of what stayed the same, for places with little room. Pure."""

from collections.abc import Iterable, Sequence

from atlas.archive.texts.wording_diff import DiffPart

GAP = " […] "


def shortened(parts: Sequence[DiffPart], *, around: int = 160) -> list[DiffPart]:
    """``parts`` with at most ``around`` characters of unchanged text on either side of a change.

    >>> shortened([DiffPart("same", "one two three four five "), DiffPart("added", "six")], around=6)
    [DiffPart(op='same', text=' […] five '), DiffPart(op='added', text='six')]
    """
    last = len(parts) - 1
    return [
        part._replace(text=_shortened(part.text, around if place else 0, around if place < last else 0))
        if part.op == "same"
        else part
        for place, part in enumerate(parts)
    ]


def first_characters(parts: Iterable[DiffPart], length: int) -> list[DiffPart]:
    """The start of ``parts``, cut after ``length`` characters with a mark where it was cut."""
    kept: list[DiffPart] = []
    for part in parts:
        if len(part.text) > length:
            return [*kept, part._replace(text=part.text[:length]), DiffPart("same", GAP)]
        kept.append(part)
        length -= len(part.text)
    return kept


def _shortened(text: str, before: int, after: int) -> str:
    if len(text) <= before + after + len(GAP):
        return text
    head = text[:before].rpartition(" ")[0] if before else ""
    tail = text[len(text) - after :].partition(" ")[2] if after else ""
    return f"{head}{GAP}{tail}"
