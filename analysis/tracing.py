"""The trace of a draft run, put in order for a person: who said what, and where each quote was found. Pure.

A run stores what went in and came out; here it becomes turns of a conversation and pieces of text. Older runs hold less
(no calls, no places of quotes), and hostile text can be anywhere: nothing here trusts the shape of a stored answer.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from typing import Any, Literal

from analysis.grounding import Grounded, ground
from analysis.models import DraftRun
from atlas import markup
from atlas.models import FIVE_PARTS, SUMMARY_PARTS, Version

NOTABLE = Decimal("0.05")  # two reckonings of one cost that are further apart than this are worth a look
LABELS = {"title": "Title"} | {part.field: part.label for part in SUMMARY_PARTS + FIVE_PARTS}
PURPOSES = {
    "draft": "The draft",
    "asked again": "Asked again: the answer was not usable",
    "repair": "Asked to mend quotes that were not found",
}


@dataclass(frozen=True)
class Turn:
    """One message. ``sort`` is what it is for the reader of a trace, not who is said to have sent it."""

    sort: Literal["system", "example", "provision", "reask", "answer"]
    text: str
    role: str = ""

    @property
    def title(self) -> str:
        if self.sort == "example":
            return "Example: the model's answer" if self.role == "assistant" else "Example: what is asked"
        return {
            "system": "What the drafter is told",
            "provision": "What is asked: the provision as the model saw it",
            "reask": "What is asked",
            "answer": "What the model answered",
        }[self.sort]

    @property
    def is_json(self) -> bool:
        return pretty(self.text) is not None

    @property
    def shown(self) -> str:
        """JSON on lines of its own, all else as it is."""
        return pretty(self.text) or self.text


@dataclass(frozen=True)
class Exchange:
    """One call: what was asked, what came, and what it took."""

    purpose: str
    asked: tuple[Turn, ...]
    answer: Turn | None
    call: Mapping[str, Any]

    @property
    def title(self) -> str:
        return PURPOSES.get(self.purpose, self.purpose.capitalize())

    @property
    def examples(self) -> list[Turn]:
        return [turn for turn in self.asked if turn.sort == "example"]

    @property
    def examples_count(self) -> int:
        """An example is a question with its answer."""
        return sum(turn.role != "assistant" for turn in self.examples)

    @property
    def before_examples(self) -> list[Turn]:
        return [turn for turn in self.asked if turn.sort == "system"]

    @property
    def after_examples(self) -> list[Turn]:
        return [turn for turn in self.asked if turn.sort in ("provision", "reask")]


def conversation(run: DraftRun) -> list[Exchange]:
    """The calls of ``run`` in their order; what it asked alone where it made none."""
    first = _first_asked(run.messages)
    calls = [call for call in run.calls or () if isinstance(call, Mapping)]
    if not calls:
        answered = Turn("answer", run.raw_answer) if run.raw_answer else None
        return [Exchange("draft", first, answered, {})] if first or answered else []
    return [_exchange(call, first if number == 0 else ()) for number, call in enumerate(calls)]


def _exchange(call: Mapping[str, Any], first: tuple[Turn, ...]) -> Exchange:
    asked = first or tuple(_asked_then(_messages(call.get("messages"))))
    answer = _text(call.get("answer"))
    return Exchange(_text(call.get("purpose")), asked, Turn("answer", answer) if answer else None, call)


def _first_asked(messages: Any) -> tuple[Turn, ...]:
    """System, examples, and last the provision."""
    known = _messages(messages)
    turns = []
    for number, (role, text) in enumerate(known):
        is_last = number == len(known) - 1
        sort: Any = "system" if role == "system" else "provision" if is_last else "example"
        turns.append(Turn(sort, text, role))
    return tuple(turns)


def _asked_then(messages: Sequence[tuple[str, str]]) -> Iterator[Turn]:
    """What a later call added; the answer that it complains about stands above already."""
    for role, text in messages:
        if role != "assistant":
            yield Turn("system" if role == "system" else "reask", text, role)


def _messages(messages: Any) -> list[tuple[str, str]]:
    rows = messages if isinstance(messages, list) else []
    return [(_text(row.get("role")), _text(row.get("content"))) for row in rows if isinstance(row, Mapping)]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)


def pretty(answer: str) -> str | None:
    """``answer`` with its structure on lines of its own; None if it is not a JSON object or list."""
    if not answer.lstrip().startswith(("{", "[")):
        return None
    try:
        return json.dumps(json.loads(answer), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return None


How = Literal["exact", "typography", "version", "missing", "no version"]
HOW = {
    "exact": "found letter for letter",
    "typography": "found, but for typography, spaces or Markdown",
    "version": "found in the archived version that it names",
    "missing": "not found",
    "no version": "names a version that is not archived",
}


@dataclass(frozen=True)
class Piece:
    """A stretch of a part: plain text, a citation with its ``key``, or a quote and how it was found.

    ``start`` and ``end``: where it stands in the wording, if it does.
    """

    text: str
    key: str = ""
    how: str = ""
    start: int | None = None
    end: int | None = None
    block: str = ""

    @property
    def how_words(self) -> str:
        return HOW.get(self.how, self.how)

    @property
    def is_found(self) -> bool:
        return self.how not in ("", "missing", "no version")


@dataclass(frozen=True)
class ShownPart:
    name: str
    label: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Source:
    """What quotes are held against: the wording with its blocks, versions that quotes name, places found before."""

    wording: str
    blocks: Sequence[Mapping[str, Any]] = ()
    versions: dict[str, Version] = field(default_factory=dict)
    spans: Sequence[Mapping[str, Any]] = ()

    def place(self, part: str, quote: markup.Quote) -> tuple[str, int | None, int | None]:
        """How ``quote`` was found, and where in the wording: as stored with the run, else looked up now."""
        for span in self.spans:
            if span.get("quote") == quote.text and span.get("part", part) == part and span.get("how"):
                return str(span["how"]), _number(span.get("start")), _number(span.get("end"))
        return place_now(ground(quote, self.wording, self.versions))

    def block_at(self, offset: int | None) -> str:
        if offset is None:
            return ""
        return next((str(block["id"]) for block in self.blocks if block["start"] <= offset < block["end"]), "")


def place_now(found: Grounded) -> tuple[How, int | None, int | None]:
    if found.source is None:
        return "no version", None, None
    if found.span is None:
        return "missing", None, None
    if found.quote.version:
        return "version", None, None
    start, end = found.span.start, found.span.end
    return ("exact" if found.source[start:end] == found.quote.text else "typography"), start, end


def shown_parts(content: Mapping[str, Any], source: Source) -> list[ShownPart]:
    """The parts of an analysis that have text, cut at quotes and citations."""
    return [
        ShownPart(name, label, tuple(_pieces(name, text, source)))
        for name, label in LABELS.items()
        if (text := _text(content.get(name)))
    ]


def shown_facts(content: Mapping[str, Any], source: Source) -> list[tuple[str, str, Piece]]:
    """Coded facts: attribute, value, and the quote that states it."""
    rows = content.get("attributes")
    facts = [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
    return [(_text(fact.get("attribute")), _text(fact.get("value")), _fact_quote(fact, source)) for fact in facts]


def _fact_quote(fact: Mapping[str, Any], source: Source) -> Piece:
    text = _text(fact.get("quote"))
    return _piece("attributes", f"“{text}”", markup.Quote(0, 0, text), source)


def quotes_in(content: Mapping[str, Any]) -> list[markup.Quote]:
    return [quote for name in LABELS for quote in markup.quotes(_text(content.get(name)))]


def citations_in(content: Mapping[str, Any]) -> set[str]:
    return {found.key for name in LABELS for found in markup.citations(_text(content.get(name)))}


def _pieces(part: str, text: str, source: Source) -> Iterator[Piece]:
    marks: list[markup.Quote | markup.Citation] = [*markup.quotes(text), *markup.citations(text)]
    position = 0
    for mark in sorted(marks, key=lambda mark: mark.start):
        if mark.start > position:
            yield Piece(text[position : mark.start])
        yield _piece(part, text[mark.start : mark.end], mark, source)
        position = mark.end
    if position < len(text):
        yield Piece(text[position:])


def _piece(part: str, text: str, mark: markup.Quote | markup.Citation, source: Source) -> Piece:
    if isinstance(mark, markup.Citation):
        return Piece(text, key=mark.key)
    how, start, end = source.place(part, mark)
    return Piece(text, how=how, start=start, end=end, block=source.block_at(start))


@dataclass(frozen=True)
class ShownBlock:
    """A block of the wording as it was numbered for the model; ``pieces`` alternate between not quoted and quoted."""

    id: str
    start: int
    end: int
    pieces: tuple[tuple[bool, str], ...]


def shown_blocks(blocks: Iterable[Any], wording: str, quoted: Iterable[tuple[int, int]] = ()) -> list[ShownBlock]:
    """Blocks with their text, the passages that the analysis quotes marked."""
    spans = sorted(quoted)
    return [
        ShownBlock(block["id"], block["start"], block["end"], tuple(_cut(wording, block["start"], block["end"], spans)))
        for block in known_blocks(blocks)
    ]


def known_blocks(blocks: Iterable[Any]) -> list[dict[str, Any]]:
    """Those that have a name and a place."""
    rows = [block for block in blocks or () if isinstance(block, Mapping)]
    return [
        {"id": str(row.get("id", "")), "start": row["start"], "end": row["end"]}
        for row in rows
        if isinstance(row.get("start"), int) and isinstance(row.get("end"), int)
    ]


def _cut(wording: str, start: int, end: int, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[bool, str]]:
    cuts = sorted({start, end, *(place for span in spans for place in span if start < place < end)})
    for first, last in pairwise(cuts):
        is_quoted = any(span[0] <= first and last <= span[1] for span in spans)
        yield is_quoted, wording[first:last]


def cost_note(ours: Decimal | None, library: Decimal | None) -> str:
    """A sentence where our reckoning and litellm's differ by more than five in a hundred; else nothing."""
    if ours is None or library is None or ours == library:
        return ""
    larger = max(abs(ours), abs(library))
    if abs(ours - library) / larger <= NOTABLE:
        return ""
    share = f"{abs(ours - library) / larger:.0%}"
    return f"The two differ by {share}: check the price row against the provider's price list."


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) else None
