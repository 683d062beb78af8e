"""Which of the left-over sentences belong together: each with the most similar one of the other side."""

from collections.abc import Iterator, Sequence

from atlas.archive.texts.sentences import Sentence

PAIR_RATIO = 55.0  # of 100; below, two sentences are rather a loss and an addition
LARGEST_MATRIX = 50_000_000  # steps of 64 characters, some 0.2 s; a whole rewrite is not paired sentence by sentence
SAID = 2_000  # characters of a sentence that are compared to find its partner


def pair_up(old: Sequence[Sentence], new: Sequence[Sentence]) -> Iterator[tuple[Sentence | None, Sentence | None]]:
    """Each sentence with the most similar one of the other side, the most similar pairs first, then those without."""
    free_old, free_new = dict(enumerate(old)), dict(enumerate(new))
    for row, column in _similar_first(old, new):
        if row in free_old and column in free_new:
            yield free_old.pop(row), free_new.pop(column)
    yield from ((sentence, None) for sentence in free_old.values())
    yield from ((None, sentence) for sentence in free_new.values())


def _similar_first(old: Sequence[Sentence], new: Sequence[Sentence]) -> list[tuple[int, int]]:
    keys = [sentence.key[:SAID] for sentence in old], [sentence.key[:SAID] for sentence in new]
    if not old or not new or _steps(*keys) > LARGEST_MATRIX:
        return []
    from rapidfuzz import fuzz, process

    ratios = process.cdist(*keys, scorer=fuzz.ratio, score_cutoff=PAIR_RATIO)
    found = [(int(row), int(column)) for row, column in zip(*ratios.nonzero(), strict=True)]
    return sorted(found, key=lambda cell: -ratios[cell])


def _steps(old: list[str], new: list[str]) -> int:
    return sum(len(key) // 64 + 1 for key in old) * sum(len(key) + 20 for key in new)
