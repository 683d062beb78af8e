"""Cases: provisions of fictional platforms with what must be true of any good analysis of them.

``prompts/cases/*.yaml``. Obligations, topics and facts are named by their keys; their texts come from the catalogue's
files, so a case needs no database and never falls behind the catalogue.
"""

import datetime
import fnmatch
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from analysis.candidates import candidate_of, facts_of
from analysis.checks import Catalogue
from analysis.composition import Sources
from analysis.context import Context, number_blocks
from analysis.prompts import FOLDER
from analysis.schema import Section
from atlas.catalogue.loading import read_rows
from atlas.models import Standing

CASES = FOLDER / "cases"
PREVIOUS_VERSION = "AT-V-000001"  # where the previous wording of a case is said to stand


class CaseError(Exception):
    """A case cannot be used; the message names its file."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Repeat(_Strict):
    """A sentence that stands many times around the text, which would be long to write out."""

    text: str
    before: int
    after: int


class Expected(_Strict):
    """What must be true of the analysis; what is not named may be as it likes.

    ``must_not_say`` are regular expressions that are looked for in our words, not in quotes.
    """

    no_material_change: bool | None = None
    exposure_level: tuple[str, ...] = ()
    must_cite: tuple[str, ...] = ()
    must_cite_one_of: tuple[str, ...] = ()
    must_not_cite: tuple[str, ...] = ()
    must_quote: tuple[str, ...] = ()
    must_quote_before: tuple[str, ...] = ()
    must_not_say: tuple[str, ...] = ()
    must_fill: tuple[Section, ...] = ()
    must_abstain: tuple[Section, ...] = ()
    topics: tuple[str, ...] = ()
    attributes: dict[str, str] = {}
    must_not_code: tuple[str, ...] = ()


class Case(_Strict):
    """One case. ``kind`` is a word to count by; ``topics`` are those that cue words suggest."""

    name: str
    about: str
    kind: str
    platform: str = "Example Platform"
    document: str = "Terms of Service"
    terms_type: str = ""
    standing: str = str(Standing.BINDING.label)
    language: str = ""
    region: str = ""
    day: datetime.date = datetime.date(2026, 11, 20)
    title: str
    text: str
    repeat: Repeat | None = None
    previous: str = ""
    topics: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    outline: dict[str, str] = {}
    instructions: str = ""
    expect: Expected

    @property
    def wording(self) -> str:
        text = self.text.strip("\n")
        around = self.repeat
        return f"{around.text * around.before}{text} {around.text * around.after}" if around else text

    @property
    def sources(self) -> Sources:
        return Sources(self.wording, self.previous.strip("\n"), PREVIOUS_VERSION if self.previous else "")

    def context(self) -> Context:
        """What a drafter gets to see of the case."""
        rows = catalogue()
        return Context(
            platform=self.platform,
            document=self.document,
            terms_type=self.terms_type or self.document,
            standing=self.standing,
            language=self.language,
            region=self.region,
            day=self.day,
            title=self.title,
            heading_path=(self.title,),
            blocks=number_blocks(self.wording, "P"),
            change_kind="Modified" if self.previous else "",
            previous_blocks=number_blocks(self.sources.previous, "B") if self.previous else (),
            candidates=tuple(candidate_of(rows.obligations[key], self.day) for key in self.candidates),
            topics={key: topic.name for key, topic in rows.topics.items()},
            likely_topics=self.topics,
            facts=tuple(facts_of(rows, [rows.topics[key] for key in self.topics])),
            outline=self.outline,
            instructions=self.instructions,
        )


@cache
def catalogue() -> Catalogue:
    """The legal catalogue, from its files."""
    rows = read_rows()
    return Catalogue(rows.obligations, rows.jurisdictions, rows.topics, rows.attributes)


def load_cases(pattern: str = "*", *, folder: Path = CASES) -> list[Case]:
    """The cases whose name fits ``pattern``, in the order of their names.

    Raises:
        CaseError: if one is not as it should be, or none fits.
    """
    paths = [path for path in sorted(folder.glob("*.yaml")) if fnmatch.fnmatch(path.stem, pattern)]
    if not paths:
        raise CaseError(f"No case in {folder} is called {pattern}")
    return [_load(path) for path in paths]


def _load(path: Path) -> Case:
    try:
        case = Case.model_validate({"name": path.stem, **yaml.safe_load(path.read_text())})
    except (ValidationError, yaml.YAMLError, TypeError) as error:
        raise CaseError(f"{path.name}: {error}") from None
    if unknown := sorted(_unknown_keys(case)):
        raise CaseError(f"{path.name}: not in the catalogue: {', '.join(unknown)}")
    return case


def _unknown_keys(case: Case) -> Iterator[str]:
    rows, expect = catalogue(), case.expect
    yield from {*case.candidates, *expect.must_cite, *expect.must_cite_one_of} - rows.obligations.keys()
    yield from {*expect.must_cite, *expect.must_cite_one_of} - {*case.candidates}  # could not be cited
    yield from {*case.topics, *expect.topics} - rows.topics.keys()
    yield from {*expect.attributes, *expect.must_not_code} - rows.attributes.keys()
