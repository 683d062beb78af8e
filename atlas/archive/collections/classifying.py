"""Labels for changes of a collection, in the light of the whole versions and of the document's history before.

What ``classify_changes`` prints. The archive itself judges in ``recording``; both ask ``significance``.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from atlas.archive.changes.history import SentenceHistory
from atlas.archive.changes.significance import Judgement, judge_sentences, why_nothing_is_left
from atlas.archive.changes.surroundings import Surroundings, is_label, survey
from atlas.archive.changes.whole_text import WholeText
from atlas.archive.collections.ota import Repository, Texts
from atlas.archive.collections.past_texts import PastTexts, Recorded, read_past_texts
from atlas.archive.collections.questions import Question
from atlas.archive.collections.successors import Successors
from atlas.archive.gate.health import examine
from atlas.archive.texts.normalising import fold_markdown
from atlas.archive.texts.sentences import Sentence, read_sentences
from atlas.models.provisions import Significance


@dataclass(frozen=True, slots=True)
class Answer:
    """``label`` is a word of the command's contract; ``reasons`` are for editors.

    ``is_alone``: the repository has not both versions, so that the two texts had to do.
    """

    id: str
    label: str
    reasons: tuple[str, ...]
    is_alone: bool = False


def classify(
    questions: Sequence[Question],
    repository: Repository,
    *,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[Answer]:
    """An answer to each question, in their order. The repository is read once. ``progress`` gets (done, total).

    Raises:
        SourceError: if the repository cannot be read.
    """
    collection = read_past_texts(repository)
    by_document: dict[str, list[int]] = defaultdict(list)
    for number, question in enumerate(questions):
        by_document[question.document].append(number)
    answers: dict[int, Answer] = {}
    with repository.texts() as texts:
        successors = Successors(collection, texts)
        for document, numbers in by_document.items():
            asked = [(number, questions[number]) for number in numbers]
            answers.update(_classify_document(document, asked, collection, successors))
            progress(len(answers), len(questions))
    return [answers[number] for number in range(len(questions))]


def _classify_document(
    document: str, asked: Sequence[tuple[int, Question]], collection: PastTexts, successors: Successors
) -> Iterator[tuple[int, Answer]]:
    located: dict[tuple[Recorded, Recorded], list[tuple[int, Question]]] = defaultdict(list)
    for number, question in asked:
        before = collection.at(document, question.from_commit)
        after = collection.at(document, question.to_commit)
        if before is None or after is None:
            yield number, answer_alone(question)
        else:
            located[before, after].append((number, question))
    platform = document.split("/")[0]
    recorded = collection.documents.get(document, [])
    story = Story(platform, recorded, successors.texts, tuple(successors.names(platform)) if located else ())
    for (before, after), group in sorted(located.items(), key=lambda item: item[0][0].position):
        around = story.surroundings(before, after)
        for number, question in group:
            yield number, answer(question, around)


@dataclass
class Story:
    """A document's accepted texts in order, read as far as they are asked for."""

    platform: str
    recorded: Sequence[Recorded]
    texts: Texts
    aliases: tuple[str, ...] = ()
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
            platform=self.platform,
            aliases=self.aliases,
        )

    def _tell(self, recorded: Recorded) -> None:
        text = self.texts.read(recorded.blob)
        if text == self.last_good or is_failed(text, self.last_good):
            return
        self.last_good = text
        self.history.see(text.split("\n\n"), recorded.captured_at)  # paragraphs recur, and are remembered


def is_failed(text: str, last_good: str) -> bool:
    """Is it certain that ``text`` is not what the document says? What may be a rewrite is judged as one."""
    return any(not problem.may_be_real for problem in examine(text, last_good=last_good or None))


def answer_alone(question: Question) -> Answer:
    """From the two texts only: what stands elsewhere in the versions, and what the document said before, is unknown."""
    around = survey([question.old_text or ""], [question.new_text or ""])
    return replace(answer(question, around), is_alone=True)


def answer(question: Question, around: Surroundings) -> Answer:
    """What the change means between these two versions."""
    old = _sentences_in(around.old, question.old_text)
    new = _sentences_in(around.new, question.new_text)
    judgement = judge_sentences(old, new, around)
    if judgement is None:
        reason = why_nothing_is_left(question.old_text, question.new_text)
        return Answer(question.id, _label_of_same(question, old, new), (reason,))
    return Answer(question.id, _label(question, judgement), judgement.reasons)


def _sentences_in(whole: WholeText, text: str | None) -> Sequence[Sentence]:
    """The sentences of the passage; where it cuts into some of ``whole``, those in full."""
    sentences = read_sentences(text or "")
    if all(sentence.key in whole.counts for sentence in sentences):
        return sentences
    words = " ".join(sentence.key for sentence in sentences)
    return next((whole.sentences[first:end] for first, end in whole.places(words)), sentences)


def _label(question: Question, judgement: Judgement) -> str:
    if judgement.significance == Significance.COSMETIC:
        return "capture_noise" if judgement.is_return or judgement.is_noise else "cosmetic"
    if question.old_text is None:
        return "added"
    return "removed" if question.new_text is None else "substantive"


def _label_of_same(question: Question, old: Sequence[Sentence], new: Sequence[Sentence]) -> str:
    """What happened to a passage whose every sentence stands in both versions."""
    if question.old_text is None or question.new_text is None:
        if len(old) + len(new) == 1 and is_label((*old, *new)[0]):
            return "moved"
        return "split" if question.old_text is None else "merged"
    if fold_markdown(question.old_text) == fold_markdown(question.new_text):
        return "unchanged" if question.old_text.split() == question.new_text.split() else "cosmetic"
    before, after = Counter(sentence.key for sentence in old), Counter(sentence.key for sentence in new)
    if before == after:
        return "cosmetic"
    return "split" if after < before else "merged" if before < after else "moved"
