"""Who has an edition open: told to colleagues and to one's own other tabs, and locking nothing."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from atlas.models import User
from review import actions
from review.claiming import LEASE
from review.models import Edition, Event, Presence
from tests.factories import make_user
from tests.review.factories import approve, change_text, make_edition, make_editor, shown
from tests.review.test_conflict import revise

pytestmark = pytest.mark.django_db
START = datetime(2026, 6, 1, 10, 2, tzinfo=UTC)
Capped = Callable[[int], Any]


@pytest.fixture
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def enter(by: User) -> Client:
    client = Client()
    client.force_login(by)
    return client


def pulse(client: Client, edition: Edition, *, tab: str = "tab-1", looking: bool = True, **changes: Any) -> Any:
    fields = {"tab": tab, "lock_version": shown(edition)["lock_version"], "looking": "yes" if looking else "no"}
    answer = client.post(reverse("admin:review_edition_pulse", args=[edition.pk]), {**fields, **changes})
    assert answer.status_code == 200, answer.content
    return answer.json()


class TestWhoIsHere:
    def test_colleagues_see_each_other_since_when(self, clock: time_machine.Coordinates, edition: Edition) -> None:
        ada, ben = enter(make_editor(username="ada")), enter(make_editor(username="ben"))
        assert pulse(ada, edition)["here"] == []
        Presence.objects.update(opened_at=START)  # the database's clock does not travel
        clock.shift(20)
        assert pulse(ben, edition)["here"] == [{"name": "Ada", "since": "10:02 UTC"}]
        assert [who["name"] for who in pulse(ada, edition)["here"]] == ["Ben"]

    def test_a_viewer_is_seen_as_well(self, edition: Edition) -> None:
        pulse(enter(make_editor("Viewer", "vic")), edition)
        assert [who["name"] for who in pulse(enter(make_editor()), edition)["here"]] == ["Vic"]

    def test_two_tabs_of_a_colleague_are_one_person(self, edition: Edition) -> None:
        ada = enter(make_editor(username="ada"))
        for tab in ("tab-1", "tab-2"):
            pulse(ada, edition, tab=tab)
        assert len(pulse(enter(make_editor()), edition)["here"]) == 1

    def test_ones_own_other_tab_is_told(self, edition: Edition) -> None:
        ada = enter(make_editor())
        assert pulse(ada, edition, tab="tab-1")["other_tab"] is False
        assert pulse(ada, edition, tab="tab-2")["other_tab"] is True
        assert pulse(ada, edition, tab="tab-1")["other_tab"] is True
        assert pulse(ada, edition, tab="tab-1")["here"] == []

    def test_who_is_silent_for_a_minute_is_gone(self, clock: time_machine.Coordinates, edition: Edition) -> None:
        ada, ben = enter(make_editor()), enter(make_editor())
        pulse(ada, edition)
        clock.shift(59)
        assert len(pulse(ben, edition)["here"]) == 1
        clock.shift(2)
        assert pulse(ben, edition)["here"] == []

    def test_old_rows_go_in_bulk_whenever_a_page_is_opened(self, clock: time_machine.Coordinates) -> None:
        editions = [make_edition() for _ in range(3)]
        for edition in editions:
            pulse(enter(make_editor()), edition)
        clock.shift(61)
        pulse(enter(make_editor()), editions[0])
        assert Presence.objects.count() == 1

    def test_other_editions_are_other_rooms(self) -> None:
        one, two = make_edition(), make_edition()
        pulse(enter(make_editor()), one)
        assert pulse(enter(make_editor()), two)["here"] == []


class TestWhatMoved:
    def test_a_saved_revision_is_told_with_who_and_when(self, edition: Edition) -> None:
        ben = enter(make_editor())
        opened = shown(edition)["lock_version"]
        assert pulse(ben, edition)["moved"] == ""
        revise(edition, "ada", title="Theirs")
        at = Event.objects.latest("sequence").at
        actions.claim(edition, by=make_editor())
        told = pulse(ben, edition, lock_version=opened)
        assert told["moved"] == f"Ada saved revision 2 at {at:%H:%M} UTC"
        assert told["lock_version"] == opened + 1

    def test_what_is_no_revision_is_told_in_its_own_words(self, edition: Edition) -> None:
        ben = enter(make_editor())
        opened = shown(edition)["lock_version"]
        actions.discard(edition, by=make_editor(username="ada"), lock_version=opened, reason="Not needed.")
        assert pulse(ben, edition, lock_version=opened)["moved"].startswith("Ada discarded it at ")

    def test_a_newer_wording_is_told_as_long_as_the_edition_is_open(self, edition: Edition) -> None:
        ben = enter(make_editor())
        assert pulse(ben, edition)["newer"] is False
        change_text(edition.provision, "Everything is different now.")
        assert pulse(ben, edition)["newer"] is True
        published = approve(make_edition())
        change_text(published.provision, "Everything is different now.")
        assert pulse(ben, published)["newer"] is False


class TestClaims:
    def test_a_pulse_renews_ones_claim_without_a_move(self, clock: time_machine.Coordinates, edition: Edition) -> None:
        ada = make_editor()
        actions.claim(edition, by=ada)
        events, before = Event.objects.count(), shown(edition)
        pulse(enter(ada), edition)
        clock.shift(300)
        told = pulse(enter(ada), edition)
        edition.refresh_from_db()
        assert edition.claimed_until == timezone.now() + LEASE
        assert told["claimed_until"] == "10:22 UTC"
        assert (Event.objects.count(), shown(edition)) == (events, before)

    def test_a_page_that_nobody_looks_at_renews_nothing(
        self, clock: time_machine.Coordinates, edition: Edition
    ) -> None:
        ada = make_editor()
        actions.claim(edition, by=ada)
        pulse(enter(ada), edition)
        clock.shift(300)
        pulse(enter(ada), edition, looking=False)
        edition.refresh_from_db()
        assert edition.claimed_until == START + LEASE

    def test_nobody_renews_or_takes_a_colleagues_claim(self, clock: time_machine.Coordinates, edition: Edition) -> None:
        ada, ben = make_editor(), make_editor()
        actions.claim(edition, by=ada)
        pulse(enter(ben), edition)
        clock.shift(300)
        assert pulse(enter(ben), edition)["claimed_until"] == ""
        edition.refresh_from_db()
        assert (edition.claimed_by, edition.claimed_until) == (ada, START + LEASE)

    def test_a_claim_is_written_at_most_once_a_minute(self, clock: time_machine.Coordinates, edition: Edition) -> None:
        ada = make_editor()
        actions.claim(edition, by=ada)
        client = enter(ada)
        pulse(client, edition)
        clock.shift(20)
        pulse(client, edition)
        edition.refresh_from_db()
        assert edition.claimed_until == START + LEASE


class TestCost:
    def test_a_pulse_takes_at_most_eight_queries(
        self, clock: time_machine.Coordinates, django_assert_max_num_queries: Capped, edition: Edition
    ) -> None:
        ada = make_editor()
        actions.claim(edition, by=ada)
        opened = shown(edition)["lock_version"]
        for _ in range(5):
            pulse(enter(make_editor()), edition)
        client = enter(ada)
        with django_assert_max_num_queries(8):
            pulse_raw(client, edition, opened)
        clock.shift(timedelta(seconds=70))
        with django_assert_max_num_queries(8):
            pulse_raw(client, edition, opened)
        revise(edition, "bea", title="Theirs")
        clock.shift(timedelta(seconds=70))
        with django_assert_max_num_queries(8):
            pulse_raw(client, edition, opened)


def pulse_raw(client: Client, edition: Edition, lock_version: int) -> None:
    """Without the queries of the test's own."""
    fields = {"tab": "tab-1", "lock_version": lock_version, "looking": "yes"}
    assert client.post(reverse("admin:review_edition_pulse", args=[edition.pk]), fields).status_code == 200


class TestWhoMayAsk:
    def test_only_who_may_see_the_edition(self, edition: Edition) -> None:
        url = reverse("admin:review_edition_pulse", args=[edition.pk])
        assert Client().post(url).status_code == 302
        assert enter(make_user(is_staff=True)).post(url).status_code == 403
        client = enter(make_editor())
        assert client.get(url).status_code == 405
        assert client.post(url, {"lock_version": "1"}).status_code == 400
        assert client.post(reverse("admin:review_edition_pulse", args=[999_999_999])).status_code == 404
        assert not Presence.objects.exists()

    def test_it_asks_for_the_token_of_the_page(self, edition: Edition) -> None:
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(make_editor())
        assert strict.post(reverse("admin:review_edition_pulse", args=[edition.pk]), {"tab": "1"}).status_code == 403

    @pytest.mark.parametrize("lock_version", ["", "x", "-1", "9" * 30])
    def test_a_version_that_is_none_counts_as_moved(self, lock_version: str) -> None:
        assert pulse(enter(make_editor()), make_edition(), lock_version=lock_version)["moved"]
