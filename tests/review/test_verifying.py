"""verify_archive finds what somebody altered in the editors' record behind PostgreSQL's guards."""

import pytest
from django.core.management import call_command
from django.db import connection

from atlas.archive.collections.importing import refresh_statistics
from atlas.archive.record.rebuilding import rebuild
from atlas.archive.verifying import record_checks
from atlas.archive.verifying.verifying import verify
from atlas.models import Approval, Document, Publication, content_hash
from review.models import Decision, Edition, Event, Revision
from review.sample.loading import load_sample
from review.verifying import CHECKS
from tests.atlas.splitters import FINER
from tests.tampering import tamper

pytestmark = pytest.mark.django_db
PUBLICATIONS = [check for check in record_checks.CHECKS if check.what == "publications"]


@pytest.fixture(scope="module", autouse=True)
def _loaded(shared_rows: None) -> None:
    """The sample once for all tests of this file."""
    call_command("load_catalogue", verbosity=0)
    load_sample()
    refresh_statistics()  # what a test before this one left there may be of empty tables


def first_broken() -> str:
    """By the checks of publications and of the editors' record; those of the archive have their own tests."""
    verified = verify(checks=[*PUBLICATIONS, *CHECKS])
    return verified.broken[0] if verified.broken else ""


def test_the_sample_is_whole() -> None:
    verified = verify()
    assert verified.broken == []
    assert verified.rows["events"] == Event.objects.count() > 0
    assert verified.rows["revisions"] == Revision.objects.count() > 0
    assert verified.rows["publications compared with their approvals"] == Publication.objects.count() > 0


def test_the_sample_cut_again_is_whole_and_its_analyses_are_as_current_as_before() -> None:
    stale = set(Publication.objects.stale().values_list("pk", flat=True))
    rebuilt = rebuild(list(Document.objects.all()), splitter=FINER)
    assert rebuilt.kept < 0.9 < rebuilt.identity
    assert verify().broken == []
    assert set(Publication.objects.stale().values_list("pk", flat=True)) == stale


@pytest.mark.parametrize("column", ["title", "summary", "exposure_level", "compliance_considerations"])
@pytest.mark.parametrize("table", ["atlas_publication", "review_revision"])
def test_an_altered_analysis_is_named(table: str, column: str) -> None:
    model = Publication if table == "atlas_publication" else Revision
    row = model.objects.order_by("pk")[1]
    tamper(table, f"UPDATE {table} SET {column} = 'other' WHERE id = %s", row.pk)
    subject = row.public_id if isinstance(row, Publication) else str(row.pk)
    assert first_broken().endswith(f" {subject}: its text has another hash than recorded.")


def test_an_altered_analysis_is_named_also_when_its_hash_was_altered_with_it() -> None:
    row = Publication.objects.order_by("pk")[0]
    row.summary = "Something else."
    digest = content_hash(row.content())
    tamper(
        "atlas_publication",
        "UPDATE atlas_publication SET summary = %s, content_sha256 = %s WHERE id = %s",
        row.summary,
        digest,
        row.pk,
    )
    assert "is not that of the revision it was made from" in first_broken()


EVENT_COLUMNS = {
    "action": "'x'",
    "from_state": "'x'",
    "to_state": "'x'",
    "actor": "'Somebody else'",
    "actor_ref": "12345",
    "revision_ref": "12345",
    "data": """'{"x": 1}'""",
    "at": "at - interval '1 second'",
    "transaction": "'1'",
    "row_hash": "repeat('0', 64)",
    "previous_hash": "repeat('0', 64)",
}


@pytest.mark.parametrize("column", EVENT_COLUMNS)
def test_an_altered_event_is_named(column: str) -> None:
    event = Event.objects.order_by("pk")[5]
    tamper("review_event", f"UPDATE review_event SET {column} = {EVENT_COLUMNS[column]} WHERE id = %s", event.pk)
    assert first_broken().startswith(f"Event {event.pk}: of edition {event.edition_ref}")


def test_an_event_whose_hash_was_made_anew_breaks_the_chain_behind_it() -> None:
    edition = Edition.objects.filter(state="published").order_by("pk")[0]
    first, second = Event.objects.filter(edition_ref=edition.pk).order_by("sequence")[:2]
    tamper("review_event", "UPDATE review_event SET actor = 'Somebody else' WHERE id = %s", first.pk)
    tamper("review_event", "UPDATE review_event e SET row_hash = review_event_hash(e) WHERE id = %s", first.pk)
    assert first_broken() == (f"Event {second.pk}: of edition {edition.pk}: it is not chained to the event before it.")


def test_the_hash_function_itself_is_not_believed() -> None:
    event = Event.objects.order_by("pk")[0]
    tamper("review_event", "UPDATE review_event SET actor = 'Somebody else' WHERE id = %s", event.pk)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE OR REPLACE FUNCTION review_event_hash(e review_event) RETURNS text LANGUAGE sql STABLE"
            " AS $$ SELECT e.row_hash::text $$"
        )
    assert "something else than when it was recorded" in first_broken()


def test_an_event_gone_from_the_middle_is_missed() -> None:
    event = Event.objects.filter(sequence=2).order_by("pk")[0]
    tamper("review_event", "DELETE FROM review_event WHERE id = %s", event.pk)
    assert "2 is missing before it" in first_broken()


def test_an_edition_in_a_state_that_no_event_brought_is_named() -> None:
    edition = Edition.objects.open().order_by("pk")[0]
    tamper("review_edition", "UPDATE review_edition SET state = 'discarded' WHERE id = %s", edition.pk)
    assert first_broken().startswith(f"Edition {edition.pk}: it is “discarded”, and its events left it “")


def test_an_edition_that_is_gone_is_missed() -> None:
    edition = Edition.objects.filter(state="published").order_by("pk")[0]
    tamper("review_edition", "DELETE FROM review_edition WHERE id = %s", edition.pk)
    assert f"the edition that it names ({edition.pk}) is gone" in first_broken()


DECISION_COLUMNS = {
    "content_sha256": "repeat('0', 64)",
    "wording_id": "(SELECT min(id) FROM atlas_wording WHERE id <> wording_id)",
    "revision_id": "(SELECT min(id) FROM review_revision r WHERE r.edition_id <> review_decision.edition_id)",
    "round": "99",
}


@pytest.mark.parametrize("column", DECISION_COLUMNS)
def test_an_altered_decision_is_named(column: str) -> None:
    decision = Decision.objects.filter(kind="approve").order_by("-pk")[0]
    tamper(
        "review_decision",
        f"UPDATE review_decision SET {column} = {DECISION_COLUMNS[column]} WHERE id = %s",
        decision.pk,
    )
    assert first_broken().startswith(f"Decision {decision.pk}: ")


def test_a_decision_that_is_gone_is_missed() -> None:
    decision = Decision.objects.filter(kind="request_changes").order_by("pk")[0]
    tamper("review_decision", "DELETE FROM review_decision WHERE id = %s", decision.pk)
    assert first_broken() == (
        f"Edition {decision.edition_id}: its events tell of 1 decisions to request_changes, and it has 0."
    )


def test_a_revision_that_is_gone_is_missed() -> None:
    revision = Revision.objects.filter(number=1, children__isnull=False).order_by("pk")[0]
    tamper("review_revision", "DELETE FROM review_revision WHERE id = %s", revision.pk)
    assert f"({revision.pk}) is gone" in first_broken()


def test_findings_that_are_gone_are_missed() -> None:
    revision = Revision.objects.order_by("pk")[0]
    tamper("review_finding", "DELETE FROM review_finding WHERE revision_id = %s", revision.pk)
    assert f"Revision {revision.pk}: no check has left a finding on it." in verify(checks=CHECKS).broken


def test_a_draft_that_was_altered_is_no_longer_what_its_revision_says() -> None:
    run = Revision.objects.exclude(draft_run=None).order_by("pk")[0].draft_run
    assert run is not None
    tamper(
        "analysis_draftrun",
        """UPDATE analysis_draftrun SET analysis = jsonb_set(analysis, '{summary}', '"Other."') WHERE id = %s""",
        run.pk,
    )
    assert f"its text is not what draft run {run.pk} gave" in first_broken()


def test_a_publication_that_is_gone_is_missed() -> None:
    row = Publication.objects.live().order_by("pk")[0]
    edition = Revision.objects.get(pk=row.revision_id).edition
    tamper("atlas_publication", "DELETE FROM atlas_publication WHERE id = %s", row.pk)
    assert f"Edition {edition.pk}: it is published, and its publication is gone." in verify(checks=CHECKS).broken


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ("approved_at = now()", "its approvals are not those that the editors gave."),
        ("name = 'Somebody Else'", "it bears the name of somebody who did not approve it."),
    ],
)
def test_an_altered_approval_is_named(change: str, problem: str) -> None:
    approval = Approval.objects.order_by("pk")[0]
    tamper("atlas_approval", f"UPDATE atlas_approval SET {change} WHERE id = %s", approval.pk)
    assert first_broken() == f"Publication {approval.publication.public_id}: {problem}"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ("withdrawn_at = NULL, withdrawal_note = ''", "that it was withdrawn, or why, is not what its events tell."),
        ("withdrawal_note = 'Other.'", "that it was withdrawn, or why, is not what its events tell."),
        ("retracted_at = now()", "that it was retracted, or why, is not what its events tell."),
        ("wording_id = wording_id + 1", "its wording"),
    ],
)
def test_an_altered_ending_is_named(change: str, problem: str) -> None:
    row = Publication.objects.exclude(withdrawn_at=None).order_by("pk")[0]
    tamper("atlas_publication", f"UPDATE atlas_publication SET {change} WHERE id = %s", row.pk)
    assert first_broken().startswith(f"Publication {row.public_id}: {problem}")
