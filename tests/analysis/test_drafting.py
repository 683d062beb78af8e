"""The drain: what is queued gets drafted once, whatever happens on the way."""

import json
import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from django_q.models import OrmQ

from analysis import holds, leases
from analysis.attempt import Attempt
from analysis.checks import run_checks
from analysis.drafting import drain
from analysis.models import DraftJob, DraftRun, Hold, HoldCause, JobState, RunStatus
from analysis.outline import compose_outline
from analysis.prompts import current
from analysis.queue import request_draft
from analysis.storing import store
from atlas.archive.texts.normalising import locate
from atlas.config import load_config
from atlas.markup import quotes
from atlas.models import TEXT_FIELDS
from tests.analysis.jobs import queued_job
from tests.factories import make_provision
from tests.servers import answers, openai
from tests.servers.openai import ModelServer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("small_catalogue")]


def test_a_queued_job_becomes_a_grounded_draft(model_server: ModelServer) -> None:
    job = queued_job()

    assert drain().drafted == 1

    job.refresh_from_db()
    run = DraftRun.objects.get()
    assert (job.state, run.status, run.drafter) == (JobState.DONE, RunStatus.DRAFTED, "model")
    assert run.model_returned.endswith(openai.NAME) and run.prompt_version == current().version
    assert (run.input_tokens, run.output_tokens) == (1000, 200)
    found = [quote for field in TEXT_FIELDS for quote in quotes(run.analysis[field])]
    assert found and all(locate(quote.text, job.wording.text) for quote in found)
    assert not [check for check in run_checks(run.analysis, job.wording) if check.severity == "blocker"]
    assert OrmQ.objects.count() == 1, "the editors' room is woken"


def test_without_a_model_the_outline_drafts() -> None:
    job = queued_job()

    assert drain().drafted == 1

    run = DraftRun.objects.get()
    assert run.drafter == "outline"
    assert run.analysis == compose_outline(job.wording).content()


def test_a_price_that_nobody_knows_is_unknown_and_not_zero(model_server: ModelServer) -> None:
    queued_job()
    summary = drain()
    assert DraftRun.objects.get().cost_usd is None
    assert summary.unpriced == 1


def test_an_unreadable_answer_is_asked_for_once_more(model_server: ModelServer) -> None:
    queued_job()
    model_server.script.append(openai.broken_json)

    assert drain().drafted == 1

    run = DraftRun.objects.get()
    assert len(model_server.requests) == 2
    assert "not usable" in run.calls[-1]["messages"][-1]["content"]
    assert run.input_tokens == 2000, "both calls count"


@pytest.mark.parametrize("behaviour", [openai.broken_json, openai.invented_citation])
def test_an_answer_that_stays_unusable_is_a_failure_with_its_text_kept(
    model_server: ModelServer, behaviour: openai.Behaviour
) -> None:
    job = queued_job()
    model_server.script.extend([behaviour, behaviour])

    assert drain().outcomes == {"failed": 1}

    job.refresh_from_db()
    run = DraftRun.objects.get()
    assert (job.state, job.error_kind, run.analysis) == (JobState.FAILED, "invalid", None)
    assert run.raw_answer and "not usable" in job.last_error


@pytest.mark.parametrize("behaviour", [openai.invented_quote, openai.altered_quote])
def test_a_quote_that_is_not_there_is_kept_as_it_came_and_blocks(
    model_server: ModelServer, behaviour: openai.Behaviour
) -> None:
    job = queued_job()
    model_server.script.extend([behaviour, answers.mending_nothing])

    assert drain().drafted == 1

    run = DraftRun.objects.get()
    written = json.loads(run.raw_answer)["summary"][0]["quotes"][0]["text"]
    assert f"“{written}”" in run.analysis["summary"]
    assert "blocker" in {check.severity for check in run_checks(run.analysis, job.wording)}


def test_retry_after_is_waited_for(model_server: ModelServer) -> None:
    job = queued_job()
    model_server.script.append(openai.status(429, Retry_After="90"))
    drain()
    job.refresh_from_db()
    assert job.run_after > timezone.now() + timedelta(seconds=80)


def test_a_job_fails_when_its_retries_are_used_up(model_server: ModelServer) -> None:
    job = queued_job(attempts=5)
    model_server.script.append(openai.status(503))
    drain()
    job.refresh_from_db()
    assert job.state == JobState.FAILED


def test_a_cut_off_answer_gets_more_room_the_next_time(model_server: ModelServer) -> None:
    queued_job()
    model_server.script.append(openai.cut_off)
    drain()
    first, second = (request["max_tokens"] for request in model_server.requests)
    assert second == 1.5 * first


def test_a_wrong_key_holds_the_model_and_no_job_fails(model_server: ModelServer) -> None:
    jobs = [queued_job() for _ in range(20)]
    model_server.script.extend([openai.status(401)] * 40)

    assert "ATLAS_LLM_API_KEY" in drain().blocked

    assert DraftJob.objects.filter(state=JobState.QUEUED, attempts=0).count() == len(jobs)
    asked = len(model_server.requests)
    assert asked <= load_config().llm_concurrency
    assert "ATLAS_LLM_API_KEY" in drain().blocked
    assert len(model_server.requests) == asked, "a held model is not asked"


def test_a_held_model_is_tried_with_one_job_when_the_hold_is_over(model_server: ModelServer) -> None:
    for _ in range(5):
        queued_job()
    held = holds.hold(HoldCause.CONFIG, "No key", profile="openai/test-double", until=timezone.now())
    model_server.script.append(openai.status(401))

    assert drain().blocked
    assert len(model_server.requests) == 1

    Hold.objects.update(until=timezone.now())
    assert drain().drafted == 5
    held.refresh_from_db()
    assert held.lifted_at is not None, "an answer lifts it"


def test_a_late_result_of_a_lost_lease_is_dropped() -> None:
    job = queued_job()
    slow, quick = uuid4(), uuid4()
    leases.claim(slow, 1)
    DraftJob.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    leases.sweep()
    [again] = leases.claim(quick, 1)
    result = Attempt(fields={"drafter": "outline"}, analysis=compose_outline(job.wording))

    assert store(job, slow, result) == "lost"
    assert store(again, quick, result) == "drafted"
    assert store(again, quick, result) == "lost"
    assert DraftRun.objects.filter(status=RunStatus.DRAFTED).count() == 1


def test_a_job_that_kills_five_workers_fails() -> None:
    job = queued_job(attempts=4)
    leases.claim(uuid4(), 1)
    DraftJob.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    leases.sweep()
    job.refresh_from_db()
    assert (job.state, job.error_kind) == (JobState.FAILED, "lost")


def test_no_transaction_is_open_while_a_model_is_called(model_server: ModelServer) -> None:
    from django.db import connection

    queued_job()
    model_server.gate.clear()
    work = threading.Thread(target=drain)
    work.start()
    while not model_server.waiting:
        work.join(0.01)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND state LIKE 'idle in transaction%%'"
        )
        assert cursor.fetchone() == (0,)
    assert DraftJob.objects.get().state == JobState.RUNNING
    model_server.gate.set()
    work.join()


def test_a_redraft_carries_the_editors_instructions(model_server: ModelServer) -> None:
    wording = make_provision().current_wording
    assert wording is not None
    request_draft(wording, by=None, instructions="Look at the retention period.")
    drain()
    assert "Look at the retention period." in model_server.requests[0]["messages"][-1]["content"]
