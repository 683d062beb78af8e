"""What the checks work on, and what they say."""

import datetime
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from django.db.models import Max

from analysis.checks.catalogue import Catalogue
from analysis.grounding import Grounded, ground, versions_named_in
from atlas import markup
from atlas.models import TEXT_FIELDS, Capture, Obligation, Version, Wording

Severity = Literal["blocker", "warning", "pass"]


@dataclass(frozen=True)
class CheckResult:
    """One finding for an editor. ``start`` and ``end`` are characters of the part's text, end exclusive."""

    code: str
    severity: Severity
    message: str
    part: str = ""
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True)
class Problem:
    """What a check found, and where."""

    message: str
    part: str = ""
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True)
class PlacedSentence:
    """A sentence with its part. ``prose`` is its text with quotes and citations blanked, of the same length."""

    part: str
    sentence: markup.Sentence
    prose: str

    def problem(self, message: str, start: int = 0, end: int | None = None) -> Problem:
        """``message`` about the characters ``start`` to ``end`` of this sentence, or about all of it."""
        first = self.sentence.start
        return Problem(message, self.part, first + start, self.sentence.end if end is None else first + end)

    def at(self, message: str, span: markup.Quote | markup.Citation) -> Problem:
        return Problem(message, self.part, span.start, span.end)


@dataclass(frozen=True)
class Subject:
    """An analysis, the wording it is about, and the catalogue. ``day``: when that wording was last captured.

    ``wording_id``: its row, for checks that ask what else the archive holds; without it they find nothing.
    """

    content: Mapping[str, Any]
    wording: str
    day: datetime.date
    catalogue: Catalogue
    wording_id: int | None = None

    @cached_property
    def parts(self) -> dict[str, str]:
        return {name: str(self.content.get(name) or "") for name in TEXT_FIELDS}

    @cached_property
    def sentences(self) -> list[PlacedSentence]:
        return [
            PlacedSentence(part, sentence, _prose(sentence))
            for part, text in self.parts.items()
            for sentence in markup.parse(text)
        ]

    def prose_of(self, part: str) -> str:
        """What a part says in its own words."""
        return " ".join(" ".join(placed.prose for placed in self.sentences if placed.part == part).split())

    @cached_property
    def quotes(self) -> list[tuple[PlacedSentence, Grounded]]:
        return [
            (placed, ground(quote, self.wording, self.versions))
            for placed in self.sentences
            for quote in placed.sentence.quotes
        ]

    @cached_property
    def versions(self) -> dict[str, Version]:
        return versions_named_in(quote for placed in self.sentences for quote in placed.sentence.quotes)

    @cached_property
    def citations(self) -> list[tuple[PlacedSentence, markup.Citation, Obligation | None]]:
        return [
            (placed, citation, self.catalogue.obligations.get(citation.key))
            for placed in self.sentences
            for citation in placed.sentence.citations
        ]


@dataclass(frozen=True)
class Check:
    """``passed`` is what an editor reads when ``find`` yields nothing."""

    code: str
    severity: Severity
    find: Callable[[Subject], Iterable[Problem]]
    passed: str

    def run(self, subject: Subject) -> list[CheckResult]:
        found = [
            CheckResult(self.code, self.severity, problem.message, problem.part, problem.start, problem.end)
            for problem in self.find(subject)
        ]
        return found or [CheckResult(self.code, "pass", self.passed)]


def day_last_seen(wording: Wording) -> datetime.date:
    """The day of the last capture in which ``wording`` stood; an analysis is held against the law of that day."""
    seen = Capture.objects.filter(version__placements__wording=wording).aggregate(day=Max("captured_at"))["day"]
    last: datetime.datetime = seen or wording.first_capture.captured_at
    return last.date()


def _prose(sentence: markup.Sentence) -> str:
    spans = [(quote.start, quote.end) for quote in sentence.quotes]
    spans += [(citation.start, citation.end) for citation in sentence.citations]
    pieces, position = [], sentence.start
    for start, end in sorted(spans):
        pieces += [sentence.text[position - sentence.start : start - sentence.start], " " * (end - start)]
        position = end
    return "".join(pieces) + sentence.text[position - sentence.start :]
