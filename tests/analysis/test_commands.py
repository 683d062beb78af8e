"""`draft` and `reanalyse` on the command line."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from analysis.models import DraftJob, DraftRun, Reason, RunStatus
from atlas.models import Provision
from tests.analysis.jobs import queued_job
from tests.factories import make_provision
from tests.processes import database_url, manage
from tests.servers import openai
from tests.servers.openai import ModelServer

pytestmark = pytest.mark.django_db


def said(*arguments: str, **options: object) -> str:
    output = StringIO()
    call_command(*arguments, stdout=output, **options)
    return output.getvalue()


@pytest.mark.django_db(transaction=True)  # a drain reads with a connection of its own
@pytest.mark.usefixtures("small_catalogue")
def test_draft_tells_what_it_did_as_json(model_server: ModelServer) -> None:
    queued_job()
    queued_job()

    summary = json.loads(said("draft", "--json"))

    assert summary.pop("seconds") > 0
    assert summary == {
        "outcomes": {"drafted": 2},
        "calls": 2,
        "served_again": 0,
        "input_tokens": 2000,
        "output_tokens": 400,
        "cost_usd": "0",
        "drafts_without_a_known_price": 2,
        "blocked": "",
    }


@pytest.mark.django_db(transaction=True)  # a drain reads with a connection of its own
@pytest.mark.usefixtures("small_catalogue")
def test_draft_keeps_to_its_limit_and_its_provision() -> None:
    jobs = [queued_job() for _ in range(3)]
    said("draft", "--provision", jobs[1].wording.provision.public_id)
    assert DraftRun.objects.get().job == jobs[1]
    assert said("draft", "--limit", "1").startswith("1 drafted")
    assert DraftRun.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_draft_with_nothing_due_is_a_success() -> None:
    assert said("draft").startswith("Nothing was due")


@pytest.mark.django_db(transaction=True)  # a drain reads with a connection of its own
@pytest.mark.usefixtures("small_catalogue")
def test_draft_fails_where_a_draft_failed(model_server: ModelServer) -> None:
    queued_job()
    model_server.script.append(openai.refusal)
    with pytest.raises(CommandError, match="draft jobs in the admin say why"):
        said("draft")
    assert DraftRun.objects.get().status == RunStatus.FAILED


def test_reanalyse_queues_a_redraft_with_its_instructions() -> None:
    provision = make_provision()
    assert f"of {provision.public_id}" in said("reanalyse", provision.public_id, instructions="Look at retention.")
    job = DraftJob.objects.get()
    assert (job.wording, job.reason, job.instructions) == (
        provision.current_wording,
        Reason.REDRAFT,
        "Look at retention.",
    )


def test_reanalyse_of_a_part_needs_an_analysis_to_build_on() -> None:
    with pytest.raises(CommandError, match="have a whole one drafted first"):
        said("reanalyse", make_provision().public_id, part=["summary"])


def test_reanalyse_of_a_provision_without_a_wording_fails() -> None:
    provision = make_provision()
    Provision.objects.filter(pk=provision.pk).update(current_wording=None)
    with pytest.raises(CommandError, match="no wording in force") as failure:
        said("reanalyse", provision.public_id)
    assert failure.value.returncode == 1


@pytest.mark.parametrize("command", [("draft", "--provision"), ("reanalyse",)])
@pytest.mark.parametrize("identifier", ["AT-P-999999", "AT-V-000001", "nonsense", "AT-P-99999999999999999999999999"])
def test_a_wrong_identifier_is_a_usage_error_in_one_line(command: tuple[str, ...], identifier: str) -> None:
    with pytest.raises(CommandError) as failure:
        said(*command, identifier)
    assert failure.value.returncode == 2
    assert identifier in str(failure.value) and "\n" not in str(failure.value)


def test_the_command_line_says_one_line_and_exits_2() -> None:
    done = manage("reanalyse", "AT-P-999999", DATABASE_URL=database_url())
    assert (done.returncode, done.stdout.strip().count("\n")) == (2, 0), done.stdout
    assert "AT-P-999999" in done.stdout


@pytest.mark.usefixtures("small_catalogue")
@pytest.mark.parametrize("limit", ["0", "-1", "many"])
def test_a_limit_that_is_none_is_a_usage_error(limit: str) -> None:
    queued_job()
    with pytest.raises(CommandError):
        said("draft", f"--limit={limit}")
    assert not DraftRun.objects.exists()
