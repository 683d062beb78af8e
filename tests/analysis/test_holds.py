"""Holds: why due jobs wait, for every process to see."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from analysis import holds
from analysis.drafting import drain
from analysis.models import DraftJob, Hold, HoldCause, JobState
from tests.analysis.jobs import queued_job
from tests.factories import make_user
from tests.processes import database_url, manage
from tests.servers import faults
from tests.servers.openai import ModelServer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("small_catalogue")]


def test_another_process_sees_a_hold_and_asks_nothing(model_server: ModelServer) -> None:
    queued_job()
    model_server.script.append(faults.wrong_key)
    drain()

    other = manage("draft", "--json", DATABASE_URL=database_url())

    assert other.returncode == 1 and "ATLAS_LLM_API_KEY" in other.stdout
    assert json.loads(other.stdout.splitlines()[0])["outcomes"] == {}
    assert len(model_server.requests) == 1


def test_a_person_pauses_all_drafting_and_lifts_that_again(model_server: ModelServer) -> None:
    job, editor = queued_job(), make_user()
    paused = holds.hold(HoldCause.PAUSED, "Until the contract is signed", by=editor)

    assert drain().blocked == "Until the contract is signed"
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.QUEUED, 0)

    holds.lift(paused, by=editor)
    paused.refresh_from_db()
    assert (paused.set_by, paused.lifted_by) == (editor, editor)
    assert drain().drafted == 1


def test_the_same_cause_is_one_hold_which_lasts_as_long_as_the_longest(model_server: ModelServer) -> None:
    now = timezone.now()
    for minutes in (5, 20, 10):
        holds.hold(HoldCause.RATE, f"{minutes}", profile="m", until=now + timedelta(minutes=minutes))
    assert Hold.objects.get().until == now + timedelta(minutes=20)


def test_a_pause_of_a_person_drafts_no_outline_either() -> None:
    queued_job()
    holds.hold(HoldCause.PAUSED, "Not now")
    assert drain().blocked == "Not now"
    assert DraftJob.objects.get().state == JobState.QUEUED
