"""Quotes of an answer that do not stand in the wording, and what a second look at them changes. Pure.

A model is asked once for each such quote: give the words that are there, or say that there are none. A statement
without other evidence goes with its quote; one that could not be mended stays as it was, and the checks block it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from pydantic import BaseModel

from analysis.composition import Sources
from analysis.context import Block
from analysis.grounding import nearest
from analysis.schema import Closed, Replacement, Section
from atlas.archive.texts.normalising import locate

Path = tuple[str | int, ...]
MOST_REPAIRS = 12  # an answer with more is not one to mend


@dataclass(frozen=True)
class Failure:
    """A quote that was not found. ``text`` is the statement that rests on it, ``nearest`` a hint and nothing else."""

    id: str
    part: str
    text: str
    quote: str
    block: str
    block_text: str
    nearest: str
    path: Path


@dataclass(frozen=True)
class Repair:
    """What became of a failure: its quote was replaced, it was dropped with what rested on it, or it was kept."""

    part: str
    quote: str
    outcome: Literal["replaced", "dropped", "kept"]
    replacement: str = ""

    def as_json(self) -> dict[str, str]:
        return {"part": self.part, "quote": self.quote, "outcome": self.outcome, "replacement": self.replacement}


def find_failures(draft: BaseModel, sources: Sources, blocks: Sequence[Block]) -> list[Failure]:
    """The quotes of ``draft`` that do not stand in the wording under analysis."""
    data, texts = draft.model_dump(), {block.id: block.text for block in blocks}
    found: list[Failure] = []
    for path, quote in _quotes(data):
        if quote["block"] in texts and locate(quote["text"], sources.wording) is None:
            found.append(
                Failure(
                    id=f"Q{len(found) + 1}",
                    part=str(path[0]),
                    text=_text_of(data, path),
                    quote=quote["text"],
                    block=quote["block"],
                    block_text=texts[quote["block"]],
                    nearest=nearest(quote["text"], texts[quote["block"]]),
                    path=path,
                )
            )
    return found


def closed_for(failures: Sequence[Failure], closed: Closed) -> Closed:
    """What an answer to the repair may name."""
    return Closed(blocks=closed.blocks, repairs=tuple(failure.id for failure in failures))


def apply_repairs(
    draft: BaseModel, failures: Sequence[Failure], replacements: Sequence[Replacement], sources: Sources, closed: Closed
) -> tuple[BaseModel, list[Repair]]:
    """``draft`` with what the replacements mend, and what became of each failure.

    From the end, so that what is dropped leaves earlier places where they were.
    """
    data, given = draft.model_dump(), {replacement.id: replacement for replacement in replacements}
    repairs = []
    for failure in sorted(failures, key=lambda failure: _order(failure.path), reverse=True):
        replacement = given.get(failure.id)
        quote = replacement.quote if replacement else None
        if quote is not None and locate(quote.text, sources.wording) is not None:
            _at(data, failure.path).update(block=quote.block, text=quote.text)
            repairs.append(Repair(failure.part, failure.quote, "replaced", quote.text))
        elif replacement is not None and quote is None and _drop(data, failure.path):
            repairs.append(Repair(failure.part, failure.quote, "dropped"))
        else:
            repairs.append(Repair(failure.part, failure.quote, "kept"))
    _abstain_where_empty(data)
    return type(draft).model_validate(data, context=closed), repairs[::-1]


def _order(path: Path) -> tuple[str, ...]:
    return tuple(f"{step:06}" if isinstance(step, int) else step for step in path)


def _quotes(node: Any, path: Path = ()) -> Iterator[tuple[Path, Mapping[str, str]]]:
    if isinstance(node, Mapping):
        if set(node) == {"block", "text"}:
            yield path, node
            return
        for name, value in node.items():
            yield from _quotes(value, (*path, name))
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from _quotes(value, (*path, number))


def _at(data: Any, path: Path) -> Any:
    for step in path:
        data = data[step]
    return data


def _text_of(data: Any, path: Path) -> str:
    """The sentence of the statement that the quote at ``path`` belongs to."""
    for end in range(len(path) - 1, 0, -1):
        node = _at(data, path[:end])
        if isinstance(node, Mapping) and isinstance(node.get("text"), str):
            return str(node["text"])
    return ""


def _drop(data: Any, path: Path) -> bool:
    """Take a quote out of its list, and the statement out of its section if nothing else carries it.

    False where that would leave no summary: better one that is flagged than none.
    """
    if path[0] == "attributes":
        del data["attributes"][path[1]]
        return True
    holder, quotes = _at(data, path[:-2]), _at(data, path[:-1])
    evidence = sum(len(holder.get(name) or ()) for name in ("quotes", "obligations", "before", "after"))
    is_statement = "score" not in holder  # a rated factor stands without its quote
    if is_statement and evidence == 1:
        place = path[:-2] if isinstance(path[-3], int) else path[:-3]  # a flag holds its statement
        section = _at(data, place[:-1])
        if path[0] == "summary" and len(section) == 1:
            return False
        del section[place[-1]]
    else:
        del quotes[path[-1]]
    return True


def _abstain_where_empty(data: dict[str, Any]) -> None:
    """A section that lost its last statement is one that the model now abstains from."""
    abstained = data.get("abstained")
    if abstained is None:
        return
    for section in set(get_args(Section)) - {"exposure"}:
        if section in data and not data[section] and section not in abstained:
            abstained.append(section)
