"""Several people and workers at once, each with a connection of its own."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction

from analysis.models import DraftJob
from atlas.archive.verifying.verifying import verify
from atlas.models import Change, Provision, Publication, User, Wording, sha256
from review import actions
from review.errors import ReviewError, StaleEdition
from review.models import Decision, Edition, Event, Revision, State
from review.tasks import follow_changes
from review.verifying import CHECKS
from tests.factories import TRAINING_TEXT, make_document, make_provision, make_version
from tests.review.factories import change_text, make_edition, make_editor, make_publication, make_run, return_to, shown

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def side_by_side(people: int) -> Iterator[Callable[..., list[object]]]:
    """Gives ``at_once`` of ``people`` calls, for several rounds: the threads keep their connections between them."""
    barrier = Barrier(people)

    def run(call: Callable[[], object]) -> object:
        try:
            barrier.wait(timeout=10)
            return call()
        except ReviewError as refused:
            return refused

    with ThreadPoolExecutor(people) as pool:
        try:
            yield lambda *calls: list(pool.map(run, calls))
        finally:
            list(pool.map(run, [close_connection] * people))


def close_connection() -> None:
    connection.close()  # looked up here, in the thread whose it is


def at_once(*calls: Callable[[], object]) -> list[object]:
    """Run every call in a thread of its own, all released together; a refusal comes back as itself."""
    with side_by_side(len(calls)) as run:
        return run(*calls)


def test_two_approvers_at_once_publish_once() -> None:
    edition, people = make_edition(), [make_editor(), make_editor()]
    opened = shown(edition)
    results = at_once(*(lambda by=by: actions.approve(edition, by=by, **opened) for by in people))  # type: ignore[misc]
    assert [isinstance(result, ReviewError) for result in results].count(True) == 1
    assert Publication.objects.count() == 1
    assert Decision.objects.filter(kind="approve").count() == 1


def test_an_approval_and_a_change_of_the_provision_never_publish_an_outdated_reading() -> None:
    document, by = make_document(), make_editor()
    with side_by_side(2) as at_once:
        for number in range(10):
            provision = make_provision(
                f"We may use your Content to train and improve our models. {number}", document=document
            )
            edition = make_edition(provision)
            at_once(
                partial(actions.approve, edition, by=by, **shown(edition)),
                partial(change_text, provision, f"All is different. {provision.pk}"),
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
    """Twenty people press “Start reviewing”, and are done with it, until nothing waits any more."""
    editions = make_many_editions(200)
    people = [make_editor("Editor") for _ in range(20)]

    def work(by: User) -> list[int]:
        given = []
        while edition := actions.claim_next(by=by):
            given.append(edition.pk)
            actions.discard(edition, by=by, lock_version=edition.lock_version, reason="Not material.")
        return given

    results = at_once(*(lambda by=by: work(by) for by in people))  # type: ignore[misc]
    given = [pk for result in results for pk in result]  # type: ignore[attr-defined]
    assert len(given) == len(set(given)), Counter(given).most_common(3)
    assert set(given) == {edition.pk for edition in editions}
    assert Event.objects.filter(action="claim").count() == 200


def make_many_editions(count: int, **content: Any) -> list[Edition]:
    """Editions in review, cheaply: one document, one text, a title instead of an analysis."""
    document = make_document()
    _, capture = make_version(document, TRAINING_TEXT)
    digest, author = sha256(TRAINING_TEXT), make_editor()
    with transaction.atomic():
        provisions = Provision.objects.bulk_create(
            Provision(document=document, title=f"Clause {number}", ordinal=number) for number in range(count)
        )
        wordings = Wording.objects.bulk_create(
            Wording(
                provision=provision,
                number=1,
                text=TRAINING_TEXT,
                text_sha256=digest,
                folded_sha256=digest,
                first_capture=capture,
            )
            for provision in provisions
        )
        editions = Edition.objects.bulk_create(
            Edition(provision=wording.provision, wording=wording, priority=wording.pk % 3) for wording in wordings
        )
        revisions = Revision.objects.bulk_create(
            Revision(
                edition=edition,
                number=1,
                author_kind="person",
                author=author,
                title="Mine",
                summary="Short.",
                **content,
            )
            for edition in editions
        )
        for edition, edition.head in zip(editions, revisions, strict=True):
            edition.save(update_fields=["head"])
        Event.objects.bulk_create(
            Event(edition_ref=edition.pk, action="take_in", actor="System", to_state=State.IN_REVIEW)
            for edition in editions
        )
    return editions


@pytest.mark.long
def test_two_approvers_and_an_import_at_once_leave_no_bad_end_state() -> None:
    """A hundred rounds. Each text needs two approvals, and the platform changes it while they are given."""
    document, people = make_document(), [make_editor() for _ in range(2)]
    ended = Counter[str]()
    editions = []
    with side_by_side(3) as at_once:
        for number in range(100):
            provision = make_provision(f"We may use your Content to train our models. {number}", document=document)
            edition = make_edition(provision, **LOOSE, exposure_level="high" if number % 2 else "low")
            opened = shown(edition)
            at_once(
                *(partial(approve_patiently, edition, opened, by) for by in people),
                partial(change_text, provision, f"All is different. {provision.pk}"),
            )
            editions.append(edition)
    follow_changes()
    for edition in editions:
        edition.refresh_from_db()
        ended[edition.state] += 1
        check_end(edition, edition.provision)
    assert set(ended) <= {State.PUBLISHED, State.DISCARDED}
    assert verify(checks=CHECKS).broken == []


LOOSE = {"summary": "Interpretation of a short text, long enough to be one."}


def approve_patiently(edition: Edition, opened: dict[str, Any], by: User) -> None:
    """Approve what was shown; who was too late looks again, once, as a person would."""
    try:
        actions.approve(edition, by=by, **opened)
    except StaleEdition:
        actions.approve(edition, by=by, **shown(edition))


def check_end(edition: Edition, provision: Provision) -> None:
    published = Publication.objects.filter(provision=provision)
    assert published.count() == (edition.state == State.PUBLISHED)
    assert Publication.objects.live().filter(provision=provision).count() <= 1
    assert not Edition.objects.open().filter(provision=provision).exists()
    for publication in published:
        assert publication.wording == edition.wording
        needed = 2 if publication.exposure_level == "high" else 1
        assert publication.approvals.count() == needed
    if edition.state == State.PUBLISHED:  # read against what was in force then, which is not in force any more
        changed = Change.objects.get(provision=provision)
        told = Event.objects.get(edition_ref=edition.pk, action="publish")
        assert told.at < changed.capture.recorded_at or published.get() in Publication.objects.stale()


def test_following_from_two_workers_at_once_does_everything_once() -> None:
    editions = [make_edition() for _ in range(6)]
    for edition in editions:
        change_text(edition.provision, f"All is different. {edition.pk}")
    results = at_once(follow_changes, follow_changes, follow_changes)
    assert not [result for result in results if isinstance(result, Exception)]
    assert set(Edition.objects.values_list("state", flat=True)) == {State.DISCARDED}
    assert Event.objects.filter(action="discard").count() == 6
    assert DraftJob.objects.filter(reason="changed").count() == 6


def test_a_text_that_returns_is_published_again_by_one_worker() -> None:
    first = make_publication()
    change_text(first.provision, "All is different.")
    make_publication(Provision.objects.get(pk=first.provision_id), **LOOSE)
    return_to(first.provision, first.wording)
    at_once(follow_changes, follow_changes, follow_changes)
    assert Publication.objects.filter(revision_id=first.revision_id).count() == 2
    assert Event.objects.filter(action="restore").count() == 1
    assert verify(checks=CHECKS).broken == []


def test_a_publication_that_is_taken_back_while_its_text_returns_does_not_come_back() -> None:
    """Whoever is first: a retracted analysis is never published again after its retraction."""
    by = make_editor("Managing editor")
    for number in range(10):
        first = make_publication(make_provision(f"We may use your Content to train our models. {number}"), **LOOSE)
        change_text(first.provision, f"All is different. {number}")
        make_publication(Provision.objects.get(pk=first.provision_id), **LOOSE)
        return_to(first.provision, first.wording)
        at_once(follow_changes, partial(actions.retract, first, by=by, reason="It was wrong."))
        told = Event.objects.filter(action__in=["restore", "retract"], data__reason__isnull=True)
        restored = told.filter(edition_ref=Revision.objects.get(pk=first.revision_id).edition_id).first()
        retracted = Event.objects.filter(data__publication=first.public_id, action="retract").get()
        assert restored is None or restored.pk < retracted.pk
