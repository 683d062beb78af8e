"""Which jobs go first: what was asked for, what is watched, what weighs most; noise last."""

import pytest
from django.utils import timezone

from analysis import leases, priorities
from analysis.drafting import drain
from analysis.models import DraftJob, DraftRun
from tests.analysis.jobs import queued_job
from tests.servers.openai import ModelServer


class Seen:
    """A change as `with_reasons` gives it."""

    def __init__(self, *, watched: bool = False, high: bool = False, medium: bool = False) -> None:
        self.is_watched, self.is_high, self.is_medium = watched, high, medium


ORDER = [Seen(watched=True, high=True), Seen(watched=True, medium=True), Seen(watched=True), Seen(high=True)]
ORDER += [Seen(medium=True), Seen()]


def test_watched_goes_before_weighty_and_weighty_before_the_rest() -> None:
    points = [priorities.priority_of(seen, is_noise=False) for seen in ORDER]  # type: ignore[arg-type]
    assert points == sorted(set(points), reverse=True)
    assert points[0] < priorities.REQUESTED


def test_noise_goes_last_whatever_else_it_is() -> None:
    assert priorities.priority_of(ORDER[0], is_noise=True) < 0  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("points", "words"),
    [(20, "First: somebody asked for it"), (6, "Watched, high exposure"), (4, "Watched"), (1, "Medium exposure"),
     (0, "In turn"), (-10, "Last: noise")],
)  # fmt: skip
def test_a_list_says_why(points: int, words: str) -> None:
    assert priorities.in_words(points) == words


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("small_catalogue")
def test_a_drain_takes_jobs_in_that_order(model_server: ModelServer) -> None:
    now = timezone.now()
    for points in (0, priorities.NOISE, priorities.WATCHED, priorities.REQUESTED):
        queued_job(priority=points, run_after=now)
    assert [job.priority for job in leases.ready()] == [20, 4, 0, -10]
    for _ in range(4):
        drain(limit=1)
    drafted = DraftRun.objects.order_by("id").values_list("job__priority", flat=True)
    assert list(drafted) == [20, 4, 0, -10]
    assert DraftJob.objects.count() == 4
