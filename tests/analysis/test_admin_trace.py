"""The page of a draft run: all that went in and came out, side by side with its repetitions, for people to read."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from analysis.models import DraftJob, DraftRun, JobState
from atlas.models import User
from tests.analysis import traces
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_catalogue")]
MOST_QUERIES = 26


@pytest.fixture
def desk(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("ada"))
    return client


def page_of(desk: Client, run: DraftRun, **asked: str) -> str:
    response = desk.get(reverse("admin:analysis_draftrun_change", args=[run.pk]), asked)
    assert response.status_code == 200
    return response.content.decode()


def test_a_draft_is_shown_with_everything_that_was_stored(desk: Client) -> None:
    page = page_of(desk, traces.run_of())
    for words in (
        "gpt-4o-2024-11-20 with prompt provision_analysis v1",
        "asked: openai/gpt-4o; answered: gpt-4o-2024-11-20; fingerprint fp_50cad350e4",
        "6,120 tokens in (of them 4,096 tokens from the cache of the service), 1,240 tokens out",
        "0.02258 USD, at 2.50 USD input, 10 USD output, 1.25 USD cached input per million tokens",
        "litellm reckons 0.02258 USD",
        "temperature 0.2",
        "42 seconds after it was due; 12 seconds",
        "chatcmpl-draft",
        "1 example",
        "What is asked: the provision as the model saw it",
        "checked now",
    ):
        assert words in page, words
    assert "The two differ" not in page
    assert 'style="' not in page


def test_invisible_characters_of_the_prompt_are_visible(desk: Client) -> None:
    page = page_of(desk, traces.run_of())
    assert '<span class="control" title="U+00A0">␣</span>Content to tra<span class="control">U+200B</span>in' in page


def test_quotes_are_marked_and_lead_to_their_blocks_and_citations_to_the_catalogue(desk: Client) -> None:
    page = page_of(desk, traces.mended())
    assert f'<mark class="exact" title="Found letter for letter">“{traces.QUOTE}”</mark>' in page
    assert '<a class="in-block" href="#block-P1">P1</a>' in page and 'id="block-P1"' in page
    assert '<mark class="missing" title="Not found">“for 90 days”</mark>' in page
    assert 'title="Legal basis for processing">[@gdpr-art-6-1]</a>' in page
    assert '<mark class="missing" title="Not in the catalogue">[@no-such-law]</mark>' in page
    assert "(not in the catalogue now)" in page


def test_findings_lead_to_their_part_and_repairs_say_what_became_of_quotes(desk: Client) -> None:
    page = page_of(desk, traces.mended())
    assert '<a href="#part-contract_implications">Contract and vendor implications</a>' in page
    assert 'id="part-contract_implications"' in page
    assert "Replaced by words that are in the text" in page
    assert "Dropped, with the statement where nothing else carried it" in page
    assert "Kept as it was: the checks block it" in page


def test_a_run_that_was_asked_again_shows_both_answers_and_what_was_wrong(desk: Client) -> None:
    page = page_of(desk, traces.asked_again())
    assert "Here is the JSON you asked for: {" in page
    assert "Call 2: Asked again: the answer was not usable" in page
    assert "The two differ by 50%" in page


def test_a_failure_is_told_in_words(desk: Client) -> None:
    page = page_of(desk, traces.failed())
    assert "Failed: The model&#x27;s answer was not usable" in page
    assert "I would rather not." in page


def test_a_draft_that_served_again_leads_to_its_origin_and_back(desk: Client) -> None:
    origin = traces.run_of()
    again = traces.served_again(origin)
    assert reverse("admin:analysis_draftrun_change", args=[origin.pk]) in page_of(desk, again)
    assert f">run {again.pk}</a>" in page_of(desk, origin)


@pytest.mark.parametrize("turned", [False, True], ids=["the original", "the repetition"])
def test_a_repetition_is_shown_side_by_side(desk: Client, turned: bool) -> None:
    origin = traces.run_of()
    again = traces.repetition(origin)
    page = page_of(desk, again if turned else origin)
    assert "<ins>" in page and "<del>" in page
    assert "The same in both: Title, Why it matters" in page


def test_one_of_many_repetitions_can_be_chosen(desk: Client) -> None:
    origin = traces.run_of()
    first, second = traces.repetition(origin, analysis={**traces.ANALYSIS, "title": "Zebra"}), traces.repetition(origin)
    assert "Zebra" not in page_of(desk, origin)
    page = page_of(desk, origin, **{"with": str(first.pk)})
    assert "Zebra" in page and f"?with={second.pk}#compared" in page


def test_the_same_draft_twice_says_so(desk: Client) -> None:
    origin = traces.run_of()
    traces.repetition(origin, analysis=traces.ANALYSIS)
    assert "Both drafts are the same, word for word." in page_of(desk, origin)


def test_a_run_is_repeated_by_its_button(desk: Client) -> None:
    run = traces.run_of()
    response = desk.post(reverse("admin:analysis_draftrun_repeat", args=[run.pk]), follow=True)
    job = DraftJob.objects.get(repeats=run)
    assert job.state == JobState.QUEUED and job.wording_id == run.job.wording_id
    assert f"draft job {job.pk}</a>." in response.content.decode()


def test_what_is_being_drafted_is_not_repeated_and_a_sentence_says_why(desk: Client) -> None:
    run = traces.run_of()
    lease = {"lease_token": uuid4(), "lease_until": timezone.now() + timedelta(minutes=1)}
    now = timezone.now()
    DraftJob.objects.create(wording=run.job.wording, reason="requested", run_after=now, state=JobState.RUNNING, **lease)
    page = desk.post(reverse("admin:analysis_draftrun_repeat", args=[run.pk]), follow=True).content.decode()
    assert "is being drafted now; ask again when that draft is there." in page
    assert not DraftJob.objects.filter(repeats=run).exists()


def test_a_viewer_sees_the_trace_without_a_button_and_may_not_repeat(client: Client) -> None:
    run = traces.run_of()
    client.force_login(make_user(groups=("Viewer",)))
    assert "Repeat this run" not in page_of(client, run)
    assert client.post(reverse("admin:analysis_draftrun_repeat", args=[run.pk])).status_code == 403
    assert not DraftJob.objects.filter(repeats=run).exists()


def test_an_editor_is_offered_the_button(client: Client) -> None:
    run = traces.run_of()
    client.force_login(make_user(groups=("Editor",)))
    assert "Repeat this run" in page_of(client, run)


def test_looking_changes_nothing(desk: Client) -> None:
    run = traces.run_of()
    assert desk.get(reverse("admin:analysis_draftrun_repeat", args=[run.pk])).status_code == 405
    assert desk.post(reverse("admin:analysis_draftrun_change", args=[run.pk])).status_code == 405
    assert DraftJob.objects.count() == 1


@pytest.mark.parametrize("address", ["999999", "x", "²", "9" * 40])
def test_a_run_that_is_not_there_is_not_found(desk: Client, address: str) -> None:
    assert desk.get(f"/admin/analysis/draftrun/{address}/change/").status_code == 404


def test_a_key_of_the_model_service_is_on_no_page(desk: Client, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    from atlas.config import load_config

    monkeypatch.setenv("ATLAS_LLM_MODEL", "openai/gpt-4o")
    monkeypatch.setenv("ATLAS_LLM_API_KEY", "sk-very-secret")
    load_config.cache_clear()
    try:
        run = traces.run_of()
        pages = page_of(desk, run) + desk.get(reverse("admin:analysis_draftjob_changelist")).content.decode()
    finally:
        monkeypatch.undo()
        load_config.cache_clear()
    assert "openai/gpt-4o" in pages and "sk-very-secret" not in pages


@pytest.mark.parametrize("make", [traces.run_of, traces.mended, traces.failed, traces.asked_again])
def test_a_trace_takes_a_bounded_number_of_queries(desk: Client, make: Callable[[], DraftRun]) -> None:
    run = make()
    for _ in range(5):
        if run.analysis is not None:
            traces.repetition(run)
    page_of(desk, run)
    with CaptureQueriesContext(connection) as asked:
        page_of(desk, run)
    assert len(asked) <= MOST_QUERIES, [query["sql"][:90] for query in asked]


@pytest.mark.parametrize(
    "fields",
    [
        {"messages": [], "calls": [], "raw_answer": "", "blocks": [], "candidates": [], "parameters": {}, "price": {}},
        {"calls": [{"purpose": "<b>"}, 7], "repairs": ["x", {}], "blocks": [{"id": "P1"}, 5], "quote_spans": [3]},
        {"analysis": {"summary": None, "topics": None, "attributes": "x"}},
        {"candidates": [{"key": "gdpr-art-6-1", "version": 2}, "<i>"], "software": {"<s>": "1"}},
    ],
)
def test_rows_of_another_shape_are_shown_as_far_as_they_go(desk: Client, fields: dict[str, Any]) -> None:
    page = page_of(desk, traces.run_of(**fields))
    assert "<b>," not in page and "<i>" not in page and "<s>" not in page
