"""How fast a model may be asked: never more in any minute than its limits allow. A clock of our own, no waiting."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.pacing import Bucket, Pace
from analysis.profiles import Profile


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@given(
    limit=st.integers(1, 100),
    steps=st.lists(st.tuples(st.floats(0, 90), st.integers(1, 100)), min_size=1, max_size=60),
)
def test_no_more_is_taken_in_any_window_than_a_full_bucket_and_what_flows_in(
    limit: int, steps: list[tuple[float, int]]
) -> None:
    clock = Clock()
    bucket = Bucket(limit, clock)
    taken: list[tuple[float, int]] = []
    for pause, amount in steps:
        amount = min(amount, limit)
        clock.now += pause
        clock.now += bucket.seconds_until(amount) + 1e-6
        bucket.take(amount)
        taken.append((clock.now, amount))
    for i, (start, _) in enumerate(taken):
        for j in range(i, len(taken)):
            allowed = limit + (taken[j][0] - start) * limit / 60
            assert sum(amount for _, amount in taken[i : j + 1]) <= allowed + 0.01


def test_a_call_larger_than_a_minutes_allowance_waits_for_a_full_bucket_and_not_for_ever() -> None:
    clock = Clock()
    bucket = Bucket(100, clock)
    bucket.take(50)
    assert bucket.seconds_until(1_000) == pytest.approx(30)
    clock.now += 30
    assert bucket.seconds_until(1_000) == 0


def test_without_limits_nothing_waits() -> None:
    pace = Pace(Profile("m"), Clock())
    for _ in range(1_000):
        assert pace.seconds_until(1_000_000) == 0
        pace.take(1_000_000)


def test_the_scarcer_of_requests_and_tokens_decides() -> None:
    pace = Pace(Profile("m", requests_per_minute=60, tokens_per_minute=600), Clock())
    pace.take(600)
    assert pace.seconds_until(300) == pytest.approx(30)
    assert pace.seconds_until(0) == 0


def test_a_pause_holds_every_call_back_and_a_shorter_one_does_not_end_it() -> None:
    clock = Clock()
    pace = Pace(Profile("m"), clock)
    pace.pause(20)
    pace.pause(5)
    assert pace.seconds_until(1) == 20
    clock.now += 20
    assert pace.seconds_until(1) == 0
