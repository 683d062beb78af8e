"""verify_archive finds what somebody altered in the editors' record behind PostgreSQL's guards."""

import pytest
from django.core.management import call_command
from django.db import connection

from atlas.archive.collections.importing import refresh_statistics
from atlas.archive.record.rebuilding import rebuild
from atlas.archive.verifying import record_checks
from atlas.archive.verifying.verifying import verify
from atlas.models import Approval, Document, Publication, User, content_hash
from review import following
from review.models import Comment, Decision, Edition, Event, Finding, Revision
from review.moves import record
from review.sample.loading import load_sample
from review.verifying import CHECKS
from tests.atlas.splitters import FINER
from tests.review.factories import change_text, return_to
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


def broken() -> list[str]:
    """By all checks of the editors' record but the first, that of rows which others name and which are gone."""
    return verify(checks=CHECKS[1:]).broken


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
    "kind": "'void', reason = 'Because.'",
    "by_id": "(SELECT min(id) FROM atlas_user WHERE id <> by_id)",
    "reason": "'Because.'",
    "reason_code": "'other'",
    "parts": "ARRAY['summary']",
    "dwell_seconds": "600",
    "words_to_read": "5",
    "is_self_approval": "NOT is_self_approval",
    "at": "at - interval '1 minute'",
}


@pytest.mark.parametrize("column", DECISION_COLUMNS)
def test_an_altered_decision_is_named(column: str) -> None:
    decision = Decision.objects.filter(kind="approve").order_by("-pk")[0]
    tamper(
        "review_decision",
        f"UPDATE review_decision SET {column} = {DECISION_COLUMNS[column]} WHERE id = %s",
        decision.pk,
    )
    found = broken()
    if column == "kind":  # its event's action is then another's
        assert found[0].startswith(f"Edition {decision.edition_id}: its events tell of")
    else:
        assert [line for line in found if line.startswith(f"Decision {decision.pk}: ")]


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
    assert f"Revision {revision.pk}: no check has left a finding on it." in broken()


FINDING_COLUMNS = {
    "code": "'other'",
    "severity": "'pass'",
    "message": "'All is well.'",
    "part": "'title'",
    "start": "1",
    "revision_id": "(SELECT max(id) FROM review_revision)",
}


@pytest.mark.parametrize("column", FINDING_COLUMNS)
def test_an_altered_finding_is_named_by_its_revision(column: str) -> None:
    finding = Finding.objects.filter(severity="warning").order_by("pk")[0]
    change = FINDING_COLUMNS[column]
    tamper("review_finding", f"UPDATE review_finding SET {column} = {change} WHERE id = %s", finding.pk)
    assert f"Revision {finding.revision_id}: the findings on it are not those of its checks." in broken()


def test_a_finding_that_is_gone_or_new_is_missed() -> None:
    gone = Finding.objects.filter(severity="warning").order_by("pk")[0]
    tamper("review_finding", "DELETE FROM review_finding WHERE id = %s", gone.pk)
    other = Revision.objects.exclude(pk=gone.revision_id).order_by("pk")[0]
    Finding.objects.create(revision=other, code="made-up", severity="pass", message="All is well.")
    for revision in (gone.revision_id, other.pk):
        assert f"Revision {revision}: the findings on it are not those of its checks." in broken()


PUBLICATION_COLUMNS = {
    "drafter": "'Somebody famous'",
    "solo_review": "NOT solo_review",
    "public_note": "'Nothing was wrong.'",
    "published_at": "published_at - interval '1 day'",
    "major": "major + 40",
    "minor": "minor + 1",
}


@pytest.mark.parametrize("column", PUBLICATION_COLUMNS)
def test_what_stands_beside_a_publication_is_sealed(column: str) -> None:
    row = Publication.objects.live().order_by("pk")[0]
    change = PUBLICATION_COLUMNS[column]
    tamper("atlas_publication", f"UPDATE atlas_publication SET {column} = {change} WHERE id = %s", row.pk)
    assert f"Publication {row.public_id}: it is not what its event says." in broken()


def test_the_role_beside_a_name_is_sealed_with_it() -> None:
    approval = Approval.objects.order_by("pk")[0]
    tamper("atlas_approval", "UPDATE atlas_approval SET role = 'Judge' WHERE id = %s", approval.pk)
    assert f"Publication {approval.publication.public_id}: it is not what its event says." in broken()


def make_comment() -> Comment:
    edition = Edition.objects.open().order_by("pk")[0]
    by, revision = User.objects.get(username="reviewer"), edition.head
    comment = Comment.objects.create(edition=edition, revision=revision, body="Whose data?", is_blocking=True, by=by)
    record(edition, "comment", by=by, comment=comment.pk)
    return comment


COMMENT_COLUMNS = {
    "body": "'All is well.'",
    "is_blocking": "false",
    "quote": "'Other words.'",
    "part": "'title'",
    "by_id": "(SELECT min(id) FROM atlas_user WHERE id <> by_id)",
    "revision_id": "(SELECT min(id) FROM review_revision r WHERE r.edition_id <> review_comment.edition_id)",
    "at": "at - interval '1 minute'",
    "resolved_at": "now(), resolved_by_id = by_id",
}


@pytest.mark.parametrize("column", COMMENT_COLUMNS)
def test_an_altered_comment_is_named(column: str) -> None:
    comment = make_comment()
    assert broken() == []
    change = COMMENT_COLUMNS[column]
    tamper("review_comment", f"UPDATE review_comment SET {column} = {change} WHERE id = %s", comment.pk)
    assert broken()[0].startswith(f"Comment {comment.pk}: ")


def test_a_comment_that_is_gone_is_missed_and_one_without_an_event_is_named() -> None:
    gone = make_comment()
    tamper("review_comment", "DELETE FROM review_comment WHERE id = %s", gone.pk)
    added = Comment.objects.create(edition=gone.edition, revision=gone.revision, body="Me too.", by=gone.by)
    assert f"Comment {gone.pk}: it has an event and is gone." in broken()
    assert f"Comment {added.pk}: no event tells of it." in broken()


class TestPublishedAgain:
    """The clause on training went from opt-in to opt-out; say it goes back."""

    @pytest.fixture
    def again(self) -> Publication:
        first = Publication.objects.exclude(superseded_at=None).get()
        return_to(first.provision, first.wording)
        assert following.follow_changes() == 1
        return Publication.objects.live().get(provision=first.provision)

    def test_it_is_whole(self, again: Publication) -> None:
        assert again.number == "3.0"
        assert broken() == []

    @pytest.mark.parametrize("column", ["title", "drafter", "revision_id"])
    def test_altered_it_is_named(self, again: Publication, column: str) -> None:
        value = "(SELECT max(id) FROM review_revision)" if column == "revision_id" else "'other'"
        tamper("atlas_publication", f"UPDATE atlas_publication SET {column} = {value} WHERE id = %s", again.pk)
        assert first_broken().startswith(f"Publication {again.public_id}: ")

    def test_one_more_without_its_event_is_named(self, again: Publication) -> None:
        tamper("review_event", "DELETE FROM review_event WHERE action = 'restore'")
        assert f"Publication {again.public_id}: no event tells of its publication." in broken()


class TestCarriedOver:
    @pytest.fixture
    def carried(self) -> Revision:
        edition = Edition.objects.open().filter(state="in_review").order_by("pk")[0]
        before = edition.wording
        change_text(edition.provision, "All is different now, and nothing is as it was before.")
        following.follow_changes()
        return_to(edition.provision, before)
        following.follow_changes()
        return Revision.objects.get(author_kind="carried")

    def test_it_is_whole(self, carried: Revision) -> None:
        assert broken() == []

    def test_from_another_text_than_it_says_it_is_named(self, carried: Revision) -> None:
        tamper(
            "review_revision",
            "UPDATE review_revision SET parent_id = (SELECT min(id) FROM review_revision WHERE id <> %s) WHERE id = %s",
            carried.parent_id,
            carried.pk,
        )
        assert f"Revision {carried.pk}: it was not made from the text that it names." in broken()


def test_what_an_edition_was_handed_down_is_in_its_first_event() -> None:
    edition = Edition.objects.open().order_by("pk")[0]
    tamper("review_edition", "UPDATE review_edition SET carried_from_id = head_id WHERE id = %s", edition.pk)
    assert f"Edition {edition.pk}: what it was handed down is not what its first event says." in broken()


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
    assert f"Edition {edition.pk}: it is published, and its publication is gone." in broken()


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
