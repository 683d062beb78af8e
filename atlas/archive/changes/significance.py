"""A changed provision → substantive or cosmetic, and why, in words for editors.

Decided on the sentences that are left over: those of one wording that the other version does not hold. A single "not"
hardly changes how similar two wordings are, but it always leaves a sentence over. Whatever has no cosmetic cause that
we can name is substantive: missing a change is worse than showing one too many.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from atlas.archive.changes.causes import cosmetic_cause, cosmetic_cause_alone, glued, is_question
from atlas.archive.changes.describing import describe_difference, quote
from atlas.archive.changes.noise import noise_alone, noise_between
from atlas.archive.changes.sentence_pairs import pair_up
from atlas.archive.changes.surroundings import Side, Surroundings, survey
from atlas.archive.texts.normalising import fold, fold_markdown
from atlas.archive.texts.sentences import Sentence, read_sentences
from atlas.models.provisions import Significance

MOST_REASONS = 6


@dataclass(frozen=True, slots=True)
class Judgement:
    """``is_return``: what differs is a variant that the document had lately. ``is_noise``: it is not of the terms."""

    significance: Significance
    reasons: tuple[str, ...]
    is_return: bool = False
    is_noise: bool = False


def judge(old: str | None, new: str | None, surroundings: Surroundings | None = None) -> Judgement:
    """Does the step from ``old`` to ``new`` say anything new? None stands for a provision that isn't there.

    ``surroundings`` are the two whole versions (``survey`` makes them), so that a sentence that only moved is no news.
    """
    around = surroundings or survey([old or ""], [new or ""])
    return judge_sentences(read_sentences(old or ""), read_sentences(new or ""), around) or Judgement(
        Significance.COSMETIC, (why_nothing_is_left(old, new),)
    )


def judge_sentences(old: Sequence[Sentence], new: Sequence[Sentence], around: Surroundings) -> Judgement | None:
    """What the left-over sentences say; None if there are none."""
    old_left = _left_over(old, new, around.from_old)
    new_left = _left_over(new, old, around.from_new)
    return _judge_left_over(old_left, new_left, around) if old_left or new_left else None


def _left_over(sentences: Sequence[Sentence], others: Sequence[Sentence], side: Side) -> list[Sentence]:
    """Those that ``others`` hold less often and that stand nowhere else in the other version."""
    unmatched = Counter(sentence.key for sentence in others)
    left = []
    for sentence in sentences:
        if unmatched[sentence.key] and not side.turned(sentence):
            unmatched[sentence.key] -= 1
        elif side.is_left(sentence):
            left.append(sentence)
    return left


def why_nothing_is_left(old: str | None, new: str | None) -> str:
    """The reason, where every sentence of either text stands in both versions."""
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


def _judge_left_over(old: list[Sentence], new: list[Sentence], around: Surroundings) -> Judgement:
    if (len(old), len(new)) != (1, 1) and _glued(old) == _glued(new):
        return Judgement(
            Significance.COSMETIC,
            ("The same letters are parted in another way: spaces, hyphens or ends of sentences.",),
        )
    causes: list[str] = []
    returns: list[str] = []
    noises: list[str] = []
    findings: list[str] = []
    for before, after in pair_up(old, new):
        if cause := _cause(before, after, around):
            causes.append(cause)
        elif cause := around.why_returned(before, after):
            returns.append(cause)
        elif cause := _noise(before, after, around):
            noises.append(cause)
        else:
            findings.append(_describe(before, after, around))
    if findings:
        return Judgement(Significance.SUBSTANTIVE, tuple(dict.fromkeys(findings))[:MOST_REASONS])
    reasons = tuple(dict.fromkeys([*returns, *noises, *causes]))[:MOST_REASONS]
    return Judgement(Significance.COSMETIC, reasons, is_return=bool(returns), is_noise=bool(noises))


def _describe(before: Sentence | None, after: Sentence | None, around: Surroundings) -> str:
    alone = after or before
    if alone is not None and around.is_turned(alone) and (before is None or after is None or before.key == after.key):
        return f"Moved between a list of what is allowed and one of what is forbidden: {quote(alone.text)}"
    return describe_difference(before, after)


def _cause(before: Sentence | None, after: Sentence | None, around: Surroundings) -> str:
    """Why the step from one sentence to the other says nothing new; empty if it may."""
    if before is not None and after is not None:
        if around.is_turned(after):
            return ""
        return cosmetic_cause(before, after) or around.why_same_in_versions(before, after)
    alone = before or after
    assert alone is not None, "a pair has at least one sentence"
    if is_question(alone):
        return "Only a question came or went; what counts is its answer."
    return cosmetic_cause_alone(alone) or around.why_said_elsewhere(alone, is_new=before is None)


def _noise(before: Sentence | None, after: Sentence | None, around: Surroundings) -> str:
    if before is not None and after is not None:
        return noise_between(before, after, around)
    alone = before or after
    assert alone is not None, "a pair has at least one sentence"
    return noise_alone(alone, is_new=before is None, around=around)


def _glued(sentences: Sequence[Sentence]) -> str:
    return glued(" ".join(sentence.key for sentence in sentences))
