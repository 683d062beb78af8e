"""Several people and workers at once, each with a connection of its own."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from atlas.models import Publication
from review import actions
from review.errors import ReviewError
from review.models import Decision, Edition, Event, State
from tests.factories import make_document, make_provision
from tests.review.factories import change_text, make_edition, make_editor, make_run, shown

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls: Callable[[], object]) -> list[object]:
    """Run every call in a thread of its own, all released together; a refusal comes back as itself."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], object]) -> object:
        try:
            barrier.wait(timeout=10)
            return call()
        except ReviewError as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_two_approvers_at_once_publish_once() -> None:
    edition, people = make_edition(), [make_editor(), make_editor()]
    opened = shown(edition)
    results = at_once(*(lambda by=by: actions.approve(edition, by=by, **opened) for by in people))  # type: ignore[misc]
    assert [isinstance(result, ReviewError) for result in results].count(True) == 1
    assert Publication.objects.count() == 1
    assert Decision.objects.filter(kind="approve").count() == 1


def test_an_approval_and_a_change_of_the_provision_never_publish_an_outdated_reading() -> None:
    document = make_document()
    for number in range(10):
        provision = make_provision(
            f"We may use your Content to train and improve our models. {number}", document=document
        )
        edition, by = make_edition(provision), make_editor()
        opened = shown(edition)
        at_once(
            lambda edition=edition, by=by, opened=opened: actions.approve(edition, by=by, **opened),  # type: ignore[misc]
            lambda provision=provision: change_text(provision, f"All is different. {provision.pk}"),  # type: ignore[misc]
        )
        edition.refresh_from_db()
        published = Publication.objects.filter(provision=provision)
        assert (edition.state == State.PUBLISHED) == published.exists()
        assert published.count() == (published.stale().count() if published.exists() else 0)


def test_two_workers_take_every_draft_in_once() -> None:
    for _ in range(6):
        make_run()
    results = at_once(actions.take_in, actions.take_in)
    assert sum(int(str(result)) for result in results) == 6
    assert Edition.objects.count() == 6


def test_a_storm_of_claims_gives_no_edition_to_two_people() -> None:
    document = make_document()
    for number in range(12):
        make_edition(
            make_provision(f"We may use your Content to train and improve our models. {number}", document=document)
        )
    people = [make_editor() for _ in range(8)]
    claimed = at_once(*(lambda by=by: actions.claim_next(by=by) for by in people))  # type: ignore[misc]
    given = [edition.pk for edition in claimed if isinstance(edition, Edition)]
    assert max(Counter(given).values()) == 1
    assert Event.objects.filter(action="claim").count() == len(given)
