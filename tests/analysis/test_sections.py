"""Some parts of an analysis drafted anew: with a prompt of their own, and nothing else touched."""

import pytest

from analysis.drafting import drain
from analysis.models import DraftRun, JobState
from analysis.queue import latest_analysis, request_draft
from tests.analysis.jobs import queued_job
from tests.servers.openai import ModelServer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("small_catalogue")]


@pytest.mark.parametrize(
    ("parts", "prompt"),
    [(["practical_effect"], "section"), (["change_summary", "no_material_change"], "change_summary")],
)
def test_parts_are_redone_with_a_prompt_of_their_own_and_the_rest_stays(
    model_server: ModelServer, parts: list[str], prompt: str
) -> None:
    wording = queued_job().wording
    drain()
    base = latest_analysis(wording) | {"why_it_matters": "An editor wrote this.", "practical_effect": "Old."}
    job = request_draft(wording, by=None, instructions="Shorter, please.", parts=parts, base=base)

    assert drain().drafted == 1

    job.refresh_from_db()
    run = DraftRun.objects.latest("pk")
    assert (job.state, run.prompt_name) == (JobState.DONE, prompt)
    assert {name: text for name, text in run.analysis.items() if name not in parts} == {
        name: text for name, text in base.items() if name not in parts
    }
    question = model_server.requests[-1]
    asked_for = question["response_format"]["json_schema"]["schema"]["properties"]
    assert set(asked_for) == {*parts, "abstained"}
    assert "Shorter, please." in question["messages"][-1]["content"]


def test_parts_that_an_analysis_does_not_have_are_refused() -> None:
    wording = queued_job().wording
    with pytest.raises(ValueError, match="opinion: not a part of an analysis"):
        request_draft(wording, by=None, parts=["opinion"], base={})
    with pytest.raises(ValueError, match="the analysis that they belong to"):
        request_draft(wording, by=None, parts=["summary"])
