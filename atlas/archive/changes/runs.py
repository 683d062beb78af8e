"""Neighbours among the sentences of a version that the other version lacks."""

from collections.abc import Iterator, Sequence


def runs(left: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """The stretches (first, end exclusive) of what is left over, none broken by a sentence that both versions have."""
    start = 0
    for index, is_left in enumerate([*left, False]):
        if not is_left:
            if index > start:
                yield start, index
            start = index + 1
