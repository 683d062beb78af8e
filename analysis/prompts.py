"""Prompts are files: ``prompts/<name>/<version>/``. Loads one, fills it for a call, and knows its hash.

A released version stands in ``prompts/released.toml`` with its hash and is never edited again; the last one of a name
is in use. The hash covers every byte that can reach a model: the files and the shape of the answer.

Provision text is only ever a variable of a template, so ``{{ … }}`` inside it stays inert; what a person can't see is
stripped from it (`context.visible`); and it stands between lines with a random boundary, which it cannot know.
"""

import hashlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import yaml
from jinja2 import StrictUndefined, Template
from jinja2.sandbox import SandboxedEnvironment
from pydantic import BaseModel, ConfigDict

from analysis.context import Context, visible
from analysis.schema import shape
from atlas.config import BASE_DIR

FOLDER = BASE_DIR / "prompts"
RELEASED = FOLDER / "released.toml"
ANALYSIS = "provision_analysis"
REPAIR, SECTION, CHANGE = "repair", "section", "change_summary"


class PromptError(Exception):
    """A prompt is missing or broken; the message names the file."""


class Metadata(BaseModel):
    """``prompt.toml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    description: str
    answer: str
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
        return hashlib.sha256(f"{self.files_sha256}\n{shape()}".encode()).hexdigest()

    def shape(self, parts):
        from analysis.schema import Draft, section_draft

        return section_draft(parts) if parts else Draft

    @property
    def fixed_characters(self) -> int:
        return len(self.system) + sum(
            len(self._fill(e.context, "x")) + len(json.dumps(e.answer)) for e in self.examples
        )

    def messages(self, context: Context, *, boundary: str, length_scale: float = 1, **more) -> list[dict[str, str]]:
        """The system message, the examples as earlier turns, and the provision last."""
        return [*self.fixed, {"role": "user", "content": self._fill(context, boundary)}]

    @cached_property
    def fixed(self):
        turns = [{"role": "system", "content": self.system}]
        for number, example in enumerate(self.examples, 1):
            turns.append({"role": "user", "content": self._fill(example.context, f"example-{number}")})
            turns.append({"role": "assistant", "content": json.dumps(example.answer, ensure_ascii=False)})
        return turns

    def _fill(self, context: Context, boundary: str) -> str:
        return _compiled(self.user).render(context=context, boundary=boundary)


@cache
def _compiled(template: str) -> Template:
    """Once for each prompt: compiling takes ten times as long as filling."""
    engine = SandboxedEnvironment(
        undefined=StrictUndefined,
        autoescape=False,  # an escaped quotation mark would make verbatim quoting impossible
        trim_blocks=True,
        lstrip_blocks=True,
    )
    engine.filters["visible"] = visible
    return engine.from_string(template)


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
        return Prompt(
            name=name,
            version=version,
            metadata=Metadata.model_validate(tomllib.loads((place / "prompt.toml").read_text())),
            system=(place / "system.md").read_text(),
            user=(place / "user.md").read_text(),
            examples=tuple(_example(path) for path in _example_paths(place)),
            files_sha256=hash_files(place),
        )
    except (OSError, ValueError) as error:
        raise PromptError(f"{place} is not a usable prompt: {error}") from error


def _example_paths(place: Path) -> Sequence[Path]:
    return sorted((place / "examples").glob("*.yaml"))


def _example(path: Path) -> Example:
    loaded: Mapping[str, Any] = yaml.safe_load(path.read_text())
    return Example.model_validate(loaded)


def hash_files(place: Path) -> str:
    """sha256 over name and content of every file that reaches the model, in the order of their names."""
    digest = hashlib.sha256()
    for path in sorted([place / "prompt.toml", place / "system.md", place / "user.md", *_example_paths(place)]):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(place).as_posix()}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()
