"""Labels for changes of a collection, in the light of the whole versions and of the document's history before.

What ``classify_changes`` prints. The archive itself judges in ``recording``; both ask ``significance``.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from atlas.archive.health import examine
from atlas.archive.history import SentenceHistory
from atlas.archive.normalising import fold_markdown
from atlas.archive.ota import Repository, Texts
from atlas.archive.questions import Question
from atlas.archive.sentences import Sentence, read_sentences
from atlas.archive.significance import Judgement, _why_nothing_is_left, judge_sentences
from atlas.archive.surroundings import Surroundings, survey
from atlas.archive.whole_text import WholeText
from atlas.models.provisions import Significance


@dataclass(frozen=True, slots=True)
class Answer:
    """``label`` is a word of the command's contract; ``reasons`` are for editors."""

    id: str
    label: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recorded:
    """A text of a document as the collection has it; ``position`` counts commits, parents before children."""

    position: int
    commit: str
    blob: str
    captured_at: datetime


@dataclass
class Collection:
    """Where the texts of each document stand, from one ``git log``."""

    positions: dict[str, int] = field(default_factory=dict)
    documents: dict[str, list[Recorded]] = field(default_factory=lambda: defaultdict(list))

    def at(self, document: str, commit: str) -> Recorded | None:
        """What ``document`` was at ``commit``: its latest text then."""
        position = self.positions.get(commit)
        if position is None:
            return None
        earlier = [recorded for recorded in self.documents.get(document, ()) if recorded.position <= position]
        return earlier[-1] if earlier else None


def read_collection(repository: Repository) -> Collection:
    collection = Collection()
    for position, commit in enumerate(repository.commits(repository.tip())):
        collection.positions[commit.sha] = position
        for _, blob, status, path in commit.files:
            if status in {"A", "M"} and path.endswith(".md"):
                recorded = Recorded(position, commit.sha, blob, commit.authored_at)
                collection.documents[path.removesuffix(".md")].append(recorded)
    return collection


def classify(questions: Sequence[Question], repository: Repository) -> Iterator[Answer]:
    """An answer to each question, those about one document together and in its order."""
    collection = read_collection(repository)
    by_document: dict[str, list[Question]] = defaultdict(list)
    for question in questions:
        by_document[question.document].append(question)
    with repository.texts() as texts:
        for document, asked in by_document.items():
            yield from _classify_document(document, asked, collection, texts)


def _classify_document(
    document: str, asked: list[Question], collection: Collection, texts: Texts
) -> Iterator[Answer]:
    located: dict[tuple[Recorded, Recorded], list[Question]] = defaultdict(list)
    for question in asked:
        before = collection.at(document, question.from_commit)
        after = collection.at(document, question.to_commit)
        if before is None or after is None:
            yield _answer_alone(question)
        else:
            located[before, after].append(question)
    story = Story(document, collection.documents.get(document, []), texts)
    for (before, after), group in sorted(located.items(), key=lambda item: item[0][0].position):
        around = story.surroundings(before, after)
        for question in group:
            yield _answer(question, around)


@dataclass
class Story:
    """A document's accepted texts in order, read as far as they are asked for."""

    document: str
    recorded: Sequence[Recorded]
    texts: Texts
    history: SentenceHistory = field(default_factory=SentenceHistory)
    told: int = 0
    last_good: str = ""

    def surroundings(self, before: Recorded, after: Recorded) -> Surroundings:
        """The two versions, with the history up to the older. To be asked in order."""
        while self.told < len(self.recorded) and self.recorded[self.told].position <= before.position:
            self._tell(self.recorded[self.told])
            self.told += 1
        old, new = self.texts.read(before.blob), self.texts.read(after.blob)
        return survey(
            [old],
            [new],
            self.history,
            after.captured_at,
            failed_old=old != self.last_good and is_failed(old, self.last_good),
            failed_new=is_failed(new, self.last_good),
            platform=self.document.split("/")[0],
        )

    def _tell(self, recorded: Recorded) -> None:
        text = self.texts.read(recorded.blob)
        if text == self.last_good or is_failed(text, self.last_good):
            return
        self.last_good = text
        self.history.see([text], recorded.captured_at)


def is_failed(text: str, last_good: str) -> bool:
    """Is it certain that ``text`` is not what the document says? What may be a rewrite is judged as one."""
    return any(not problem.may_be_real for problem in examine(text, last_good=last_good or None))


def _answer_alone(question: Question) -> Answer:
    return _answer(question, survey([question.old_text or ""], [question.new_text or ""]))


def _answer(question: Question, around: Surroundings) -> Answer:
    old = _sentences_around(question.old_text, around.old)
    new = _sentences_around(question.new_text, around.new)
    judgement = judge_sentences(old, new, around)
    if judgement is None:
        return Answer(question.id, *_nothing_left(question))
    return Answer(question.id, _label(question, judgement), judgement.reasons)


def _sentences_around(text: str | None, whole: WholeText) -> Sequence[Sentence]:
    """The sentences of ``whole`` that the passage is made of or cuts into; its own where it is not found."""
    sentences = read_sentences(text or "")
    if all(sentence.key in whole.counts for sentence in sentences):
        return sentences
    words = " ".join(sentence.key for sentence in sentences)
    for run in whole.places(words) if words else ():
        return whole.sentences[run[0] : run[1]]
    return sentences


def _label(question: Question, judgement: Judgement) -> str:
    if judgement.significance == Significance.COSMETIC:
        return "capture_noise" if judgement.is_return or judgement.is_noise else "cosmetic"
    if question.old_text is None:
        return "added"
    return "removed" if question.new_text is None else "substantive"


def _nothing_left(question: Question) -> tuple[str, tuple[str, ...]]:
    old, new = question.old_text, question.new_text
    if old is not None and new is not None:
        label = "unchanged" if fold_markdown(old) == fold_markdown(new) else "cosmetic"
    else:
        label = "moved"
    return label, (_why_nothing_is_left(old, new),)
