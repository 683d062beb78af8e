"""The operator's page: what waits and why, what failed, what it cost; every number with the list that makes it."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from analysis.admin.waiting import moment_now
from analysis.holds import Holds, hold
from analysis.models import DraftJob, HoldCause, JobState
from analysis.profiles import Profile
from atlas.config import load_config
from atlas.models import User
from tests.analysis import traces
from tests.analysis.jobs import queued_job
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_catalogue")]
LIST = "admin:analysis_draftjob_changelist"
VERBS = ("retry", "cancel", "pause", "resume")


@pytest.fixture
def desk(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("ada"))
    return client


@pytest.fixture
def configure(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    def configured(**settings: str) -> None:
        for name, value in settings.items():
            monkeypatch.setenv(f"ATLAS_LLM_{name.upper()}", value)
        load_config.cache_clear()

    yield configured
    monkeypatch.undo()
    load_config.cache_clear()


def running_job(**fields: object) -> DraftJob:
    until = timezone.now() + timedelta(seconds=48)
    return queued_job(state=JobState.RUNNING, lease_token=uuid4(), lease_until=until, **fields)


def failed_job(kind: str = "timeout", **fields: object) -> DraftJob:
    return queued_job(**{"state": JobState.FAILED, "error_kind": kind, "finished_at": timezone.now(), **fields})


def page_of(desk: Client, address: str = "", **asked: str) -> str:
    response = desk.get(address or reverse(LIST), asked)
    assert response.status_code == 200
    return response.content.decode()


def words_of(page: str) -> str:
    """What a person reads, on one line."""
    return (
        " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())
        .replace(" ,", ",")
        .replace(" .", ".")
        .replace(" ;", ";")
    )


def results_of(desk: Client, address: str) -> int:
    return int(desk.get(address).context["cl"].result_count)


def some_of_everything() -> None:
    queued_job(), queued_job()
    running_job()
    queued_job(state=JobState.PAUSED)
    failed_job(), failed_job(), failed_job("invalid")
    failed_job(finished_at=timezone.now() - timedelta(days=8))
    traces.run_of(cost_usd=None)
    traces.failed()


def test_the_status_is_told_in_words(desk: Client) -> None:
    some_of_everything()
    status = words_of(page_of(desk))
    assert "2 jobs wait, the oldest for 0 minutes; 1 is being drafted; 1 is paused" in status
    assert "4 jobs in the last 7 days" in status
    assert (
        "2 \u00d7 The model's answer was not usable" in status
        and "2 \u00d7 The model took too long to answer" in status
    )
    assert "1 draft in 2 runs; 12,240 tokens in, 2,480 tokens out; 0.02258 USD, and the price of 1 run is" in status
    assert "No budget is set" in status
    assert "The outline drafter: no model is set up." in status


def test_every_number_links_to_the_list_that_makes_it(desk: Client) -> None:
    some_of_everything()
    page = page_of(desk)
    status = page[page.index('class="drafting-status"') : page.index('id="changelist"')]
    links = re.findall(
        r'<a href="([^"]+)">(?:<b>)?(none|nothing|\d+)(?: (?:jobs?|drafts?|runs?))?(?:</b>)?</a>', status
    )
    assert len(links) == 9, status
    for address, number in links:
        assert results_of(desk, unescape(address)) == int(number), address


def test_an_idle_queue_says_so(desk: Client) -> None:
    status = words_of(page_of(desk))
    assert "Nothing waits; none are being drafted at this moment" in status
    assert "Nothing in the last 7 days" in status


def test_budget_and_models_are_named(desk: Client, configure: Callable[..., None]) -> None:
    fallbacks = '[{"model": "anthropic/claude-sonnet-4"}]'
    configure(model="openai/gpt-4o", daily_budget="0.10", fallbacks=fallbacks, api_key="sk-secret")
    traces.run_of()
    status = words_of(page_of(desk))
    assert "0.02258 USD of 0.10 USD spent today (23 %)." in status
    assert "openai/gpt-4o, else anthropic/claude-sonnet-4" in status


def test_a_hold_is_a_banner_and_the_reason_why_jobs_wait(desk: Client) -> None:
    queued_job()
    hold(HoldCause.PAUSED, "Until <Monday>", by=make_user(public_name="Grace"))
    page = page_of(desk)
    assert "Waits: Until &lt;Monday&gt;" in page
    assert "by Grace. Stays until somebody lifts it." in words_of(page)
    assert ">Go on</button>" in page and "Pause drafting</button>" not in page


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (queued_job, "Waits for its turn"),
        (lambda: queued_job(error_kind="lost"), "Waits for its turn; last time: The worker stopped without a word"),
        (running_job, "Being drafted; its worker was heard of 1"),
        (lambda: queued_job(state=JobState.PAUSED), "Paused until somebody lets it go on"),
        (
            lambda: failed_job(last_error="It is late", attempts=3),
            "Failed after 3 attempts: The model took too long to",
        ),
        (lambda: failed_job("lost", last_error="The worker stopped without a word, 5 times"), "a word, 5 times"),
        (lambda: queued_job(state=JobState.CANCELLED, error_kind="set_aside"), "Cancelled: Its change was set aside"),
        (lambda: queued_job(state=JobState.DONE, finished_at=timezone.now()), "Drafted on "),
    ],
)
def test_a_job_says_what_becomes_of_it(make: Callable[[], DraftJob], words: str) -> None:
    job = make()
    assert words in moment_now(Holds(()), ()).sentence(job)


def test_a_job_that_is_put_off_says_until_when() -> None:
    job = queued_job(run_after=timezone.now() + timedelta(hours=1), error_kind="transient", attempts=2)
    sentence = moment_now(Holds(()), ()).sentence(job)
    assert re.match(
        r"Waits until .* UTC after 2 attempts: The model service could not be reached", sentence
    )  # fmt: skip


def test_a_model_that_is_held_keeps_no_job_waiting_where_another_may_be_asked() -> None:
    held = hold(HoldCause.QUOTA, "No credit", profile="a")
    job = queued_job()
    assert moment_now(Holds((held,)), (Profile("a"),)).sentence(job) == "Waits: No credit"
    assert moment_now(Holds((held,)), (Profile("a"), Profile("b"))).sentence(job) == "Waits for its turn"


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({"state": "queued"}, 2),
        ({"state": "failed", "cause": "timeout"}, 3),
        ({"state": "failed", "ended": "week"}, 4),
        ({"reason__exact": "requested"}, 10),
        ({"goes": "turn"}, 10),
        ({"goes": "first"}, 0),
        ({"state": "nonsense"}, 10),
    ],
)
def test_the_list_is_filtered(desk: Client, asked: dict[str, str], count: int) -> None:
    some_of_everything()
    response = desk.get(reverse(LIST), asked)
    assert response.context["cl"].result_count == count


def test_the_list_is_filtered_by_platform(desk: Client) -> None:
    job, _ = queued_job(), queued_job()
    platform = job.wording.provision.document.platform_id
    assert results_of(desk, f"{reverse(LIST)}?wording__provision__document__platform__id__exact={platform}") == 1


@pytest.mark.parametrize("spelling", ["{0.public_id}", " {0.public_id} ", "{1}", "{0.title}"])
def test_a_job_is_found_by_the_identifier_of_its_provision(desk: Client, spelling: str) -> None:
    job = queued_job()
    job.wording.provision.title = "Zebra crossing"
    job.wording.provision.save()
    queued_job()
    for address in (reverse(LIST), reverse("admin:analysis_draftrun_changelist")):
        assert desk.get(address, {"q": "\0"}).status_code == 200
    asked = spelling.format(job.wording.provision, job.pk)
    assert desk.get(reverse(LIST), {"q": asked}).context["cl"].result_count == 1


def test_all_that_failed_for_one_cause_is_tried_again(desk: Client) -> None:
    failed_job(), failed_job(), failed_job("invalid")
    page = desk.post(reverse("admin:analysis_draftjob_retry_cause"), {"cause": "timeout"}, follow=True)
    assert "2 draft jobs wait to be drafted." in page.content.decode()
    assert DraftJob.objects.filter(state=JobState.QUEUED).count() == 2


def test_a_cause_that_is_none_is_refused_in_words(desk: Client) -> None:
    page = desk.post(reverse("admin:analysis_draftjob_retry_cause"), {"cause": "<b>"}, follow=True)
    assert "Please choose a cause." in page.content.decode()


@pytest.mark.parametrize(
    ("verb", "before", "after"),
    [
        ("retry", JobState.FAILED, JobState.QUEUED),
        ("cancel", JobState.QUEUED, JobState.CANCELLED),
        ("pause", JobState.QUEUED, JobState.PAUSED),
        ("resume", JobState.PAUSED, JobState.QUEUED),
    ],
)
@pytest.mark.parametrize("way", ["list", "page"])
def test_jobs_are_acted_on_from_the_list_and_from_their_page(
    desk: Client, verb: str, before: JobState, after: JobState, way: str
) -> None:
    job = queued_job(state=before)
    own = reverse("admin:analysis_draftjob_change", args=[job.pk])
    if way == "list":
        response = desk.post(
            reverse(LIST), {"action": f"{verb}_jobs", "_selected_action": [job.pk]}, follow=True
        )  # fmt: skip
    else:
        assert reverse(f"admin:analysis_draftjob_{verb}", args=[job.pk]) in page_of(desk, own)
        response = desk.post(
            reverse(f"admin:analysis_draftjob_{verb}", args=[job.pk]), {"back": own}, follow=True
        )  # fmt: skip
        assert response.redirect_chain == [(own, 302)]
    assert "1 draft job " in response.content.decode()
    job.refresh_from_db()
    assert job.state == after


def test_what_cannot_be_done_is_said(desk: Client) -> None:
    job = queued_job(state=JobState.DONE)
    page = desk.post(reverse("admin:analysis_draftjob_retry", args=[job.pk]), follow=True).content.decode()
    assert "None of them can be tried again" in page


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:1"])
def test_a_button_leads_nowhere_else(desk: Client, back: str) -> None:
    job = queued_job()
    response: Any = desk.post(reverse("admin:analysis_draftjob_pause", args=[job.pk]), {"back": back})
    assert response.url == reverse(LIST)


def test_a_job_shows_what_it_is_about_and_its_runs_in_order(desk: Client) -> None:
    job = queued_job(state=JobState.DONE, instructions="Shorter, <please>", finished_at=timezone.now())
    failure = {"status": "failed", "analysis": None, "error_kind": "timeout", "error": "Not within 120 seconds"}
    runs = [traces.run_of(job, **failure), traces.run_of(job, attempt=2)]
    page = page_of(desk, reverse("admin:analysis_draftjob_change", args=[job.pk]))
    provision = job.wording.provision
    assert provision.get_absolute_url() in page
    assert reverse("admin:atlas_provision_timeline", args=[provision.pk]) in page
    assert "Shorter, &lt;please&gt;" in page
    places = [page.index(reverse("admin:analysis_draftrun_change", args=[run.pk])) for run in runs]
    assert places == sorted(places)
    assert "took 12 seconds · 0.02258 USD · 6,120 tokens in, 1,240 tokens out" in words_of(page)


def test_a_viewer_sees_everything_but_the_buttons(client: Client) -> None:
    job = failed_job()
    queued_job()
    hold(HoldCause.CONFIG, "No key")
    client.force_login(make_user(groups=("Viewer",)))
    own = reverse("admin:analysis_draftjob_change", args=[job.pk])
    for page in (page_of(client), page_of(client, own)):
        content = page[page.index('id="content"') :]
        assert "Try" not in content and "Pause" not in content.replace("Paused", "") and "Lift" not in content
    assert "No key" in page_of(client)


def test_a_viewer_may_press_no_button(client: Client) -> None:
    job, held = failed_job(), hold(HoldCause.CONFIG, "No key")
    client.force_login(make_user(groups=("Viewer",)))
    addresses = [reverse(f"admin:analysis_draftjob_{verb}", args=[job.pk]) for verb in VERBS]
    addresses += [reverse("admin:analysis_draftjob_retry_cause"), reverse("admin:analysis_hold_pause")]
    addresses += [reverse("admin:analysis_hold_lift", args=[held.pk])]
    for address in addresses:
        assert client.post(address, {"cause": "timeout", "reason": "No"}).status_code == 403, address
    assert DraftJob.objects.get(pk=job.pk).state == JobState.FAILED


def test_no_button_is_pressed_by_looking(desk: Client) -> None:
    job, held = failed_job(), hold(HoldCause.CONFIG, "No key")
    addresses = [reverse(f"admin:analysis_draftjob_{verb}", args=[job.pk]) for verb in VERBS]
    addresses += [reverse("admin:analysis_draftjob_retry_cause"), reverse("admin:analysis_hold_pause")]
    addresses += [reverse("admin:analysis_hold_lift", args=[held.pk])]
    for address in addresses:
        assert desk.get(address).status_code == 405, address
    assert desk.post(reverse("admin:analysis_draftjob_change", args=[job.pk])).status_code == 405
    assert DraftJob.objects.get(pk=job.pk).state == JobState.FAILED


def test_strangers_are_asked_who_they_are(client: Client) -> None:
    client.force_login(make_user())
    assert client.post(reverse("admin:analysis_hold_pause"), {"reason": "No"}).status_code == 302
    assert client.get(reverse(LIST)).status_code == 302


@pytest.mark.parametrize("what", ["draftjob", "draftrun", "hold"])
def test_a_list_takes_the_same_few_queries_however_many_rows_there_are(desk: Client, what: str) -> None:
    address = reverse(f"admin:analysis_{what}_changelist")
    assert _queries_with(desk, address, 3) == _queries_with(desk, address, 47) <= 12


def _queries_with(desk: Client, address: str, more: int) -> int:
    for number in range(more):
        traces.run_of(queued_job(priority=number % 7, requested_by=make_user()))
        hold(HoldCause.RATE, "Slowly", profile=f"model-{timezone.now().timestamp()}-{number}", by=make_user())
    page_of(desk, address)
    with CaptureQueriesContext(connection) as asked:
        page_of(desk, address)
    return len(asked)
