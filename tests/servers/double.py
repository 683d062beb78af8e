"""A double for the model: reads a request and composes an answer whose quotes and citations are in order.

It answers whatever the schema of the request asks for: a whole analysis, some parts of one, or the mending of quotes.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Answer = dict[str, Any]
FACTORS = ("direction", "sensitivity", "breadth", "permanence", "regulatory_hook")
BLOCK = re.compile(r"^\[([PB]\d+)\] (.*?)(?=\n\n\[[PB]\d+\] |\n*\Z)", re.MULTILINE | re.DOTALL)
LOOSE_BLOCK = re.compile(r"^\[(P\d+)\] (.+)$", re.MULTILINE)
CANDIDATE = re.compile(r"^- `([^`]+)` \(([A-Z-]+)\) ", re.MULTILINE)
LIKELY_TOPICS = re.compile(r"^Cue words suggest: (.*)\. Cues err", re.MULTILINE)
BOUNDARY = re.compile(r"^<<(\S+) provision>>$", re.MULTILINE)
PLAIN = re.compile(r"[^\[\]()<>{}“”\"*_`|\\\n#]{12,}")
LEAST = {"array": list, "string": str, "boolean": bool, "integer": int, "number": int}


@dataclass(frozen=True)
class Asked:
    """One request. ``prompt``: the last message that shows a provision; one that asks for a correction shows none."""

    prompt: str
    schema: Mapping[str, Any]
    messages: tuple[Mapping[str, str], ...] = ()

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> "Asked":
        messages = tuple(body["messages"])
        shown = [message["content"] for message in messages if " provision>>\n" in message["content"]]
        schema = body.get("response_format", {}).get("json_schema", {}).get("schema", {})
        return cls(shown[-1] if shown else messages[-1]["content"], schema, messages)

    @property
    def blocks(self) -> dict[str, str]:
        return blocks_in(self.prompt, "provision") or dict(LOOSE_BLOCK.findall(self.prompt))

    @property
    def candidates(self) -> list[tuple[str, str]]:
        """The obligations that may be cited, each with its jurisdiction."""
        return CANDIDATE.findall(self.prompt.split("# Topics")[0])

    @property
    def boundary(self) -> str:
        return BOUNDARY.findall(self.prompt)[-1]

    @property
    def repairs(self) -> list[str]:
        """The ids of the quotes to be mended; none where an analysis is asked for."""
        if "replacements" not in self.schema.get("properties", {}):
            return []
        ids = self._node(self.schema["properties"]["replacements"]["items"])["properties"]["id"]
        return list(self._node(ids)["enum"])

    def block_named_with(self, repair: str) -> str:
        """The block that stands nearest after the id of a repair; else the first."""
        found = re.search(rf"\b{repair}\b.*?\b(P\d+)\b", self.prompt, re.DOTALL)
        return found[1] if found and found[1] in self.blocks else next(iter(self.blocks))

    def shaped(self, answer: Answer) -> Answer:
        """``answer`` with the fields that the schema has: no others, and the least where ``answer`` lacks one."""
        fields = self.schema.get("properties")
        if fields is None:
            return answer
        shaped = {
            name: answer.get(name, LEAST.get(self._node(node).get("type"), dict)()) for name, node in fields.items()
        }
        sections = fields.get("abstained", {}).get("items", {}).get("enum")
        if sections is not None:
            shaped["abstained"] = [name for name in shaped["abstained"] if name in sections]
        return shaped

    def _node(self, node: Mapping[str, Any]) -> Mapping[str, Any]:
        reference = node.get("$ref", "")
        return self.schema["$defs"][reference.rpartition("/")[2]] if reference else node


def blocks_in(prompt: str, name: str) -> dict[str, str]:
    """The blocks between the boundary lines ``<<… name>>`` and ``<<… end>>``."""
    found = re.search(rf"^<<(\S+) {name}>>\n(.*?)^<<\1 end>>", prompt, re.MULTILINE | re.DOTALL)
    return dict(BLOCK.findall(found[2])) if found else {}


def quotable(text: str) -> str:
    """The longest run of ``text`` without markup, at most about 160 characters of whole words."""
    runs = PLAIN.findall(text) or [text]
    words = max(runs, key=len).strip(" -:;,.").split(" ")
    while len(words) > 3 and len(" ".join(words)) > 160:
        words.pop()
    return " ".join(words)


def quote_from(blocks: Mapping[str, str]) -> Answer:
    block, text = max(blocks.items(), key=lambda item: len(quotable(item[1])))
    return {"block": block, "text": quotable(text)}


def grounded_answer(asked: Asked) -> Answer:
    """What was asked for, with quotes that stand in the prompt's blocks and citations from among its obligations."""
    if asked.repairs:
        return mended_answer(asked)
    quote, before = quote_from(asked.blocks), blocks_in(asked.prompt, "previous")
    cited = asked.candidates[:1]
    topics = LIKELY_TOPICS.search(asked.prompt)

    def statement(words: str, *keys: str) -> Answer:
        return {"quotes": [dict(quote)], "obligations": list(keys), "text": words}

    answer = {
        "summary": [statement("The document states what the provision is about in these words")],
        "why_it_matters": [statement("A team that relies on the platform reads these words first")],
        "practical_effect": [statement("What follows in practice depends on these words")],
        "interpretive_note": [],
        "change_summary": [
            {"before": [quote_from(before)], "after": [dict(quote)], "text": "The provision is worded anew"}
        ]
        if before
        else [],
        "no_material_change": False,
        "regulatory_landscape": [statement("The obligation is relevant to these words", key) for key, _ in cited],
        "exposure": {
            "factors": [{"name": name, "quotes": [dict(quote)], "score": 1} for name in FACTORS],
            "concerns": ["business_customers"],
            "rationale": [statement("The rating rests on these words")],
        },
        "jurisdiction_flags": [
            {"jurisdiction": place, "statement": statement("These words need a closer look", key)}
            for key, place in cited
        ],
        "contract_implications": [statement("The contract can settle what these words leave open")],
        "compliance_considerations": [
            {"quotes": [dict(quote)], "obligations": [], "text": "Record where the organisation relies on these words"}
        ],
        "attributes": [],
        "topics": topics[1].split(", ")[:6] if topics else [],
        "title": "What the provision states",
        "abstained": ["interpretive_note", "attributes"],
    }
    return asked.shaped(answer)


def mended_answer(asked: Asked, mend: Callable[[Asked, str], Answer | None] | None = None) -> Answer:
    """A replacement for each quote that was not found: what ``mend`` gives; else words of the block it names."""
    mend = mend or (lambda asked, repair: quote_from({(key := asked.block_named_with(repair)): asked.blocks[key]}))
    return {"replacements": [{"id": repair, "quote": mend(asked, repair)} for repair in asked.repairs]}


def with_quote(asked: Asked, alter: Callable[[str], str]) -> Answer:
    """The grounded answer with the quote of its summary altered."""
    answer: Answer = json.loads(json.dumps(grounded_answer(asked)))
    quote = answer["summary"][0]["quotes"][0]
    quote["text"] = alter(quote["text"])
    return answer
