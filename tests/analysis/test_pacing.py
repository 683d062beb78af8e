"""How fast a model may be asked."""

from hypothesis import given
from hypothesis import strategies as st

from analysis.pacing import MINUTE, Bucket, Pace
from analysis.profiles import Profile


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@given(
    per_minute=st.integers(1, 500),
    amounts=st.lists(st.integers(1, 50), min_size=1, max_size=60),
    idle=st.lists(st.floats(0, 30), min_size=60, max_size=60),
)
def test_no_minute_has_more_than_two_allowances_and_the_long_run_has_one(
    per_minute: int, amounts: list[int], idle: list[float]
) -> None:
    clock = Clock()
    bucket = Bucket(per_minute, clock)
    taken: list[tuple[float, int]] = []
    for amount, pause in zip((min(amount, per_minute) for amount in amounts), idle, strict=False):
        clock.now += pause
        clock.now += bucket.seconds_until(amount)
        bucket.take(amount)
        taken.append((clock.now, amount))
    for start, _ in taken:
        within = sum(amount for at, amount in taken if start <= at < start + MINUTE)
        assert within <= 2 * per_minute + 1
    elapsed = taken[-1][0] - 1_000.0
    assert sum(amount for _, amount in taken) <= per_minute * (1 + elapsed / MINUTE) + 1


def test_more_than_a_minutes_allowance_waits_for_a_full_bucket_and_not_for_ever() -> None:
    clock = Clock()
    bucket = Bucket(60, clock)
    bucket.take(60)
    assert bucket.seconds_until(1_000) == MINUTE


def test_without_limits_nothing_waits() -> None:
    pace = Pace(Profile("m"), Clock())
    for _ in range(1_000):
        pace.take(1e6)
    assert pace.seconds_until(1e9) == 0


def test_a_pause_is_shared_by_all_calls_of_a_model_and_never_shortened() -> None:
    clock = Clock()
    pace = Pace(Profile("m"), clock)
    pace.pause(30)
    pace.pause(10)
    assert pace.seconds_until(1) == 30
    clock.now += 31
    assert pace.seconds_until(1) == 0


def test_tokens_and_requests_are_both_counted() -> None:
    clock = Clock()
    pace = Pace(Profile("m", requests_per_minute=60, tokens_per_minute=6_000), clock)
    pace.take(6_000)
    assert pace.seconds_until(100) == 1.0
