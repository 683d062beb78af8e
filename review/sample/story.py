"""The sample as its files tell it: platforms, looks, analyses, decisions. Validated shapes, no database."""

import datetime
from pathlib import Path
from typing import Any, Literal

import yaml
from django.utils.text import slugify
from pydantic import BaseModel, ConfigDict, TypeAdapter

from analysis.schema import Analysis
from atlas.models import Standing

FOLDER = Path(__file__).parent

Person = Literal["editor", "reviewer", "senior", "auditor", "admin"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Look(_Part):
    """One look at a document: the name of the file with the text that was seen, or why there was none."""

    day: datetime.date
    text: str = ""
    failure: str = ""

    @property
    def at(self) -> datetime.datetime:
        return datetime.datetime.combine(self.day, datetime.time(6), datetime.UTC)


class DocumentFile(_Part):
    name: str
    terms_type: str
    standing: Standing
    source_urls: list[str]
    captures: list[Look]

    @property
    def slug(self) -> str:
        """Also the name of the folder with its texts."""
        return slugify(self.name)


class PlatformFile(_Part):
    name: str
    website: str
    description: str
    documents: list[DocumentFile]

    @property
    def slug(self) -> str:
        return slugify(self.name)


class OnProvision(_Part):
    """Something done at a sitting to a provision: the one of ``document`` (``platform/document``) with these words."""

    sitting: datetime.date
    document: str
    provision: str


class Ending(_Part):
    verb: Literal["withdraw", "retract"]
    sitting: datetime.date
    by: Person
    reason: str


class AnalysisFile(OnProvision):
    """An analysis by the sample editor, who approves it, and how its publication ends, if it does."""

    approved_by: list[Person]
    ending: Ending | None = None
    analysis: Analysis


class Decision(OnProvision):
    verb: Literal["request", "approve", "request_changes", "discard"]
    by: Person
    reason: str = ""
    failure: str = ""  # of a request: why its draft failed


def read_platforms() -> list[PlatformFile]:
    return [PlatformFile.model_validate(_read(path)) for path in sorted(FOLDER.glob("platforms/*/platform.yaml"))]


def read_looks() -> list[tuple[str, Look]]:
    """Every look with the path of its document, in the order of their days."""
    looks = [
        (f"{platform.slug}/{document.slug}", look)
        for platform in read_platforms()
        for document in platform.documents
        for look in document.captures
    ]
    return sorted(looks, key=lambda pair: pair[1].day)


def read_analyses() -> list[AnalysisFile]:
    return [AnalysisFile.model_validate(_read(path)) for path in sorted(FOLDER.glob("analyses/*.yaml"))]


def read_decisions() -> list[Decision]:
    return TypeAdapter(list[Decision]).validate_python(_read(FOLDER / "decisions.yaml"))


def read_text(document: str, look: Look) -> str:
    """The text that was seen of ``document`` (``platform/document``)."""
    return (FOLDER / "platforms" / document / look.text).read_text(encoding="utf-8")


def _read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))
