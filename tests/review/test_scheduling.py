"""Publishing at a set hour: who sets it, what keeps it, what happens when it comes."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import psutil
import pytest
import time_machine
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from atlas.models import Approval, AttributeValue, Publication
from review import actions, tasks
from review.errors import NotAllowed, StaleEdition
from review.models import Comment, Edition, Event, State
from review.scheduling import in_words, read_hour, refusal_of
from review.verifying import CHECKS
from tests.processes import ROOT, database_url, environment, eventually
from tests.review.factories import (
    CONTENT,
    QUOTE,
    approve,
    change_text,
    check_constraints,
    make_edition,
    make_editor,
    make_publication,
    shown,
)
from tests.review.test_desk import posted

pytestmark = pytest.mark.django_db
HOUR = datetime(2031, 12, 1, 9, tzinfo=UTC)
BEFORE = HOUR - timedelta(days=4)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Coordinates]:
    """Four days before the hour; it is moved on by hand."""
    with time_machine.travel(BEFORE, tick=True) as traveller:
        yield traveller


def schedule(edition: Edition, at: datetime = HOUR, by: Any = None) -> Edition:
    actions.approve(edition, by=by or make_editor(), **shown(edition), publish_at=at)
    edition.refresh_from_db()
    return edition


def refusals(edition: Edition) -> list[str]:
    return [event.data["reason"] for event in Event.objects.filter(edition_ref=edition.pk, action="publish_refused")]


def test_the_last_approval_may_set_an_hour_and_then_nothing_is_published_yet() -> None:
    edition = schedule(make_edition())
    assert (edition.state, edition.publish_at) == (State.APPROVED, HOUR)
    assert not Publication.objects.exists()
    assert tasks.publish_due() == 0
    check_constraints()


def test_at_its_hour_system_publishes_it_and_cites_who_approved(clock: time_machine.Coordinates) -> None:
    ada = make_editor(username="ada")
    edition = schedule(make_edition(), by=ada)
    clock.move_to(HOUR)
    assert tasks.publish_due() == 1
    check_constraints()
    edition.refresh_from_db()
    event = Event.objects.get(edition_ref=edition.pk, action="publish")
    assert edition.state == State.PUBLISHED
    assert (event.actor, event.actor_ref, event.data["approved_by"]) == ("System", None, ["Ada"])
    assert Approval.objects.get().name == "Ada"
    assert tasks.publish_due() == 0


def test_an_approver_who_left_the_team_since_does_not_stop_it(clock: time_machine.Coordinates) -> None:
    ada = make_editor()
    schedule(make_edition(), by=ada)
    ada.groups.clear()
    ada.is_active = False
    ada.save()
    clock.move_to(HOUR)
    assert tasks.publish_due() == 1


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (BEFORE - timedelta(minutes=5), "is past"),
        (BEFORE + timedelta(days=366), "more than a year"),
        (HOUR + timedelta(seconds=1), "whole minute"),
    ],
)
def test_an_hour_is_a_whole_minute_to_come_within_a_year(at: datetime, words: str) -> None:
    edition = make_edition()
    with pytest.raises(NotAllowed, match=words):
        schedule(edition, at)
    edition.refresh_from_db()
    assert edition.state == State.IN_REVIEW


def test_the_first_of_two_approvals_sets_no_hour() -> None:
    edition = make_edition(exposure_level="high")
    with pytest.raises(NotAllowed, match="with the last approval"):
        schedule(edition)
    approve(edition)
    assert schedule(edition).publish_at == HOUR


def test_a_scheduled_text_is_frozen_and_voiding_takes_the_hour_back(clock: time_machine.Coordinates) -> None:
    edition, editor = schedule(make_edition()), make_editor()
    with pytest.raises(NotAllowed, match="void the approval first"):
        actions.revise(edition, {"title": "Other"}, by=editor, lock_version=edition.lock_version)
    actions.void(edition, by=editor, lock_version=edition.lock_version, reason="Read too fast.")
    edition.refresh_from_db()
    assert (edition.state, edition.publish_at) == (State.IN_REVIEW, None)
    clock.move_to(HOUR)
    assert tasks.publish_due() == 0


def test_another_hour_is_set_with_an_event_and_the_same_one_again_changes_nothing(
    clock: time_machine.Coordinates,
) -> None:
    edition, by = schedule(make_edition()), make_editor()
    later = HOUR + timedelta(days=1)
    for _ in range(2):
        actions.reschedule(edition, by=by, lock_version=shown(edition)["lock_version"], publish_at=later)
    event = Event.objects.get(action="reschedule")
    assert (event.data["before"], event.data["publish_at"]) == (HOUR.isoformat(), later.isoformat())
    clock.move_to(HOUR)
    assert tasks.publish_due() == 0
    clock.move_to(later)
    assert tasks.publish_due() == 1


def test_a_scheduled_edition_is_published_at_once_by_whoever_may_approve() -> None:
    edition = schedule(make_edition())
    with pytest.raises(NotAllowed, match="role does not let you"):
        actions.publish_now(edition, by=make_editor("Editor"), lock_version=edition.lock_version)
    with pytest.raises(StaleEdition):
        actions.publish_now(edition, by=make_editor(), lock_version=edition.lock_version - 1)
    actions.publish_now(edition, by=make_editor(username="bob"), lock_version=edition.lock_version)
    check_constraints()
    edition.refresh_from_db()
    assert (edition.state, edition.publish_at) == (State.PUBLISHED, None)
    assert [event.actor for event in Event.objects.filter(action__in=["publish_now", "publish"])] == ["Bob", "Bob"]


def test_only_an_approved_edition_has_an_hour_to_move() -> None:
    edition, by = make_edition(), make_editor()
    with pytest.raises(NotAllowed, match="only an approved one"):
        actions.reschedule(edition, by=by, lock_version=edition.lock_version, publish_at=HOUR)
    with pytest.raises(NotAllowed, match="only an approved one"):
        actions.publish_now(edition, by=by, lock_version=edition.lock_version)


def test_a_refused_edition_keeps_its_hour_and_says_why_once(clock: time_machine.Coordinates) -> None:
    edition = schedule(make_edition())
    change_text(edition.provision, "Everything is different now.")
    clock.move_to(HOUR)
    for _ in range(3):
        assert tasks.publish_due() == 0
    edition.refresh_from_db()
    assert (edition.state, edition.publish_at) == (State.APPROVED, HOUR)
    assert len(refusals(edition)) == 1
    assert "provision has changed" in refusal_of(edition)
    change_text(edition.provision, CONTENT["summary"])
    check_constraints()


def test_what_was_refused_is_published_once_nothing_stands_in_its_way(clock: time_machine.Coordinates) -> None:
    edition, by = schedule(make_edition()), make_editor()
    remark = Comment.objects.create(edition=edition, revision=edition.head, body="Wait.", is_blocking=True, by=by)
    clock.move_to(HOUR)
    assert tasks.publish_due() == 0
    assert "blocking comment" in refusal_of(edition)
    Comment.objects.filter(pk=remark.pk).update(resolved_at=timezone.now(), resolved_by=by)
    assert tasks.publish_due() == 1


def test_another_hour_forgets_the_refusal_of_the_one_before(clock: time_machine.Coordinates) -> None:
    edition, by = schedule(make_edition()), make_editor()
    Comment.objects.create(edition=edition, revision=edition.head, body="Wait.", is_blocking=True, by=by)
    clock.move_to(HOUR)
    tasks.publish_due()
    later = HOUR + timedelta(days=1)
    actions.reschedule(edition, by=by, lock_version=shown(edition)["lock_version"], publish_at=later)
    assert refusal_of(edition) == ""
    clock.move_to(later)
    tasks.publish_due()
    assert len(refusals(edition)) == 2


def test_an_approval_of_ones_own_text_stops_counting_when_single_editor_review_ends(
    clock: time_machine.Coordinates, settings: Any
) -> None:
    settings.ATLAS_SOLO_REVIEW = True
    edition, editor = make_edition(), make_editor()
    actions.revise(edition, {"title": "My words"}, by=editor, lock_version=edition.lock_version)
    schedule(edition, by=editor)
    settings.ATLAS_SOLO_REVIEW = False
    clock.move_to(HOUR)
    assert tasks.publish_due() == 0
    assert "Too few approvals count (0 of 1)" in refusal_of(edition)


def test_one_that_is_refused_does_not_hold_up_the_others(clock: time_machine.Coordinates) -> None:
    refused, good = schedule(make_edition()), schedule(make_edition(), HOUR + timedelta(minutes=1))
    change_text(refused.provision, "Everything is different now.")
    clock.move_to(HOUR + timedelta(minutes=1))
    assert tasks.publish_due() == 1
    good.refresh_from_db()
    assert good.state == State.PUBLISHED


def test_a_scheduled_successor_supersedes_only_when_its_hour_comes(clock: time_machine.Coordinates) -> None:
    first = make_publication()
    change_text(first.provision, "We train on nothing. We may use your Content to train and improve our models.")
    schedule(make_edition(first.provision))
    assert Publication.objects.live().get() == first
    clock.move_to(HOUR)
    tasks.publish_due()
    assert Publication.objects.live().get().number == "2.0"


def test_the_record_of_hours_kept_moved_and_refused_verifies(clock: time_machine.Coordinates) -> None:
    by = make_editor()
    moved, refused, at_once = schedule(make_edition()), schedule(make_edition()), schedule(make_edition())
    actions.reschedule(moved, by=by, lock_version=moved.lock_version, publish_at=HOUR + timedelta(minutes=1))
    actions.publish_now(at_once, by=by, lock_version=at_once.lock_version)
    change_text(refused.provision, "Everything is different now.")
    clock.move_to(HOUR + timedelta(minutes=1))
    assert tasks.publish_due() == 1
    check_constraints()
    assert [said for check in CHECKS for said in check.verdicts() if said] == []


def desk_url(edition: Edition) -> str:
    return reverse("admin:review_edition_desk", args=[edition.pk])


def test_the_desk_sets_the_hour_and_says_it_in_utc(client: Client) -> None:
    edition = make_edition()
    client.force_login(make_editor())
    assert 'value="approve:later"' in client.get(desk_url(edition)).content.decode()
    hour = {"publish_at": "2031-12-01T09:00"}
    page = client.post(desk_url(edition), posted(edition, "approve:later", **hour), follow=True).content.decode()
    assert "Approved; publishes 1 Dec 2031, 09:00 UTC." in page
    assert "Publishes 1 Dec 2031, 09:00 UTC." in page
    later = {"publish_at": "2031-12-02T10:30"}
    page = client.post(desk_url(edition), posted(edition, "reschedule", **later), follow=True).content.decode()
    assert "Publishes 2 Dec 2031, 10:30 UTC." in page
    page = client.post(desk_url(edition), posted(edition, "publish_now"), follow=True).content.decode()
    assert Publication.objects.live().exists()


@pytest.mark.parametrize("typed", ["", "tomorrow", "2031-12-01", "2031-12-01T09:00+02:00", "\x00"])
def test_an_hour_that_cannot_be_read_approves_nothing(client: Client, typed: str) -> None:
    edition = make_edition()
    client.force_login(make_editor())
    answer = client.post(desk_url(edition), posted(edition, "approve:later", publish_at=typed))
    edition.refresh_from_db()
    assert answer.status_code == 409
    assert edition.state == State.IN_REVIEW


def test_the_desk_says_why_nothing_was_published_at_the_hour(client: Client, clock: time_machine.Coordinates) -> None:
    edition, by = schedule(make_edition()), make_editor()
    Comment.objects.create(edition=edition, revision=edition.head, body="Wait.", is_blocking=True, by=by)
    clock.move_to(HOUR)
    tasks.publish_due()
    client.force_login(by)
    assert "Not published at its hour: A blocking comment is open" in client.get(desk_url(edition)).content.decode()


def test_an_hour_is_read_and_written_in_utc() -> None:
    at = read_hour("2031-12-01T09:00")
    assert at == HOUR and in_words(HOUR) == "1 Dec 2031, 09:00 UTC"


# Imports everything once and then forks: each line that it reads is a publisher, whose process number it answers.
PUBLISHERS = """
import os, signal, sys
from review import tasks
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for _ in sys.stdin:
    if publisher := os.fork():
        print(publisher, flush=True)
    else:
        tasks.publish_due()
        os._exit(0)
"""


@pytest.fixture(scope="module")
def start_publisher(django_db_setup: None) -> Iterator[Callable[[], int]]:
    """Starts a publisher in a process of its own, and gives its number."""
    with subprocess.Popen(
        [sys.executable, "manage.py", "shell", "-v0", "-c", PUBLISHERS],
        cwd=ROOT,
        env=environment(DATABASE_URL=database_url()),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as forks:
        assert forks.stdin is not None and forks.stdout is not None
        asked, answered = forks.stdin, forks.stdout

        def start() -> int:
            asked.write("\n")
            asked.flush()
            return int(answered.readline())

        yield start


# Where the publishing process is stopped: it waits for a lock on the table it would write next, and is killed there.
POINTS = ["atlas_publication", "atlas_approval", "atlas_attributevalue", "atlas_publication_cited", "review_event"]


@pytest.mark.parametrize("table", POINTS)
@pytest.mark.django_db(transaction=True)
def test_a_publisher_killed_anywhere_leaves_the_edition_scheduled_whole(
    table: str, clock: time_machine.Coordinates, start_publisher: Callable[[], int]
) -> None:
    clock.move_to(time_machine.escape_hatch.datetime.datetime.now(UTC))  # the other process has the real one
    call_command("load_catalogue", stdout=StringIO())
    quote = QUOTE.strip("“”")
    fact = {"attribute": "training-default-consumer", "value": "opt-out", "quote": quote}
    edition = make_edition(attributes=[fact], practical_effect="A legal basis is needed [@gdpr-art-6-1-f].")
    edition = schedule(edition, timezone.now().replace(second=0, microsecond=0) + timedelta(minutes=1))
    minute_ago = timezone.now() - timedelta(minutes=1)
    Edition.objects.filter(pk=edition.pk).update(publish_at=minute_ago, lock_version=F("lock_version") + 1)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {table} IN SHARE MODE")
        publisher = start_publisher()
        eventually(lambda: _somebody_waits_for(table))
        os.kill(publisher, signal.SIGKILL)
        eventually(lambda: not psutil.pid_exists(publisher))
    edition.refresh_from_db()
    assert edition.state == State.APPROVED
    assert not Publication.objects.exists() and not AttributeValue.objects.exists()
    assert not refusals(edition)
    eventually(tasks.publish_due)
    edition.refresh_from_db()
    assert edition.state == State.PUBLISHED
    assert (Publication.objects.count(), Approval.objects.count(), AttributeValue.objects.count()) == (1, 1, 1)


def _somebody_waits_for(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = %s::regclass)", [table])
        return bool(cursor.fetchone()[0])
