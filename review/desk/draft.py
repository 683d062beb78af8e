"""The desk's middle column: the draft part by part, and what became of each since readers saw it last."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.forms import BoundField

from atlas.archive.texts.wording_diff import DiffPart, diff_words
from atlas.models import FIVE_PARTS, PARTS, SUMMARY_PARTS, TEXT_FIELDS, Publication
from review.desk.evidence import CitationView, Evidence, QuoteView
from review.desk.forms import DeskForm
from review.desk.loading import Aside
from review.desk.marking import is_changed
from review.models import Decision, DecisionKind, Edition, State
from review.policies import Case
from review.reading_load import count_words

LONG = 20_000  # characters; a part has some hundred
CODES = ("exposure_level", "topics", "attributes", "no_material_change")


@dataclass(frozen=True)
class Comparison:
    """A part against an earlier text of it. ``against`` names that for the script, ``label`` for people."""

    against: str
    label: str
    diff: list[DiffPart]


@dataclass(frozen=True)
class PartView:
    """A part as the desk shows it: its field, what it rests on, and how it differs from earlier texts."""

    field: BoundField
    text: str
    is_unchanged: bool
    is_open: bool
    quotes: list[QuoteView]
    citations: list[CitationView]
    earlier: tuple[tuple[str, str, str], ...]

    @property
    def words(self) -> int:
        return count_words(self.text)

    @property
    def is_long(self) -> bool:
        return max(len(self.text), *(len(before) for _, _, before in self.earlier), 0) > LONG

    @cached_property
    def comparisons(self) -> list[Comparison]:
        """Empty for a part of a length that no reader would bear: the page of comparison has time for it."""
        if self.is_long:
            return []
        found = [(against, label, diff_words(before, self.text)) for against, label, before in self.earlier]
        return [Comparison(against, label, diff) for against, label, diff in found if is_changed(diff)]


def shown_content(edition: Edition, form: DeskForm) -> dict[str, Any]:
    """What the form says as it is shown, typed or saved: texts by field, and the coded facts of the head."""
    assert edition.head is not None
    texts = {name: _plain(form[name].value()) for name in TEXT_FIELDS}
    return {**texts, "attributes": edition.head.attributes}


def context(
    edition: Edition, form: DeskForm, case: Case, *, live: Publication | None, aside: Aside, evidence: Evidence
) -> dict[str, Any]:
    """What ``_draft.html`` shows. No query."""
    content = shown_content(edition, form)
    troubled = {finding.part for finding in case.findings if finding.severity != "pass"} | set(form.errors)
    earlier = earlier_texts(edition, live, aside)
    views = {
        name: PartView(
            form[name],
            content[name],
            live is not None and content[name] == getattr(live, name),
            live is None or content[name] != getattr(live, name) or name in troubled,
            evidence.quotes.get(name, []),
            evidence.cited_in(name),
            tuple((against, label, texts[name]) for against, label, texts in earlier),
        )
        for name in TEXT_FIELDS
    }
    carried = edition.carried_from
    return {
        "title_part": views["title"],
        "summary_parts": [views[part.field] for part in SUMMARY_PARTS],
        "five_parts": [views[part.field] for part in FIVE_PARTS],
        "unchanged_count": sum(view.is_unchanged for view in views.values()),
        "fact_quotes": evidence.quotes.get("attributes", []),
        "codes_open": codes_open(form, live, troubled),
        "asked": _asked(edition, case),
        "carried_parts": [(part.label, text) for part in PARTS if (text := getattr(carried, part.field, ""))],
    }


def _asked(edition: Edition, case: Case) -> Decision | None:
    """The request for changes that nobody has answered yet."""
    if edition.state != State.CHANGES_REQUESTED:
        return None
    return next((d for d in reversed(case.decisions) if d.kind == DecisionKind.REQUEST_CHANGES), None)


def codes_open(form: DeskForm, live: Publication | None, troubled: Collection[str]) -> bool:
    """Whether the codes differ from what readers see, or a check or the form complains of them."""
    if live is None or form.is_bound or set(troubled) & {*CODES, "governance_exposure"}:
        return True
    return any(getattr(form.head, name) != getattr(live, name) for name in CODES)


def earlier_texts(edition: Edition, live: Publication | None, aside: Aside) -> list[tuple[str, str, Mapping[str, str]]]:
    """The texts to compare with: (name, in words, field → text)."""
    assert edition.head is not None
    found: list[tuple[str, str, Mapping[str, str]]] = []
    if live is not None:
        found.append(("published", f"Against version {live.number}, which readers see", _texts_of(live)))
    if aside.first_draft is not None:
        found.append(("draft", "Against the first draft", aside.first_draft))
    if edition.head.parent is not None:
        parent = edition.head.parent
        found.append(("last", f"Against revision {parent.number} by {parent.author_words}", _texts_of(parent)))
    return found


def _texts_of(row: Any) -> dict[str, str]:
    return {name: getattr(row, name) for name in TEXT_FIELDS}


def _plain(text: Any) -> str:
    return str(text or "").replace("\r\n", "\n")
