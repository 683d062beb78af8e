"""Which jobs go first."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from analysis import leases, priorities, queue
from analysis.models import DraftJob
from analysis.priorities import in_words
from atlas.models import Change, Topic, Watch
from tests.analysis.test_queue import NEW_TEXT, changed_provision
from tests.factories import make_provision, make_user
from tests.review.factories import change_text, make_publication

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_catalogue")]


def test_what_is_watched_goes_before_what_weighs_most_and_that_before_the_rest() -> None:
    plain, watched, heavy, medium = (changed_provision() for _ in range(4))
    heavy.provision.topics.set(["training-user-content"])  # starts at high exposure
    medium.provision.topics.set(["retention-deletion"])
    Watch.objects.create(user=make_user(), platform=watched.document.platform)

    queue.queue_changes()

    assert [job.change for job in leases.ready()] == [watched, heavy, medium, plain]
    assert [in_words(job.priority) for job in leases.ready()] == [
        "Watched", "High exposure", "Medium exposure", "In turn"
    ]  # fmt: skip


@pytest.mark.parametrize("subject", Watch.SUBJECTS)
def test_each_kind_of_watch_counts(subject: str) -> None:
    change = changed_provision()
    topic = Topic.objects.get(pk="retention-deletion")
    change.provision.topics.set([topic])
    subjects = {
        "platform": change.document.platform,
        "document": change.document,
        "provision": change.provision,
        "topic": topic,
    }
    Watch.objects.create(user=make_user(), **{subject: subjects[subject]})
    queue.queue_changes()
    assert DraftJob.objects.get().priority == priorities.WATCHED + 1


def test_what_readers_see_an_outdated_analysis_of_goes_before_all_that_nobody_asked_for() -> None:
    watched, read = changed_provision(), make_provision()
    watched.provision.topics.set(["training-user-content"])
    Watch.objects.create(user=make_user(), platform=watched.document.platform)
    make_publication(read)
    stale = Change.objects.get(new_wording=change_text(read, NEW_TEXT))

    queue.queue_changes()

    assert [job.change for job in leases.ready()] == [stale, watched]
    assert priorities.WATCHED + max(priorities.WEIGHT.values()) < priorities.READ_ELSEWHERE
    assert priorities.READ_ELSEWHERE + priorities.WATCHED + max(priorities.WEIGHT.values()) < priorities.REQUESTED
    assert [in_words(job.priority) for job in leases.ready()] == [
        "Readers see an analysis of another text",
        "Watched, high exposure",
    ]


def test_what_a_person_asks_for_goes_first() -> None:
    Watch.objects.create(user=make_user(), platform=changed_provision().document.platform)
    queue.queue_changes()
    wording = make_provision().current_wording
    assert wording is not None
    asked = queue.request_draft(wording, by=None)
    assert leases.ready()[0] == asked
    assert in_words(asked.priority).startswith("First")


def test_a_watch_has_exactly_one_subject() -> None:
    change = changed_provision()
    for subjects in ({}, {"document": change.document, "provision": change.provision}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Watch.objects.create(user=make_user(), **subjects)


def test_queueing_takes_the_same_queries_whatever_the_number_of_changes() -> None:
    counts = []
    for more in (1, 12):
        for _ in range(more):
            changed_provision()
        with CaptureQueriesContext(connection) as queries:
            queue.queue_changes()
        counts.append(len(queries))
    assert counts[0] == counts[1]
