"""Is every prompt fit to be used? What `check_prompts` prints and the tests hold: no database, no model.

A prompt is fit if it loads, fills with little and with everything, and its examples are answers we would take. A
released one must also be as it was released.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from jinja2 import TemplateError

from analysis import prompts
from analysis.context import Block, Candidate, CodedFact, Context
from analysis.prompts import Example, Prompt, PromptError
from analysis.schema import BadDraft, Closed, read_answer
from atlas.archive.texts.normalising import locate

BARE = Context(
    platform="Example Platform",
    document="Terms of Service",
    terms_type="Terms of Service",
    standing="Binding agreement",
    day=date(2026, 3, 1),
    title="Notices",
    blocks=(Block(id="P1", text="We may send notices by e-mail."),),
)
FULL = BARE.model_copy(
    update={
        "language": "de",
        "region": "EU",
        "heading_path": ("General", "Notices"),
        "neighbours": ("Before.", "After."),
        "change_kind": "Modified",
        "change_reasons": ("a word differs",),
        "previous_blocks": (Block(id="B1", text="We will send notices by e-mail."),),
        "candidates": (Candidate(key="k", law="Law", jurisdiction="EU", title="T", paraphrase="P.", applies="now"),),
        "topics": {"notices": "Notices"},
        "likely_topics": ("notices",),
        "facts": (CodedFact(key="days", name="Days", unit="days"), CodedFact(key="way", name="Way", codes={"a": "A"})),
        "previous_analysis": {"summary": "It was so."},
        "outline": {"summary": "It may be so."},
        "instructions": "Be short.",
        "parts": ("summary", "governance_exposure"),
        "base": {"summary": "It is so."},
    }
)
SAMPLE = {
    "failures": [
        {
            "id": "R1",
            "part": "summary",
            "text": "It says so",
            "quote": "We might",
            "block": "P1",
            "block_text": "We may send notices by e-mail.",
            "nearest": "We may",
        }
    ]
}


def versions(folder: Path = prompts.FOLDER) -> list[tuple[str, str]]:
    """Name and version of every prompt that has a folder."""
    return sorted((path.parent.parent.name, path.parent.name) for path in folder.glob("*/*/prompt.toml"))


def problems_of(prompt: Prompt) -> Iterator[str]:
    """What makes ``prompt`` unfit, a sentence each."""
    for context in (BARE, FULL):
        for scale in (1.0, 0.25):
            yield from _filling(prompt, context, scale)
    for example in prompt.examples:
        yield from (f"Example “{example.shows}”: {problem}" for problem in _example(prompt, example))


def release_problems(prompt: Prompt, release: prompts.Release) -> Iterator[str]:
    """Where ``prompt`` is not what was released. The shape of an answer counts for the version in use."""
    entry = released_entry(prompt, release.date)
    if prompt.files_sha256 != release.files_sha256:
        yield f"It was edited after its release. Copy it to a new version; it is now:\n{entry}"
    elif prompt.sha256 != release.sha256 and prompts.current(release.name).version == release.version:
        yield f"The shape of its answer in analysis/answers.py changed: it needs a new version; it is now:\n{entry}"


def released_entry(prompt: Prompt, day: str) -> str:
    """The lines of ``released.toml`` for ``prompt`` as it is."""
    lines = {"name": prompt.name, "version": prompt.version, "files_sha256": prompt.files_sha256}
    lines |= {"sha256": prompt.sha256, "date": day}
    return "\n".join(["[[released]]", *(f'{key} = "{value}"' for key, value in lines.items())])


def closed_for(example: Example) -> Closed:
    """What the answer of ``example`` may name."""
    repairs = tuple(failure["id"] for failure in example.more.get("failures", ()))
    return replace(example.context.closed, repairs=repairs)


def _filling(prompt: Prompt, context: Context, scale: float) -> Iterator[str]:
    more = {name: SAMPLE[name] for name in prompt.metadata.inputs if name in SAMPLE}
    try:
        prompt.messages(context, boundary="b0", length_scale=scale, **more)
    except (PromptError, ArithmeticError, LookupError, TypeError, ValueError, TemplateError) as error:
        yield f"It cannot be filled: {error}"


def _example(prompt: Prompt, example: Example) -> Iterator[str]:
    try:
        read_answer(json.dumps(example.answer), closed_for(example), prompt.shape(example.context))
    except BadDraft as error:
        yield f"its answer would be refused: {error}"
    blocks = {block.id: block.text for block in (*example.context.blocks, *example.context.previous_blocks)}
    for quote in _quotes(example.answer):
        if locate(quote["text"], blocks.get(quote["block"], "")) is None:
            yield f"“{quote['text']}” does not stand in {quote['block']}"


def _quotes(value: Any) -> Iterator[Mapping[str, str]]:
    if isinstance(value, Mapping):
        if value.keys() == {"block", "text"}:
            yield value
        for inner in value.values():
            yield from _quotes(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _quotes(inner)
