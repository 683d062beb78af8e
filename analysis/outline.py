"""The drafter that needs no model: a sparse outline of quotes, citations and open questions.

It says nothing that it can't show: each sentence is a verbatim quote, a citation of the catalogue, or stated as an
open question for the editor (but for a few that say what the outline did not find); and each is admitted only if the
automatic checks find no blocker in it.
"""

import datetime
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from analysis.checks import CHECKS, Catalogue
from analysis.checks.base import Subject, day_last_seen
from analysis.outline_changes import describe_change
from analysis.passages import Passage, quotable, says_something, sentences
from analysis.schema import Analysis, Level
from atlas import markup
from atlas.archive.provisions.topics import TopicCues
from atlas.archive.texts.normalising import fold_markdown
from atlas.models import TEXT_FIELDS, Obligation, Standing, Topic, Wording

TOPICS_QUOTED = 3  # topics that get a quote of their own
ENTRIES, ENTRIES_MAIN, ENTRIES_LATER = 5, 3, 2  # entries that the landscape names: in all, of the main topic, to come
FACTORS = 3  # that raise, and that lower the exposure
NOTHING_TO_QUOTE = "The outline found no sentence to quote; the archived wording is shown beside it."
NO_TOPIC = "No topic of the catalogue was recognised in this provision."
_CONTRACT = re.compile(
    r"\b(?:contract|agreement|terms|clause|claus|liab|cap\b|indemn|cover|bind|flow|pays?|remedy|terminat|who)", re.I
)
_BLOCKERS = [check for check in CHECKS if check.severity == "blocker"]
_LEVELS = ("high", "medium", "low", "")
_TRUST = {"high": 0, "medium": 1}
_STANDING = {
    Standing.POLICY: "The archive records this document as a policy",
    Standing.COMMITMENT: "The archive records this document as a public commitment",
    Standing.DESCRIPTIVE: "The archive records this document as a descriptive page",
    Standing.UNKNOWN: "The standing of this document has not been assessed",
}


def compose_outline(wording: Wording, *, catalogue: Catalogue | None = None) -> Analysis:
    """An outline of ``wording`` from the topics of its provision, the catalogue and the words themselves.

    Costs at most eleven queries, whatever the text.
    """
    catalogue = catalogue or Catalogue.load()
    return _Outline(wording, catalogue, day_last_seen(wording)).compose()


@dataclass
class _Outline:
    wording: Wording
    catalogue: Catalogue
    day: datetime.date
    parts: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in TEXT_FIELDS})

    def compose(self) -> Analysis:
        self._title()
        self._summary()
        self._interpretive_note()
        no_material_change = self._change()
        if self.topics:
            self._why_it_matters()
            self._landscape()
            self._exposure()
            self._flags()
            self._questions()
        return Analysis(
            **{name: "\n".join(lines) for name, lines in self.parts.items()},
            exposure_level=self._level(),
            topics=[topic.pk for topic in self.topics],
            no_material_change=no_material_change,
        )

    def add(self, part: str, *candidates: str) -> bool:
        """Append the first of ``candidates`` in which the checks find no blocker; say whether there was one."""
        for text in candidates:
            subject = Subject({part: text}, self.wording.text, self.day, self.catalogue)
            blockers = (problem for check in _BLOCKERS for problem in check.find(subject))
            if text.strip() and not any(problem.part == part and problem.start is not None for problem in blockers):
                self.parts[part].append(text)
                return True
        return False

    @cached_property
    def sentences(self) -> list[str]:
        return sentences(self.wording.text)

    @cached_property
    def topics(self) -> list[Topic]:
        """The provision's topics, the one with most cues in the text first, then the one of higher exposure."""
        text = fold_markdown(self.wording.text)
        topics = [topic for topic in self.wording.provision.topics.all() if not topic.is_retired]
        return sorted(topics, key=lambda topic: (-_count_cues(topic, text), _LEVELS.index(topic.default_exposure)))

    @cached_property
    def passages(self) -> dict[str, Passage]:
        """The passage that shows each of the main topics best, no passage twice."""
        found: dict[str, Passage] = {}
        left = list(self.sentences)
        for topic in self.topics[:TOPICS_QUOTED]:
            best = self._best_passage(topic, left)
            if best is not None:
                found[topic.pk] = best[1]
                left.remove(best[0])
        return found

    @cached_property
    def main_passage(self) -> Passage | None:
        first = next(iter(self.passages.values()), None)
        return first or next(self._quotable(self.sentences), None)

    @cached_property
    def entries(self) -> list[Obligation]:
        """What the landscape names: entries in force on the day, most of the main topic, from many jurisdictions."""
        main, *others = self.topics
        first = self._spread(self.catalogue.in_force(main.pk, self.day)[0])[: ENTRIES_MAIN if others else ENTRIES]
        rest = [entry for topic in others for entry in self.catalogue.in_force(topic.pk, self.day)[0]]
        return list(dict.fromkeys([*first, *self._spread(rest)]))[:ENTRIES]

    def _best_passage(self, topic: Topic, candidates: list[str]) -> tuple[str, Passage] | None:
        scored = sorted(candidates, key=lambda text: (-_count_cues(topic, text), not says_something(text)))
        for sentence in scored[:8]:
            focus = _first_cue(topic, sentence)
            passage = quotable(sentence, self.wording.text, focus=focus) if focus is not None else None
            if passage is not None:
                return sentence, passage
        return None

    def _quotable(self, candidates: Iterable[str]) -> Iterator[Passage]:
        for sentence in sorted(candidates, key=lambda text: not says_something(text)):
            if passage := quotable(sentence, self.wording.text):
                yield passage

    def _spread(self, entries: Iterable[Obligation]) -> list[Obligation]:
        """One of each jurisdiction before the second of any; core, sure and specific ones first."""
        seen: Counter[str] = Counter()
        rounds: list[tuple[int, int, Obligation]] = []
        for entry in sorted(entries, key=self._rank):
            code = entry.instrument.jurisdiction_id
            seen[code] += 1
            rounds.append((seen[code], -self._weight[code], entry))
        return [entry for _, _, entry in sorted(rounds, key=lambda item: item[:2])]

    def _rank(self, entry: Obligation) -> tuple[bool, int, int, int]:
        about = {topic.pk for topic in entry.topics.all()}
        shared = len(about & {topic.pk for topic in self.topics})
        return entry.instrument.tier != "core", _TRUST.get(entry.confidence, len(_TRUST)), -shared, len(about)

    @cached_property
    def _weight(self) -> Counter[str]:
        """How much of the catalogue is law of each jurisdiction."""
        return Counter(entry.instrument.jurisdiction_id for entry in self.catalogue.obligations.values())

    def _title(self) -> None:
        title = fold_markdown(self.wording.provision.title).replace('"', "")[:120].strip()
        names = [topic.name for topic in self.topics[:1]]
        self.add("title", title, *names, "Provision of this document")

    def _summary(self) -> None:
        for topic in self.topics:
            if passage := self.passages.get(topic.pk):
                self.add("summary", f"On {_lower(topic.name)}, the text states {passage.quote}.")
        if not self.parts["summary"] and self.main_passage:
            self.add("summary", f"The text states {self.main_passage.quote}.")
        if not self.parts["summary"]:
            self.add("summary", NOTHING_TO_QUOTE)
        if not self.topics:
            self.add("summary", NO_TOPIC)

    def _why_it_matters(self) -> None:
        main, *others = self.topics
        definition = _lower(main.definition.rstrip("."))
        name = _lower(main.name)
        if self.main_passage:
            shown = _upper(self.main_passage.pointer)
            self.add("why_it_matters", f"{shown} concerns {name}: {definition}.", f"{shown} concerns {name}.")
        else:
            self.add("why_it_matters", f"Whether the provision concerns {name} is open.")
        if others:
            named = _listed(_lower(topic.name) for topic in others[:4])
            self.add("why_it_matters", f"Whether it also touches {named} is open.")

    def _interpretive_note(self) -> None:
        if known := _STANDING.get(Standing(self.wording.provision.document.standing)):
            self.add("interpretive_note", f"{known}; whether it forms part of a contract is an open question.")

    def _landscape(self) -> None:
        if self.entries:
            about = _listed(_lower(topic.name) for topic in self.topics[:TOPICS_QUOTED])
            self.add(
                "regulatory_landscape", f"These entries of the catalogue concern {about}; which of them apply is open."
            )
        for entry in self.entries:
            self.add("regulatory_landscape", f"- {_entry(entry)}", f"- {entry.title} [@{entry.pk}].")
        later = self.catalogue.in_force(self.topics[0].pk, self.day)[1]
        for entry in self._spread(later)[:ENTRIES_LATER]:
            first_day = entry.applies_from or entry.instrument.in_force_since
            day = f"{first_day.day} {first_day:%B %Y}"
            self.add(
                "regulatory_landscape",
                f"- Not yet applicable, applies from {day}: {_lower(entry.title)} [@{entry.pk}].",
            )

    def _exposure(self) -> None:
        main, part = self.topics[0], "governance_exposure"
        if not main.default_exposure:
            return
        starts = f"For {_lower(main.name)}, the catalogue starts at {main.default_exposure}"
        passage = self.main_passage
        self.add(part, f"{starts}; weigh {passage.pointer}." if passage else f"{starts}; the rest is open.")
        self.add(part, "That level rests on the topic; whether it holds for this text is open.")
        for intro, factors in (("raise", main.raises_exposure), ("lower", main.lowers_exposure)):
            for factor in factors[:FACTORS]:
                self._ask(part, f"- Would {intro} it, if so here: {factor.rstrip('.')}.")

    def _level(self) -> Level:
        level = self.topics[0].default_exposure if self.topics and self.parts["governance_exposure"] else ""
        return level if level in ("low", "medium", "high") else ""  # type: ignore[return-value]  # narrowed by the set

    def _flags(self) -> None:
        by_jurisdiction: dict[str, list[Obligation]] = {}
        for entry in self.entries:
            if entry.instrument.jurisdiction_id != "INT":
                by_jurisdiction.setdefault(entry.instrument.jurisdiction_id, []).append(entry)
        for code, entries in by_jurisdiction.items():
            named = _listed(f"{_lower(entry.title)} [@{entry.pk}]" for entry in entries[:3])
            self.add("jurisdiction_flags", f"{code}: For users and customers there, see {named}.")

    def _questions(self) -> None:
        questions = [question for topic in self.topics[:2] for question in topic.review_questions]
        contract = [question for question in questions if _CONTRACT.search(question)] or questions[:1]
        practice = [question for question in questions if question not in contract]
        passage, other = self.main_passage, [self.main_passage, *self.passages.values()][-1]
        if passage and contract:
            self.add("contract_implications", f"The words to settle: {passage.pointer}.")
        for question in contract:
            self._ask("contract_implications", f"- Open question: {question}")
        if other and practice:
            self.add("compliance_considerations", f"- Compare practice with {other.pointer}.")
        for question in practice:
            self._ask("compliance_considerations", f"- Establish: {_lower(question)}")

    def _ask(self, part: str, text: str) -> None:
        """``text``, or if it names law, with citations of what it names."""
        self.add(part, text, self._with_citations(text))

    def _with_citations(self, text: str) -> str:
        candidates = [entry for topic in self.topics for entry in self.catalogue.in_force(topic.pk, self.day)[0]]
        keys: list[str] = []
        for match in self.catalogue.law_name_pattern.finditer(text):
            named = self.catalogue.law_names[match[0]]
            keys += [entry.pk for entry in candidates if entry.instrument_id in named][:1]
        keys += [entry.pk for entry in candidates if entry.pinpoint in text][:1]
        cited = " ".join(f"[@{key}]" for key in dict.fromkeys(keys))
        return f"{text[:-1]} {cited}{text[-1]}" if cited else text

    def _change(self) -> bool:
        change = describe_change(self.wording)
        if change is None:
            return False
        for text in change.lines:
            self.add("change_summary", text)
        return change.is_typographic


def _count_cues(topic: Topic, text: str) -> int:
    return sum(cue.pattern.search(text) is not None for cue in _cues(topic).cues)


def _first_cue(topic: Topic, text: str) -> int | None:
    """Where the first words that show the topic begin."""
    places = [match.start() for cue in _cues(topic).cues if (match := cue.pattern.search(text))]
    return min(places, default=None)


def _cues(topic: Topic) -> TopicCues:
    return _compiled(topic.pk, tuple(topic.cues), tuple(topic.exclude))


@lru_cache(maxsize=128)
def _compiled(key: str, cues: tuple[str, ...], exclude: tuple[str, ...]) -> TopicCues:
    return TopicCues.compile(key, cues, exclude)


def _entry(entry: Obligation) -> str:
    """Title and paraphrase, with the citation in each sentence."""
    said = [sentence.text.rstrip(".") for sentence in markup.parse(entry.paraphrase)]
    said[:1] = [f"{entry.title}: {_lower(first)}" for first in said[:1]] or [entry.title]
    return " ".join(f"{sentence} [@{entry.pk}]." for sentence in said)


def _lower(text: str) -> str:
    """With a small first letter, unless it begins an abbreviation: "Training …" → "training …", "AI …" stays."""
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _listed(names: Iterable[str]) -> str:
    """``a, b and c``."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
