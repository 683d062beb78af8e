"""A changed provision → substantive or cosmetic, and why, in words for editors.

Decided on the sentences that are left over: those of one wording that the other version does not hold. A single "not"
hardly changes how similar two wordings are, but it always leaves a sentence over. Whatever has no cosmetic cause that
we can name is substantive: missing a change is worse than showing one too many.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from atlas.archive.causes import cosmetic_cause, cosmetic_cause_alone
from atlas.archive.describing import describe_difference
from atlas.archive.normalising import fold, fold_markdown
from atlas.archive.sentences import Sentence, read_sentences, sentence_keys
from atlas.models.provisions import Significance

PAIR_RATIO = 55.0  # of 100; below, two sentences are rather a loss and an addition
MOST_REASONS = 6
LARGEST_MATRIX = 250_000  # cells; a whole rewrite is not paired sentence by sentence
NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Judgement:
    significance: Significance
    reasons: tuple[str, ...]


def judge(
    old: str | None,
    new: str | None,
    *,
    elsewhere_old: frozenset[str] = NOTHING,
    elsewhere_new: frozenset[str] = NOTHING,
) -> Judgement:
    """Does the step from ``old`` to ``new`` say anything new? None stands for a provision that isn't there.

    ``elsewhere_old`` and ``elsewhere_new`` are sentence keys of the whole old and new version (``sentences.news``
    counts them), so that a sentence that only moved is no news.
    """
    old_left = _left_over(old, new, elsewhere_new)
    new_left = _left_over(new, old, elsewhere_old)
    if not old_left and not new_left:
        return Judgement(Significance.COSMETIC, (_why_nothing_is_left(old, new),))
    return _judge_left_over(old_left, new_left)


def _left_over(text: str | None, other: str | None, elsewhere: frozenset[str]) -> list[Sentence]:
    """Sentences of ``text`` that ``other`` holds less often and that stand nowhere else in the other version."""
    unmatched = Counter(sentence_keys(other or ""))
    left = []
    for sentence in read_sentences(text or ""):
        if unmatched[sentence.key]:
            unmatched[sentence.key] -= 1
        elif sentence.key not in elsewhere:
            left.append(sentence)
    return left


def _why_nothing_is_left(old: str | None, new: str | None) -> str:
    if old is None:
        return "Every sentence stood elsewhere in the version before."
    if new is None:
        return "Every sentence stands elsewhere in the new version."
    for normalise, reason in SAME_READING:
        if normalise(old) == normalise(new):
            return reason
    return "Only order, numbering or punctuation changed; every sentence stands in both versions."


SAME_READING: tuple[tuple[Callable[[str], str], str], ...] = (
    (str, "The text is the same."),
    (fold, "Only white space, typography or numbering changed."),
    (fold_markdown, "Only markup or link targets changed."),
    (lambda text: fold_markdown(text).casefold(), "Only capitals changed."),
)


def _judge_left_over(old: list[Sentence], new: list[Sentence]) -> Judgement:
    if _glued(old) == _glued(new):
        return Judgement(
            Significance.COSMETIC,
            ("The same letters are parted in another way: spaces, hyphens or ends of sentences.",),
        )
    causes: list[str] = []
    findings: list[str] = []
    for before, after in _pair_up(old, new):
        cause = _cause(before, after)
        if cause:
            causes.append(cause)
        else:
            findings.append(describe_difference(before, after))
    if findings:
        return Judgement(Significance.SUBSTANTIVE, tuple(dict.fromkeys(findings))[:MOST_REASONS])
    return Judgement(Significance.COSMETIC, tuple(dict.fromkeys(causes))[:MOST_REASONS])


def _cause(before: Sentence | None, after: Sentence | None) -> str:
    """Why the step from one sentence to the other says nothing new; empty if it may."""
    if before is not None and after is not None:
        return cosmetic_cause(before, after)
    alone = before or after
    assert alone is not None, "a pair has at least one sentence"
    return cosmetic_cause_alone(alone)


def _glued(sentences: Sequence[Sentence]) -> str:
    return "".join(sentence.key.replace(" ", "") for sentence in sentences)


def _pair_up(old: list[Sentence], new: list[Sentence]) -> Iterator[tuple[Sentence | None, Sentence | None]]:
    """Each left-over sentence with the most similar one of the other side, the most similar pairs first."""
    free_old, free_new = dict(enumerate(old)), dict(enumerate(new))
    for row, column in _similar_first(old, new):
        if row in free_old and column in free_new:
            yield free_old.pop(row), free_new.pop(column)
    yield from ((sentence, None) for sentence in free_old.values())
    yield from ((None, sentence) for sentence in free_new.values())


def _similar_first(old: list[Sentence], new: list[Sentence]) -> list[tuple[int, int]]:
    if not old or not new or len(old) * len(new) > LARGEST_MATRIX:
        return []
    from rapidfuzz import fuzz, process

    ratios = process.cdist([s.key for s in old], [s.key for s in new], scorer=fuzz.ratio, score_cutoff=PAIR_RATIO)
    found = [(int(row), int(column)) for row, column in zip(*ratios.nonzero(), strict=True)]
    return sorted(found, key=lambda cell: -ratios[cell])
