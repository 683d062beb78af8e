"""Draft jobs and runs at the desk: looked at, tried again, cancelled; and never altered."""

import pytest
from django.contrib.auth.models import Permission
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from analysis.models import DraftJob, DraftRun, JobState, RunStatus
from analysis.outline import compose_outline
from atlas.models import User
from tests.analysis.jobs import queued_job
from tests.factories import make_user

HOSTILE = "<script>alert('draft')</script>"

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_catalogue")]


@pytest.fixture
def desk(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("ada"))
    return client


def hostile_run() -> DraftRun:
    job = queued_job(instructions=HOSTILE, last_error=HOSTILE)
    return DraftRun.objects.create(
        job=job,
        attempt=1,
        status=RunStatus.DRAFTED,
        drafter="model",
        input_sha256="0" * 64,
        messages=[{"role": "user", "content": HOSTILE}],
        raw_answer=HOSTILE,
        analysis={**compose_outline(job.wording).content(), "summary": HOSTILE},
        model_returned=HOSTILE,
    )


@pytest.mark.parametrize("name", ["draftjob", "draftrun"])
def test_hostile_text_is_escaped_in_lists_and_on_pages(desk: Client, name: str) -> None:
    run = hostile_run()
    row = run if name == "draftrun" else run.job
    addresses = [reverse(f"admin:analysis_{name}_changelist"), reverse(f"admin:analysis_{name}_change", args=[row.pk])]
    for address in addresses:
        page = desk.get(address)
        assert page.status_code == 200
        assert "alert(&#x27;draft&#x27;)" in page.content.decode()
        assert HOSTILE not in page.content.decode()


def test_the_page_of_a_run_shows_what_was_sent_answered_and_drafted(desk: Client) -> None:
    page = desk.get(reverse("admin:analysis_draftrun_change", args=[hostile_run().pk])).content.decode()
    assert page.count("alert(&#x27;draft&#x27;)") >= 3
    assert "What is asked: the provision as the model saw it" in page
    assert 'name="_save"' not in page


@pytest.mark.parametrize(
    ("action", "before", "after"),
    [("retry_jobs", JobState.FAILED, JobState.QUEUED), ("cancel_jobs", JobState.QUEUED, JobState.CANCELLED)],
)
def test_jobs_are_tried_again_and_cancelled_from_the_list(
    desk: Client, action: str, before: JobState, after: JobState
) -> None:
    job = queued_job(state=before)
    page = desk.post(
        reverse("admin:analysis_draftjob_changelist"), {"action": action, "_selected_action": [job.pk]}, follow=True
    )
    assert "1 " in page.content.decode()
    job.refresh_from_db()
    assert job.state == after


def test_who_may_only_look_is_offered_no_action(client: Client) -> None:
    person = make_user()
    person.is_staff = True
    person.save()
    person.user_permissions.set(Permission.objects.filter(codename__in=["view_draftjob", "view_draftrun"]))
    client.force_login(person)
    job = queued_job(state=JobState.FAILED)
    address = reverse("admin:analysis_draftjob_changelist")
    assert "retry_jobs" not in client.get(address).content.decode()
    client.post(address, {"action": "retry_jobs", "_selected_action": [job.pk]})
    assert DraftJob.objects.get().state == JobState.FAILED


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE analysis_draftrun SET raw_answer = 'another'",
        "DELETE FROM analysis_draftrun",
        "TRUNCATE analysis_draftrun CASCADE",
    ],
)
def test_the_database_refuses_to_alter_a_run(statement: str) -> None:
    hostile_run()
    with (
        pytest.raises(DatabaseError, match="analysis_draftrun"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert DraftRun.objects.get().raw_answer == HOSTILE
