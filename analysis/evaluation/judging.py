"""Holds what a drafter wrote against the assertions of a case, the automatic checks first. Without a database."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, get_args

from analysis.checks import CHECKS
from analysis.checks.base import Subject
from analysis.evaluation.cases import PREVIOUS_VERSION, Case, catalogue
from analysis.schema import Analysis, Section
from atlas.abstention import is_abstention
from atlas.archive.texts.normalising import fold_markdown, locate
from atlas.models import Snapshot, Version

# Where a section of an answer stands in an analysis; the others are called alike.
PARTS = {"exposure": "exposure_level"}
MECHANICAL = ("valid", "quotes", "blockers")  # what code can hold any drafter to, whatever the case


@dataclass(frozen=True)
class Assertion:
    """``problem`` is empty where it holds."""

    name: str
    problem: str = ""

    @property
    def holds(self) -> bool:
        return not self.problem


@dataclass(frozen=True)
class Judgement:
    """What came of one analysis. Without one, ``quotes`` is 0 and every assertion fails."""

    assertions: tuple[Assertion, ...]
    quotes: int = 0
    located: int = 0
    blockers: tuple[str, ...] = ()
    abstained: tuple[str, ...] = ()

    @property
    def failed(self) -> list[Assertion]:
        return [assertion for assertion in self.assertions if not assertion.holds]


@dataclass(frozen=True)
class _CaseSubject(Subject):
    """The checks' subject, with the previous wording of a case as the only archived version."""

    previous: str = ""

    @cached_property
    def versions(self) -> dict[str, Version]:
        return {PREVIOUS_VERSION: Version(pk=1, snapshot=Snapshot(text=self.previous))} if self.previous else {}


def judge(case: Case, analysis: Analysis | None) -> Judgement:
    """``analysis`` against the assertions of ``case``; None: the drafter gave none."""
    if analysis is None:
        return Judgement(tuple(Assertion(name, "no analysis") for name in (*MECHANICAL, *_asserted(case))))
    subject = _CaseSubject(analysis.content(), case.wording, case.day, catalogue(), previous=case.sources.previous)
    view = _View(case, analysis, subject)
    located = sum(found.span is not None for _, found in subject.quotes) + len(view.coded_quotes_located)
    count = len(subject.quotes) + len(analysis.attributes)
    blockers = tuple(_blockers(subject))
    mechanical = (
        Assertion("valid"),
        Assertion("quotes", f"{count - located} of {count} not in the text" if located < count else ""),
        Assertion("blockers", "; ".join(blockers)),
    )
    expected = tuple(Assertion(name, "; ".join(EXPECTATIONS[name](view))) for name in _asserted(case))
    return Judgement((*mechanical, *expected), count, located, blockers, tuple(view.empty))


def _blockers(subject: Subject) -> Iterator[str]:
    for check in CHECKS:
        if check.severity == "blocker":
            yield from (f"{check.code}: {problem.message}" for problem in check.find(subject))


def _asserted(case: Case) -> list[str]:
    """The names of the assertions that ``case`` makes."""
    expect = case.expect
    return [name for name in EXPECTATIONS if getattr(expect, name) not in ((), {}, None)]


@dataclass(frozen=True)
class _View:
    """An analysis as the assertions look at it."""

    case: Case
    analysis: Analysis
    subject: Subject

    @cached_property
    def quoted(self) -> list[str]:
        texts = [found.quote.text for _, found in self.subject.quotes if not found.quote.version]
        return [fold_markdown(text) for text in (*texts, *(value.quote for value in self.analysis.attributes))]

    @cached_property
    def quoted_before(self) -> list[str]:
        return [fold_markdown(found.quote.text) for _, found in self.subject.quotes if found.quote.version]

    @cached_property
    def cited(self) -> set[str]:
        return {citation.key for _, citation, _ in self.subject.citations}

    @cached_property
    def coded(self) -> dict[str, str]:
        return {value.attribute: value.value for value in self.analysis.attributes}

    @cached_property
    def coded_quotes_located(self) -> list[str]:
        quotes = [value.quote for value in self.analysis.attributes]
        return [quote for quote in quotes if locate(quote, self.case.wording) is not None]

    @cached_property
    def empty(self) -> list[str]:
        """The sections that say nothing."""
        content: dict[str, Any] = self.analysis.content()
        said = {section: content[PARTS.get(section, section)] for section in get_args(Section)}
        return [section for section, text in said.items() if not text or is_abstention(str(text))]


def _without(wanted: Iterable[str], there: Iterable[str], words: str) -> Iterator[str]:
    have = set(there)
    yield from (f"{words} {item}" for item in wanted if item not in have)


def _unquoted(wanted: Iterable[str], quoted: Iterable[str]) -> Iterator[str]:
    texts = list(quoted)
    for words in wanted:
        if not any(fold_markdown(words) in text for text in texts):
            yield f"not quoted: {words}"


def _material(view: _View) -> Iterator[str]:
    if view.analysis.no_material_change != view.case.expect.no_material_change:
        yield f"no_material_change is {view.analysis.no_material_change}"


def _level(view: _View) -> Iterator[str]:
    if view.analysis.exposure_level not in view.case.expect.exposure_level:
        yield f"the level is {view.analysis.exposure_level or 'none'}"


def _one_cited(view: _View) -> Iterator[str]:
    if not view.cited & {*view.case.expect.must_cite_one_of}:
        yield "none of them cited"


def _not_said(view: _View) -> Iterator[str]:
    for pattern in view.case.expect.must_not_say:
        for placed in view.subject.sentences:
            if found := re.search(pattern, placed.prose):
                yield f"{placed.part} says {found[0]}"
                break


def _codes(view: _View) -> Iterator[str]:
    for key, value in view.case.expect.attributes.items():
        if view.coded.get(key) != value:
            yield f"{key} is {view.coded.get(key, 'not coded')}"


# The name of an expectation → the problems with it.
EXPECTATIONS: dict[str, Callable[[_View], Iterable[str]]] = {
    "no_material_change": _material,
    "exposure_level": _level,
    "must_cite": lambda view: _without(view.case.expect.must_cite, view.cited, "not cited:"),
    "must_cite_one_of": _one_cited,
    "must_not_cite": lambda view: (f"cited: {key}" for key in view.case.expect.must_not_cite if key in view.cited),
    "must_quote": lambda view: _unquoted(view.case.expect.must_quote, view.quoted),
    "must_quote_before": lambda view: _unquoted(view.case.expect.must_quote_before, view.quoted_before),
    "must_not_say": _not_said,
    "must_fill": lambda view: (f"empty: {name}" for name in view.case.expect.must_fill if name in view.empty),
    "must_abstain": lambda view: _without(view.case.expect.must_abstain, view.empty, "not empty:"),
    "topics": lambda view: _without(view.case.expect.topics, view.analysis.topics, "not named:"),
    "attributes": _codes,
    "must_not_code": lambda view: (f"coded: {key}" for key in view.case.expect.must_not_code if key in view.coded),
}
