"""Prompts are files: ``prompts/<name>/<version>/``. Loads one, fills it for a call, and knows its hash.

A released version stands in ``prompts/released.toml`` with its hash and is never edited again; the last one of a name
is in use. The hash covers every byte that can reach a model: the files, the partials they include (from their own
folder, else from ``prompts/partials``, and from nowhere else) and the shape of the answer. All are read once, together:
what is hashed is what is filled.

Provision text is only ever a variable of a template, so ``{{ … }}`` inside it stays inert; what a person can't see is
stripped from it (`context.visible`); and it stands between lines with a random boundary, which it cannot know.
"""

import hashlib
import json
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jinja2 import DictLoader, StrictUndefined, TemplateError, meta
from jinja2.sandbox import SandboxedEnvironment
from pydantic import BaseModel, ConfigDict

from analysis.context import Context, visible
from analysis.schema import Draft, Repairs, section_draft, wire_shape
from atlas.config import BASE_DIR

FOLDER = BASE_DIR / "prompts"
RELEASED = FOLDER / "released.toml"
PARTIALS = "partials"
ANALYSIS, SECTION, CHANGE, REPAIR = "provision_analysis", "section", "change_summary", "repair"
ALL_PARTS = tuple(name for name in Draft.model_fields if name != "abstained")
CHANGE_PARTS = ("change_summary", "no_material_change")
# What ``answer`` in a prompt.toml may name → the shape of the answer to a context.
SHAPES: Mapping[str, Callable[[Context], type[BaseModel]]] = {
    "draft": lambda context: Draft,
    "analysis.schema.Draft": lambda context: Draft,  # as v1 of provision_analysis calls it
    "section": lambda context: section_draft(context.parts or ALL_PARTS),
    "change": lambda context: section_draft(CHANGE_PARTS),
    "repairs": lambda context: Repairs,
}
# The shape that counts in the hash, where it differs from call to call: the one with all parts.
WHOLE = {"section": section_draft(ALL_PARTS), "change": section_draft(CHANGE_PARTS), "repairs": Repairs}


class PromptError(Exception):
    """A prompt is missing or broken; the message names the file."""


class Metadata(BaseModel):
    """``prompt.toml``. ``inputs``: what `Prompt.messages` gets besides the context."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    description: str
    answer: str
    inputs: tuple[str, ...] = ()
    temperature: float
    max_tokens: int


class Example(BaseModel):
    """A worked example: what was shown, and the answer to it. Platforms in examples are fictional."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    shows: str
    context: Context
    more: dict[str, Any] = {}
    answer: dict[str, Any]


@dataclass(frozen=True, eq=False)
class Prompt:
    """One version of a prompt. ``files_sha256`` and the shape of the answer make ``sha256``.

    ``templates``: the text of every template, by the name under which it is included.
    """

    name: str
    version: str
    metadata: Metadata
    templates: tuple[tuple[str, str], ...]
    examples: tuple[Example, ...]
    files_sha256: str

    @property
    def sha256(self) -> str:
        shape = wire_shape(WHOLE.get(self.metadata.answer, Draft))
        return hashlib.sha256(f"{self.files_sha256}\n{shape}".encode()).hexdigest()

    @property
    def drafts_all(self) -> bool:
        """Whether its answer is a whole analysis."""
        return self.metadata.answer not in WHOLE

    def shape(self, context: Context) -> type[BaseModel]:
        """What the answer to ``context`` has to be; for `analysis.schema.wire` and ``read_answer``."""
        return SHAPES[self.metadata.answer](context)

    def messages(
        self, context: Context, *, boundary: str, length_scale: float = 1.0, **more: Any
    ) -> list[dict[str, str]]:
        """The system message, the examples as earlier turns, and the provision last.

        ``more`` are the ``inputs`` of the metadata. A ``length_scale`` below 1 is for small models: fewer statements
        are asked for, and the last examples left out.

        Raises:
            PromptError: if an input is missing, or is none of this prompt.
        """
        if set(more) != set(self.metadata.inputs):
            raise PromptError(f"{self.name} {self.version} takes {self.metadata.inputs}, not {tuple(more)}")
        last = self._fill("user.md", context, boundary, length_scale, more)
        return [*_beginning(self, self.shape(context), length_scale), {"role": "user", "content": last}]

    @property
    def fixed_characters(self) -> int:
        """How long the messages are that come before any provision, all parts asked for."""
        whole = WHOLE.get(self.metadata.answer, Draft)
        return sum(len(message["content"]) for message in _beginning(self, whole, 1.0))

    def _examples(self, scale: float) -> tuple[Example, ...]:
        return self.examples if scale >= 1 else self.examples[: max(1, int(len(self.examples) * scale))]

    def _fill(self, template: str, context: Context, boundary: str, scale: float, more: Mapping[str, Any]) -> str:
        """A template filled for one provision."""
        variables = {**_settings(self.shape(context), scale), **more}
        return _engine(self.templates).get_template(template).render(context=context, boundary=boundary, **variables)


def _settings(shape: type[BaseModel], scale: float) -> dict[str, Any]:
    """``fields``: the parts asked for, by their names in the answer. ``most``: so many, or fewer when scaled."""
    return {
        "scale": scale,
        "most": lambda number: max(1, round(number * min(scale, 1))),
        "fields": tuple(shape.model_fields),
    }


@cache
def _beginning(prompt: Prompt, shape: type[BaseModel], scale: float) -> list[dict[str, str]]:
    """The messages that are the same for every provision: filled once, since they are most of what is sent."""
    system = _engine(prompt.templates).get_template("system.md").render(**_settings(shape, scale))
    turns = [{"role": "system", "content": system}]
    for number, example in enumerate(prompt._examples(scale), 1):
        shown = prompt._fill("user.md", example.context, f"example-{number}", scale, example.more)
        turns.append({"role": "user", "content": shown})
        turns.append({"role": "assistant", "content": json.dumps(example.answer, ensure_ascii=False)})
    return turns


@cache
def _engine(templates: tuple[tuple[str, str], ...]) -> SandboxedEnvironment:
    """Once for each prompt: compiling takes ten times as long as filling. It knows no file but ``templates``."""
    sources = dict(templates)
    sources["user.md"] = sources["user.md"].removesuffix("\n")
    engine = SandboxedEnvironment(
        loader=DictLoader(sources),
        undefined=StrictUndefined,
        autoescape=False,  # an escaped quotation mark would make verbatim quoting impossible
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    engine.filters["visible"] = visible
    engine.filters["line"] = lambda text: " ".join(visible(text).split())
    return engine


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
        files = _files(place)
        metadata = Metadata.model_validate(tomllib.loads(files["prompt.toml"].decode()))
        if metadata.answer not in SHAPES:
            raise ValueError(f"the answer {metadata.answer!r} is not one of {', '.join(SHAPES)}")
        return Prompt(
            name=name,
            version=version,
            metadata=metadata,
            templates=tuple((_name(path), files[path].decode()) for path in files if path.endswith(".md")),
            examples=tuple(_example(files[path]) for path in files if path.startswith("examples/")),
            files_sha256=_hash(files),
        )
    except (OSError, ValueError, TemplateError) as error:
        raise PromptError(f"{place} is not a usable prompt: {error}") from error


def hash_files(place: Path) -> str:
    """sha256 over name and content of every file that reaches the model, in the order of their names."""
    return _hash(_files(place))


def _hash(files: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for path, content in files.items():
        digest.update(f"{path}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _files(place: Path) -> dict[str, bytes]:
    """Path within the prompt (partials: ``partials/…``) → content, in the order of the paths."""
    examples = [f"examples/{path.name}" for path in (place / "examples").glob("*.yaml")]
    files = {path: (place / path).read_bytes() for path in ("prompt.toml", "system.md", "user.md", *examples)}
    waiting = ["system.md", "user.md"]
    while waiting:
        for name in _included(files[waiting.pop()].decode()):
            path, content = _partial(place, name)
            if path not in files:
                files[path] = content
                waiting.append(path)
    return {path: files[path] for path in sorted(files, key=lambda path: Path(path).parts)}


def _included(source: str) -> Iterable[str]:
    """The names that a template includes. One that is computed can't be hashed and is refused."""
    for name in meta.find_referenced_templates(SandboxedEnvironment().parse(source)):
        if name is None or Path(name).name != name:
            raise ValueError(f"a prompt includes files by their plain name alone, not {name!r}")
        yield name


def _partial(place: Path, name: str) -> tuple[str, bytes]:
    if (place / name).is_file():
        return name, (place / name).read_bytes()
    return f"{PARTIALS}/{name}", (place.parent.parent / PARTIALS / name).read_bytes()


def _name(path: str) -> str:
    return path.removeprefix(f"{PARTIALS}/")


def _example(content: bytes) -> Example:
    loaded: Mapping[str, Any] = yaml.safe_load(content)
    return Example.model_validate(loaded)
