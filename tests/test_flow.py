"""The story of the product: a platform changes its terms, and readers learn of it from a person who signed."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from analysis.drafting import drain
from analysis.models import DraftJob, DraftRun, JobState
from analysis.queue import queue_changes
from atlas.archive.record.recording import record_capture
from atlas.models import Change, Outcome, Publication
from review.actions import approve
from review.intake import take_in
from review.models import Edition, Severity, State
from tests.factories import make_document, make_platform, make_user
from tests.servers.openai import ModelServer

pytestmark = pytest.mark.django_db(transaction=True)

OPT_IN = """Larch Privacy Policy
====================

This policy explains how Larch handles the content that customers send to its models.

Training
--------

We use your content to train our models only if you have opted in to training beforehand. You can opt in under
Settings, and you can withdraw that choice at any time without losing access to the service.

Retention
---------

We keep prompts and outputs for 30 days after you submit them and delete them afterwards, unless the law requires us
to keep them for longer.
"""
OPT_OUT = OPT_IN.replace(
    "only if you have opted in to training beforehand. You can opt in under\nSettings, and you can withdraw that "
    "choice at any time without losing access to the service.",
    "unless you have opted out of training beforehand. You can opt out\nunder Settings at any time.",
)


@pytest.fixture(autouse=True)
def _catalogue() -> None:
    call_command("load_catalogue", verbosity=0)


def sign(edition: Edition, by: str) -> None:
    """What the desk posts when a person with the right to approve presses the button."""
    edition.refresh_from_db()
    assert edition.head is not None
    approve(
        edition,
        by=make_user(by, groups=("Reviewer",)),
        lock_version=edition.lock_version,
        revision_id=edition.head.pk,
        content_sha256=edition.head.content_sha256,
        wording_id=edition.wording_id,
    )


def test_from_a_change_of_terms_to_a_page_that_readers_trust(client: Client) -> None:
    document = make_document(make_platform("Larch"), "Privacy Policy")
    first = record_capture(document, text=OPT_IN, captured_at=datetime(2026, 5, 1, 6, tzinfo=UTC))
    assert first.outcome == Outcome.FIRST
    assert not DraftJob.objects.exists(), "a first capture is a baseline"

    record_capture(document, text=OPT_OUT, captured_at=datetime(2026, 6, 1, 6, tzinfo=UTC))
    [change] = Change.objects.announced()
    assert "training" in change.provision.title.lower()

    queue_changes()
    [job] = DraftJob.objects.all()
    drain()
    job.refresh_from_db()
    assert job.state == JobState.DONE

    take_in()
    [edition] = Edition.objects.all()
    assert edition.state == State.IN_REVIEW
    page = change.provision.get_absolute_url()
    assert "No analysis" in client.get(page).content.decode()

    approvals = 2 if edition.head and edition.head.exposure_level == "high" else 1
    for number in range(approvals):
        sign(edition, by=f"reviewer{number}")

    publication = Publication.objects.live().get()
    body = client.get(page).content.decode()
    assert publication.public_id in body
    assert publication.approvals.first().role in body  # type: ignore[union-attr]
    assert publication.version.public_id in body


def test_a_real_change_goes_from_import_to_a_published_page(
    client: Client, shared_path: Path, model_server: ModelServer, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = shared_path / "ota" / "genai-eu-versions.bundle"
    policy = ("--service=Le Chat", "--terms=Privacy Policy")
    call_command("import_ota", str(bundle), *policy, "--queue-since=2025-11-01", "--json")
    summary = json.loads(capsys.readouterr().out)
    assert summary["draft_jobs_queued"] > 0

    drain(limit=1)
    run = DraftRun.objects.get(status="drafted")
    assert run.drafter == "model"
    assert model_server.requests
    take_in()
    [edition] = Edition.objects.all()
    assert edition.head is not None
    assert not edition.head.findings.filter(severity=Severity.BLOCKER)

    sign(edition, by="ada")
    if not Publication.objects.exists():
        sign(edition, by="grace")
    body = client.get(edition.provision.get_absolute_url()).content.decode()
    assert Publication.objects.get().public_id in body
    assert "Open Terms Archive" in body, "imported texts show their attribution"
