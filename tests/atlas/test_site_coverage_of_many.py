"""The coverage page with hundreds of documents of many platforms, half of which cannot be captured at present."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.signals import post_init
from django.test import Client
from django.test.utils import CaptureQueriesContext

from atlas.models import Capture, Document, Incident, Outcome, Platform, Snapshot, Version, sha256
from tests.atlas.numbers import Listed, walk
from tests.factories import NOON

pytestmark = pytest.mark.django_db
PLATFORMS, DOCUMENTS, PAST = 90, 300, 40


@pytest.fixture(scope="module")
def documents(shared_rows: None) -> list[Document]:
    platforms = Platform.objects.bulk_create(Platform(name=f"Many {n:04}", slug=f"many-{n}") for n in range(PLATFORMS))
    documents = Document.objects.bulk_create(
        Document(platform=platforms[n % PLATFORMS], name=f"Policy {n}", slug=f"policy-{n}", terms_type="Privacy Policy")
        for n in range(DOCUMENTS)
    )
    text = Snapshot.objects.create(sha256=sha256("Text."), text="Text.")
    versions = Version.objects.bulk_create(
        Version(document=row, number=1, snapshot=text, folded_sha256=sha256("Text."), first_captured_at=NOON)
        for row in documents
    )
    for place in range(4):
        good = {"outcome": Outcome.UNCHANGED if place else Outcome.FIRST, "snapshot": text}
        Capture.objects.bulk_create(
            Capture(document=row, sequence=place + 1, captured_at=NOON + timedelta(days=9 * place),
                    **({**good, "version": version} if place < 3 else {"outcome": Outcome.FAILED}))
            for row, version in zip(documents, versions, strict=True)
        )  # fmt: skip
    opened = {row.document_id: row for row in Capture.objects.filter(outcome=Outcome.FAILED)}
    Incident.objects.bulk_create(
        Incident(document=row, cause="The text is a log-in page.", opened_by=opened[row.pk], opened_at=NOON,
                 closed_at=NOON + timedelta(hours=number) if number else None)
        for row in documents[::2] for number in range(PAST + 1)
    )  # fmt: skip
    return documents


def coverage(client: Client, query: str = "") -> str:
    answer = client.get(f"/coverage/{query}")
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_a_page_is_as_long_as_any_other(client: Client, documents: list[Document]) -> None:
    for query in ("", "?show=broken", "?platform=many-0"):
        page = coverage(client, query)
        assert page.count('<tr id="AT-D-') <= 50
        assert page.count("The text is a log-in page.") <= 4 * 50
        assert len(page) < 150_000, query


def test_no_more_is_read_than_shown(client: Client, documents: list[Document]) -> None:
    read = 0

    def count(sender: object, instance: Incident, **_: object) -> None:
        nonlocal read
        read += 1

    post_init.connect(count, sender=Incident)
    try:
        coverage(client)
    finally:
        post_init.disconnect(count, sender=Incident)
    assert 0 < read <= 4 * 50


def test_every_document_is_on_one_of_the_pages(client: Client, documents: list[Document]) -> None:
    for query, number in (("", DOCUMENTS), ("?show=broken", DOCUMENTS // 2)):
        assert walk(client, f"/coverage/{query}") == Listed(number, number, number // 50)


def test_the_number_of_past_incidents_is_that_of_all(client: Client, documents: list[Document]) -> None:
    assert f"All {PAST} past incidents</a>" in coverage(client)


def test_it_costs_what_it_costs_with_few(client: Client, documents: list[Document]) -> None:
    with CaptureQueriesContext(connection) as captured:
        coverage(client)
    assert len(captured) == 11
