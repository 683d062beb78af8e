"""Holding drafting back and letting it go on, with a reason that colleagues read."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from analysis.holds import Holds, hold, lift
from analysis.models import Hold, HoldCause
from atlas.models import User
from tests.factories import make_user

pytestmark = pytest.mark.django_db
LIST = "admin:analysis_hold_changelist"


@pytest.fixture
def ada() -> User:
    return User.objects.create_superuser("ada", public_name="Ada")


@pytest.fixture
def desk(client: Client, ada: User) -> Client:
    client.force_login(ada)
    return client


def test_a_person_pauses_drafting_with_a_reason_and_lets_it_go_on(desk: Client, ada: User) -> None:
    page = desk.post(reverse("admin:analysis_hold_pause"), {"reason": " A new\nmodel\0 "}, follow=True)
    assert "Drafting is paused." in page.content.decode()
    held = Hold.objects.get()
    assert (held.cause, held.words, held.set_by) == (HoldCause.PAUSED, "A new model", ada)
    assert Holds.now().of_everything() == held
    desk.post(reverse("admin:analysis_hold_lift", args=[held.pk]))
    held.refresh_from_db()
    assert held.lifted_by == ada and Holds.now().of_everything() is None


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_a_pause_without_a_reason_is_refused_in_words(desk: Client, reason: str) -> None:
    page = desk.post(reverse("admin:analysis_hold_pause"), {"reason": reason}, follow=True)
    assert "Please give a reason" in page.content.decode()
    assert not Hold.objects.exists()


def test_past_holds_are_listed_and_can_only_be_read(desk: Client, ada: User) -> None:
    held = hold(HoldCause.CONFIG, "No <key>", profile="openai/gpt-4o")
    lift(held, by=ada)
    page = desk.get(reverse(LIST)).content.decode()
    assert "No &lt;key&gt;" in page and "UTC by Ada" in page
    own = reverse("admin:analysis_hold_change", args=[held.pk])
    page = desk.get(own).content.decode()
    assert 'name="_save"' not in page and "openai/gpt-4o" in page
    assert desk.post(own, {"words": "Another"}).status_code == 403
    assert desk.get(reverse("admin:analysis_hold_add")).status_code == 403


@pytest.mark.parametrize(("state", "words"), [("stands", "Stands now"), ("over", "Ended by itself")])
def test_holds_are_told_apart_by_whether_they_hold(desk: Client, state: str, words: str) -> None:
    hold(HoldCause.CONFIG, "Stands now")
    hold(HoldCause.RATE, "Ended by itself", until=timezone.now() - timedelta(minutes=1))
    shown = desk.get(reverse(LIST), {"state": state}).context["cl"].result_list
    assert [held.words for held in shown] == [words]


def test_selected_holds_are_lifted(desk: Client, ada: User) -> None:
    held = hold(HoldCause.CONFIG, "No key")
    desk.post(reverse(LIST), {"action": "lift_holds", "_selected_action": [held.pk]})
    held.refresh_from_db()
    assert held.lifted_by == ada


def test_a_viewer_reads_holds_and_lifts_none(client: Client) -> None:
    held = hold(HoldCause.CONFIG, "No key")
    client.force_login(make_user(groups=("Viewer",)))
    page = client.get(reverse(LIST)).content.decode()
    assert "No key" in page and "lift_holds" not in page
    client.post(reverse(LIST), {"action": "lift_holds", "_selected_action": [held.pk]})
    assert Hold.objects.get().lifted_at is None


def test_who_may_not_see_jobs_may_not_see_holds(client: Client) -> None:
    client.force_login(make_user(is_staff=True))
    assert client.get(reverse(LIST)).status_code == 403
