"""Every verb in every state by every role; and every pair of states by raw SQL. Nothing refused writes anything."""

import inspect
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from atlas.models import Publication, User
from review import actions
from review.errors import NotAllowed, ReviewError, StaleEdition
from review.models import OPEN_STATES, Decision, Edition, Event, Revision, State
from review.states import is_allowed
from tests.factories import make_provision
from tests.review.factories import (
    CONTENT,
    INVENTED,
    approve,
    approve_for_later,
    check_constraints,
    make_edition,
    make_editor,
    make_publication,
    send_back,
    shown,
)

pytestmark = pytest.mark.django_db

Editions = dict[tuple[str, str], int]

EDITORS = {"Editor", "Reviewer", "Senior reviewer", "Managing editor", "superuser"}
REVIEWERS = EDITORS - {"Editor"}
SENIORS = REVIEWERS - {"Reviewer"}
ROLES = ("Viewer", "Editor", "Reviewer", "Senior reviewer", "Managing editor", "Auditor", "nobody", "superuser")

MAY = {
    "claim": EDITORS,
    "revise": EDITORS,
    "discard": EDITORS,
    "approve": REVIEWERS,
    "request_changes": REVIEWERS,
    "void": REVIEWERS,
    "waive": SENIORS,
    "use_revision": EDITORS,
    "reschedule": REVIEWERS,
    "publish_now": REVIEWERS,
}
WHEN = {
    "claim": set(OPEN_STATES),
    "revise": {State.IN_REVIEW, State.CHANGES_REQUESTED},
    "discard": set(OPEN_STATES),
    "approve": {State.IN_REVIEW},
    "request_changes": {State.IN_REVIEW},
    "void": {State.IN_REVIEW, State.APPROVED},
    "waive": {State.IN_REVIEW},
    "use_revision": {State.IN_REVIEW, State.CHANGES_REQUESTED},
    "reschedule": {State.APPROVED},
    "publish_now": {State.APPROVED},
}
LEADS_TO = {
    "revise": State.IN_REVIEW,
    "discard": State.DISCARDED,
    "approve": State.PUBLISHED,
    "request_changes": State.CHANGES_REQUESTED,
    "void": State.IN_REVIEW,
    "waive": State.IN_REVIEW,
    "use_revision": State.IN_REVIEW,
    "publish_now": State.PUBLISHED,
}


def person(role: str) -> User:
    if role == "superuser":
        return make_editor("none of them", is_superuser=True)
    return make_editor("none of them" if role == "nobody" else role)


@pytest.fixture(scope="module")
def people(shared_rows: None) -> dict[str, User]:
    """One in every role."""
    return {role: person(role) for role in ROLES}


def discarded(edition: Edition) -> Edition:
    actions.discard(edition, by=make_editor(), lock_version=shown(edition)["lock_version"], reason="Not material.")
    return edition


def bring(edition: Edition, state: str) -> Edition:
    """``edition``, in review, brought to ``state``."""
    ways: dict[str, Callable[[Edition], object]] = {
        State.IN_REVIEW: lambda edition: edition,
        State.CHANGES_REQUESTED: send_back,
        State.APPROVED: approve_for_later,
        State.PUBLISHED: approve,
        State.DISCARDED: discarded,
    }
    ways[state](edition)
    return fresh(edition.pk)


def edited() -> Edition:
    edition = make_edition()
    actions.revise(edition, {"title": "Edited"}, by=make_editor(), lock_version=edition.lock_version)
    return edition


@pytest.fixture(scope="module")
def editions(shared_rows: None) -> Editions:
    """Verb and state → the key of an edition in that state on which the verb has something to do."""
    plain = {state: bring(make_edition(), state).pk for state in State.values}
    found = {(verb, state): plain[state] for verb in CALLS for state in State.values}
    found |= {("use_revision", state): bring(edited(), state).pk for state in State.values}
    unpublished = [state for state in State.values if state != State.PUBLISHED]
    found |= {("waive", state): bring(make_edition(**INVENTED), state).pk for state in unpublished}
    found["void", State.IN_REVIEW] = approve(make_edition(exposure_level="high"), make_editor()).pk
    return found


def fresh(key: int) -> Edition:
    return Edition.objects.select_related("head").get(pk=key)


CALLS: dict[str, Callable[[Edition, User, int], object]] = {
    "claim": lambda edition, by, lock: actions.claim(edition, by=by),
    "revise": lambda edition, by, lock: actions.revise(edition, {"title": "Other"}, by=by, lock_version=lock),
    "discard": lambda edition, by, lock: actions.discard(edition, by=by, lock_version=lock, reason="Because."),
    "approve": lambda edition, by, lock: actions.approve(edition, by=by, **{**shown(edition), "lock_version": lock}),
    "request_changes": lambda edition, by, lock: actions.request_changes(
        edition, by=by, lock_version=lock, reason="Because.", mode="edit"
    ),
    "void": lambda edition, by, lock: actions.void(edition, by=by, lock_version=lock, reason="Because."),
    "waive": lambda edition, by, lock: actions.waive(
        edition.revisions.get(number=1).findings.order_by("severity")[0], by=by, lock_version=lock, reason="Because."
    ),
    "use_revision": lambda edition, by, lock: actions.use_revision(
        edition.revisions.get(number=1), by=by, lock_version=lock
    ),
    "reschedule": lambda edition, by, lock: actions.reschedule(
        edition, by=by, lock_version=lock, publish_at=next_week()
    ),
    "publish_now": lambda edition, by, lock: actions.publish_now(edition, by=by, lock_version=lock),
}


def next_week() -> datetime:
    return timezone.now().replace(second=0, microsecond=0) + timedelta(days=7)


def written() -> tuple[Any, ...]:
    """All that a verb could have written."""
    moving = ("state", "lock_version", "round", "head", "approved_revision", "claimed_by", "publish_at", "public_note")
    tables = [model._meta.db_table for model in (Revision, Decision, Event, Publication)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"(SELECT count(*) FROM {table})" for table in tables))
        return (*cursor.fetchone(), *Edition.objects.order_by("pk").values_list(*moving))


@contextmanager
def undone() -> Iterator[None]:
    """What is done in here is undone, so that the next may try it at the same rows."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize("state", State.values)
@pytest.mark.parametrize("verb", CALLS)
def test_a_verb_does_what_the_table_says_or_nothing(
    editions: Editions, people: dict[str, User], verb: str, state: str
) -> None:
    before = written()
    for role, by in people.items():
        with undone():
            does_what_the_table_says_or_nothing(role, by, verb, fresh(editions[verb, state]), before)


def does_what_the_table_says_or_nothing(
    role: str, by: User, verb: str, edition: Edition, before: tuple[Any, ...]
) -> None:
    state, lock = edition.state, edition.lock_version
    if role in MAY[verb] and state in WHEN[verb]:
        CALLS[verb](edition, by, lock)
        edition.refresh_from_db()
        assert edition.state == LEADS_TO.get(verb, state)
        assert Event.objects.filter(edition_ref=edition.pk, actor_ref=by.pk).exists()
    else:
        with pytest.raises(NotAllowed):
            CALLS[verb](edition, by, lock)
        assert written() == before


def asks_for_the_version(verb: str) -> bool:
    asked = inspect.signature(getattr(actions, verb)).parameters.get("lock_version")
    return asked is not None and asked.default is inspect.Parameter.empty


def test_every_verb_that_a_form_asks_is_in_the_matrix() -> None:
    assert set(filter(asks_for_the_version, actions.__all__)) == set(CALLS) - {"claim"}


@pytest.mark.parametrize("verb", sorted(set(CALLS) - {"claim"}))
def test_a_stale_form_is_refused_and_writes_nothing(editions: Editions, people: dict[str, User], verb: str) -> None:
    edition, by = fresh(editions[verb, State.IN_REVIEW]), people["Managing editor"]
    opened = edition.lock_version
    colleague = make_editor("Editor", "ada")
    actions.revise(edition, {"interpretive_note": "It may be read otherwise."}, by=colleague, lock_version=opened)
    before = written()
    with pytest.raises(StaleEdition, match="Ada saved a revision"):
        CALLS[verb](edition, by, opened)
    assert written() == before


@pytest.mark.parametrize("state", [State.IN_REVIEW, State.CHANGES_REQUESTED])
def test_saving_the_same_text_writes_nothing(editions: Editions, state: str) -> None:
    edition, before = fresh(editions["revise", state]), written()
    actions.revise(edition, dict(CONTENT), by=make_editor(), lock_version=edition.lock_version, public_note="")
    assert written() == before


@pytest.mark.parametrize(("verb", "may"), [("withdraw", SENIORS), ("retract", SENIORS - {"Senior reviewer"})])
def test_who_takes_a_publication_back(people: dict[str, User], verb: str, may: set[str]) -> None:
    publication = make_publication()
    for role, by in people.items():
        with undone():
            takes_back_or_not(by, verb, Publication.objects.get(pk=publication.pk), may=role in may)


def takes_back_or_not(by: User, verb: str, publication: Publication, *, may: bool) -> None:
    before = written()
    if may:
        getattr(actions, verb)(publication, by=by, reason="Misread.")
        assert not Publication.objects.live().filter(provision=publication.provision_id).exists()
    else:
        with pytest.raises(NotAllowed):
            getattr(actions, verb)(publication, by=by, reason="Misread.")
        assert written() == before


def test_a_reason_is_asked_for_wherever_one_is_recorded(editions: Editions, people: dict[str, User]) -> None:
    by, edition = people["Managing editor"], fresh(editions["void", State.IN_REVIEW])
    lock, publication = edition.lock_version, Publication.objects.live().first()
    assert publication is not None
    for verb in (actions.discard, actions.request_changes, actions.void):
        with pytest.raises(NotAllowed, match="reason"):
            verb(edition, by=by, lock_version=lock, reason=" \0 ")  # type: ignore[operator]
    for end in (actions.withdraw, actions.retract):
        with pytest.raises(NotAllowed, match="reason"):
            end(publication, by=by, reason=" ")


class TestWhoApproves:
    """Not its author, not who had it drafted, not the system, whatever rights they have."""

    @pytest.mark.parametrize("role", sorted(REVIEWERS))
    def test_not_the_author(self, editions: Editions, people: dict[str, User], role: str) -> None:
        edition, author = fresh(editions["approve", State.IN_REVIEW]), people[role]
        actions.revise(edition, {"title": "Mine"}, by=author, lock_version=edition.lock_version)
        before = written()
        with pytest.raises(NotAllowed, match="You wrote this"):
            approve(edition, author)
        assert written() == before

    def test_not_the_system(self) -> None:
        edition = make_edition()
        with pytest.raises(AttributeError):
            actions.approve(edition, by=None, **shown(edition))  # type: ignore[arg-type]
        with pytest.raises(NotAllowed, match="Only an approved edition"):
            actions.publish(edition)
        assert not edition.provision.publications.exists()

    def test_not_somebody_who_left(self) -> None:
        edition = make_edition()
        with pytest.raises(NotAllowed, match="role does not let you"):
            approve(edition, make_editor("Managing editor", is_active=False))

    def test_again_after_a_void(self) -> None:
        edition, first, second = make_edition(exposure_level="high"), make_editor(), make_editor()
        approve(edition, first)
        actions.void(edition, by=second, lock_version=shown(edition)["lock_version"], reason="Too fast.")
        assert approve(edition, first).state == State.IN_REVIEW
        assert approve(edition, second).state == State.PUBLISHED


PAIRS = list(product(State.values, State.values))


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_no_state_moves_by_raw_sql_but_along_the_table_and_with_its_event(
    editions: Editions, source: str, target: str
) -> None:
    edition = fresh(editions["discard", source])
    check_constraints()
    if source == target:
        return
    sql = "UPDATE review_edition SET state = %s, publish_at = NULL, approved_revision_id = head_id,"
    sql += " lock_version = lock_version + 1 WHERE id = %s"

    def move(*, told: bool) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, [target, edition.pk])
            if told:
                Event.objects.create(edition_ref=edition.pk, action="x", actor="x", from_state=source, to_state=target)
            check_constraints()

    with pytest.raises(IntegrityError):
        move(told=False)
    if is_allowed(source, target) and target != State.PUBLISHED:
        move(told=True)
        edition.refresh_from_db()
        assert edition.state == target
    else:
        with pytest.raises(IntegrityError):
            move(told=True)


@pytest.mark.parametrize("state", State.values)
def test_an_edition_begins_in_review_or_discarded(editions: Editions, state: str) -> None:
    provision = make_provision()
    other = fresh(editions["claim", State.IN_REVIEW])  # its revision is for the states that need one

    def begin() -> None:
        with transaction.atomic():
            edition = Edition.objects.create(
                provision=provision, wording=provision.current_wording, state=state, approved_revision=other.head
            )
            Event.objects.create(edition_ref=edition.pk, action="x", actor="x", to_state=state)
            check_constraints()

    if is_allowed("", state):
        begin()
    else:
        with pytest.raises(IntegrityError, match="cannot begin as"):
            begin()


def test_refusals_are_sentences(editions: Editions, people: dict[str, User]) -> None:
    edition = fresh(editions["claim", State.DISCARDED])
    for call in CALLS.values():
        with pytest.raises(ReviewError) as refusal:
            call(edition, people["Managing editor"], edition.lock_version)
        assert re.fullmatch(r"[A-Z].+\.", str(refusal.value))
