"""Prompts are files: ``prompts/<name>/<version>/``. Loads one, fills it for a call, and knows its hash.

A released version stands in ``prompts/released.toml`` with its hash and is never edited again; the last one of a name
is in use. The hash covers every byte that can reach a model: the files, what they include, the shape of the answer.

Provision text is only ever a variable of a template, so ``{{ … }}`` inside it stays inert; what a person can't see is
stripped from it (`context.visible`); and it stands between lines with a boundary that nobody who writes it can know.
"""

import hashlib
import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal

import yaml
from jinja2 import FunctionLoader, StrictUndefined, Template, TemplateError
from jinja2.sandbox import SandboxedEnvironment
from pydantic import BaseModel, ConfigDict

from analysis.context import Context, visible
from analysis.schema import Draft, Repairs, section_draft, wire_text
from atlas.config import BASE_DIR

FOLDER = BASE_DIR / "prompts"
RELEASED = FOLDER / "released.toml"
ANALYSIS, SECTION, CHANGE, REPAIR = "provision_analysis", "section", "change_summary", "repair"
INCLUDE = re.compile(r"{%-?\s*include\s+\"(partials/[\w.-]+)\"\s*-?%}")
FEW_EXAMPLES_BELOW = 0.7  # of the full length: a small model is shown one example instead of all


class PromptError(Exception):
    """A prompt is missing or broken; the message names the file."""


class Metadata(BaseModel):
    """``prompt.toml``. ``answer``: the shape that an answer must have, by its name in `analysis.schema`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    description: str
    answer: Literal["analysis.schema.Draft", "analysis.schema.section_draft", "analysis.schema.Repairs"]
    temperature: float
    max_tokens: int


class Example(BaseModel):
    """A worked example: what was shown, and the answer to it. Platforms in examples are fictional."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    shows: str
    context: Context
    answer: dict[str, Any]


@dataclass(frozen=True)
class Prompt:
    """One version of a prompt. ``files_sha256`` and the shape of the answer make ``sha256``."""

    name: str
    version: str
    metadata: Metadata
    system: str
    user: str
    examples: tuple[Example, ...]
    files_sha256: str

    @property
    def sha256(self) -> str:
        answer = Repairs if self.metadata.answer == "analysis.schema.Repairs" else Draft
        return hashlib.sha256(f"{self.files_sha256}\n{wire_text(answer)}".encode()).hexdigest()

    def shape(self, parts: Sequence[str]) -> type[BaseModel]:
        """What an answer must look like where only ``parts`` of an analysis are asked for, or (none) all of them."""
        match self.metadata.answer:
            case "analysis.schema.section_draft":
                return section_draft(tuple(parts))
            case "analysis.schema.Repairs":
                return Repairs
            case _:
                return Draft

    def messages(
        self, context: Context, *, boundary: str, length_scale: float = 1, **more: object
    ) -> list[dict[str, str]]:
        """The system message, the examples as earlier turns, and the provision last.

        ``length_scale`` below 1 asks for less; ``more`` are further variables of the template.
        """
        examples = self.examples[:1] if length_scale < FEW_EXAMPLES_BELOW else self.examples
        last = self._fill(context, boundary, length_scale, **more)
        return [*self._beginning[: 1 + 2 * len(examples)], {"role": "user", "content": last}]

    @property
    def fixed_characters(self) -> int:
        """How long the messages are that are the same for every provision."""
        return sum(len(message["content"]) for message in self._beginning)

    @cached_property
    def _beginning(self) -> list[dict[str, str]]:
        turns = [{"role": "system", "content": _compiled(self.system, keep_end=True).render()}]
        for number, example in enumerate(self.examples, 1):
            turns.append({"role": "user", "content": self._fill(example.context, f"example-{number}", 1)})
            turns.append({"role": "assistant", "content": json.dumps(example.answer, ensure_ascii=False)})
        return turns

    def _fill(self, context: Context, boundary: str, length_scale: float, **more: object) -> str:
        template = _compiled(self.user)
        return template.render(context=context, boundary=boundary, length_scale=length_scale, **more)


@cache
def _compiled(template: str, *, keep_end: bool = False) -> Template:
    """Once for each prompt: compiling takes ten times as long as filling."""
    engine = SandboxedEnvironment(
        loader=FunctionLoader(_partial),
        undefined=StrictUndefined,
        autoescape=False,  # an escaped quotation mark would make verbatim quoting impossible
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=keep_end,
    )
    engine.filters["visible"] = visible
    return engine.from_string(template)


def _partial(name: str) -> str | None:
    """What a template may include: files of ``prompts/partials`` and nothing else."""
    path = FOLDER / name
    return path.read_text() if path.parent == FOLDER / "partials" and path.is_file() else None


@dataclass(frozen=True)
class Release:
    """A line of ``released.toml``."""

    name: str
    version: str
    files_sha256: str
    sha256: str
    date: str


def releases(path: Path = RELEASED) -> list[Release]:
    """The released prompts in the order of their release."""
    return [Release(**entry) for entry in tomllib.loads(path.read_text())["released"]]


@cache
def current(name: str = ANALYSIS) -> Prompt:
    """The last released version of ``name``.

    Raises:
        PromptError: if none is released.
    """
    versions = [release.version for release in releases() if release.name == name]
    if not versions:
        raise PromptError(f"No version of {name} is released: add it to {RELEASED.name}")
    return load(name, versions[-1])


def load(name: str, version: str, *, folder: Path = FOLDER) -> Prompt:
    """The prompt in ``prompts/<name>/<version>``.

    Raises:
        PromptError: if a file is missing or not as it should be.
    """
    place = folder / name / version
    try:
        prompt = Prompt(
            name=name,
            version=version,
            metadata=Metadata.model_validate(tomllib.loads((place / "prompt.toml").read_text())),
            system=(place / "system.md").read_text(),
            user=(place / "user.md").read_text(),
            examples=tuple(_example(path) for path in _example_paths(place)),
            files_sha256=hash_files(place),
        )
        _compiled(prompt.user)
    except (OSError, ValueError, TemplateError) as error:
        raise PromptError(f"{place} is not a usable prompt: {error}") from error
    return prompt


def _example_paths(place: Path) -> Sequence[Path]:
    return sorted((place / "examples").glob("*.yaml"))


def _example(path: Path) -> Example:
    loaded: Mapping[str, Any] = yaml.safe_load(path.read_text())
    return Example.model_validate(loaded)


def hash_files(place: Path) -> str:
    """sha256 over name and content of every file that reaches the model, in the order of their names."""
    digest = hashlib.sha256()
    own = sorted([place / "prompt.toml", place / "system.md", place / "user.md", *_example_paths(place)])
    for path in own:
        _add(digest, path.relative_to(place).as_posix(), path.read_bytes())
    for name in sorted(set(_included([path.read_text() for path in own]))):
        _add(digest, name, (FOLDER / name).read_bytes())
    return digest.hexdigest()


def _included(texts: Sequence[str]) -> Iterator[str]:
    """The partials that ``texts`` include, and those that these include."""
    for text in texts:
        for name in INCLUDE.findall(text):
            yield name
            yield from _included([(FOLDER / name).read_text()])


def _add(digest: Any, name: str, content: bytes) -> None:
    digest.update(f"{name}\0{len(content)}\0".encode() + content)
