"""verify_archive names what somebody altered in the archive behind PostgreSQL's guards."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from atlas.archive.record.rebuilding import rebuild
from atlas.archive.record.recording import record_capture, record_failure
from atlas.archive.texts.normalising import folded_sha256
from atlas.archive.verifying.verifying import LISTED, verify
from atlas.models import (
    Capture,
    Change,
    Document,
    Placement,
    Provision,
    Snapshot,
    StatedDate,
    Version,
    Wording,
    sha256,
)
from tests.atlas.splitters import FINER
from tests.atlas.texts import ERROR_PAGE, document
from tests.factories import NOON, make_document
from tests.tampering import tamper

pytestmark = pytest.mark.django_db

A = "Effective: 1 March 2026\n\n" + document()
B = "Effective: 1 March 2026\n\n" + document(
    Retention="We keep your Content for 400 days after you delete it, and for longer where the law asks us to."
)
C = document(Retention=None)
LOOKS = (A, B, B, A, ERROR_PAGE, C, A)


@pytest.fixture(scope="module", autouse=True)
def _archive(shared_rows: None) -> None:
    """Two documents with a history of every kind of look."""
    for name in ("Terms of Service", "Privacy Policy"):
        where = make_document(name=name)
        for day, text in enumerate(LOOKS):
            record_capture(where, text=text, captured_at=NOON + timedelta(days=day))
        record_failure(where, reason="The page could not be reached.", captured_at=NOON + timedelta(days=9))
    make_document(name="Not captured yet")
    Snapshot.objects.create(text="Of nothing yet.", sha256=sha256("Of nothing yet."))


def first_broken() -> str:
    broken = verify().broken
    return broken[0] if broken else ""


def test_an_untouched_archive_is_whole() -> None:
    verified = verify()
    assert verified.broken == []
    assert verified.rows["snapshots"] == Snapshot.objects.count() == 5
    assert verified.rows["captures"] == Capture.objects.count() == 16
    assert verified.rows["placements"] == Placement.objects.count() > 0
    assert verified.rows["wordings"] == Wording.objects.count() > 0
    assert verified.rows["changes"] == Change.objects.count() > 0
    assert verified.rows["stated dates"] == StatedDate.objects.count() > 0


def test_an_archive_that_was_cut_again_is_whole() -> None:
    rebuild(list(Document.objects.all()), splitter=FINER)
    assert verify().broken == []


def test_a_text_with_white_space_around_it_and_a_piece_that_was_seen_before_are_whole() -> None:
    where = make_document()
    for day, text in enumerate(("\n \n" + A + "\n\n", C, "\n \n" + A + "\n\n")):
        record_capture(where, text=text, captured_at=NOON + timedelta(days=day))
    assert verify().broken == []


OTHER_HASH = "repeat('0', 64)"
# table, column, its new value, what the command says first
ALTERED = [
    ("atlas_snapshot", "text", "text || ' '", "its text has another hash than recorded."),
    ("atlas_snapshot", "text", "replace(text, '30 days', '30 years')", "its text has another hash than recorded."),
    ("atlas_snapshot", "sha256", OTHER_HASH, "its text has another hash than recorded."),
    ("atlas_version", "folded_sha256", OTHER_HASH, "its folded hash is not that of its text."),
    ("atlas_version", "fingerprint_sha256", OTHER_HASH, "its fingerprint is not that of its text."),
    ("atlas_version", "number", "number + 7", "its number is "),
    (
        "atlas_version",
        "first_captured_at",
        "first_captured_at - interval '1 day'",
        "it shows its version for the first",
    ),
    (
        "atlas_version",
        "snapshot_id",
        "(SELECT max(id) FROM atlas_snapshot)",
        "its folded hash is not that of its text.",
    ),
    ("atlas_version", "document_id", "(SELECT max(id) FROM atlas_document)", ""),
    ("atlas_capture", "sequence", "sequence + 70", "its number is "),
    ("atlas_capture", "outcome", "'upgraded'", "its outcome is “upgraded”, which does not fit the captures before it."),
    ("atlas_capture", "outcome", "'changed'", "its outcome is “changed”, which does not fit the captures before it."),
    ("atlas_capture", "captured_at", "captured_at - interval '1 day'", "it shows its version for the first time"),
    ("atlas_capture", "snapshot_id", "snapshot_id + 1", "its text is not that of its version."),
    ("atlas_stateddate", '"end"', "100000", "the words that state it lie outside its version's text."),
    ("atlas_wording", "text", "text || ' '", "its text has another hash than recorded."),
    ("atlas_wording", "text_sha256", OTHER_HASH, "its text has another hash than recorded."),
    ("atlas_wording", "folded_sha256", OTHER_HASH, "its folded hash is not that of its text."),
    ("atlas_wording", "number", "number + 7", ", and 1 is missing before it."),
    ("atlas_wording", "number", "9, provision_id = (SELECT max(id) FROM atlas_provision)", "its number is "),
    ("atlas_wording", "first_capture_id", "(SELECT max(id) FROM atlas_capture)", "it was first captured in another"),
    ("atlas_placement", "start", "start + 1", "has another text there than its wording"),
    ("atlas_placement", '"end"', '"end" - 1', "has another text there than its wording"),
    ("atlas_placement", "separator", "separator || 'x'", "the white space behind it is not that of"),
    ("atlas_placement", "separator", "''", "it does not follow what stands before it in"),
    ("atlas_placement", "ordinal", "ordinal + 70", ""),
    ("atlas_placement", "splitter", "splitter + 1", ""),
    ("atlas_placement", "wording_id", "(SELECT max(id) FROM atlas_wording)", ""),
    ("atlas_provision", "ordinal", "ordinal + 7", "it has another place in the latest version than recorded."),
    ("atlas_provision", "removed_at", "now()", "it is marked as removed and stands in the latest version."),
    ("atlas_provision", "current_wording_id", "NULL", "it has no current wording."),
    ("atlas_change", "new_wording_id", "(SELECT max(id) FROM atlas_wording)", "one of its wordings belongs to another"),
    ("atlas_change", "old_wording_id", "NULL", "it is “modified” and lacks one of its wordings."),
    ("atlas_change", "provision_id", "(SELECT max(id) FROM atlas_provision)", "one of its wordings belongs to another"),
    ("atlas_change", "capture_id", "1 + capture_id", "its capture is none that shows a change."),
]


@pytest.mark.parametrize(("table", "column", "value", "problem"), ALTERED)
def test_an_altered_row_is_named(table: str, column: str, value: str, problem: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT min(id) FROM {table}")
        row = cursor.fetchone()[0]
    tamper(table, f"UPDATE {table} SET {column} = {value} WHERE id = %s", row)
    assert problem in first_broken() != ""


@pytest.mark.parametrize("model", [Snapshot, Version, Capture, Wording, Placement, Provision])
def test_a_row_gone_from_the_middle_is_missed(model: type[Snapshot]) -> None:
    rows = list(model.objects.order_by("pk"))
    tamper(model._meta.db_table, f"DELETE FROM {model._meta.db_table} WHERE id = %s", rows[len(rows) // 2].pk)
    assert first_broken() != ""


def test_a_change_that_is_gone_is_missed() -> None:
    change = Change.objects.order_by("pk")[0]
    tamper("atlas_change", "DELETE FROM atlas_change WHERE id = %s", change.pk)
    assert first_broken() == (
        f"Capture {change.capture_id}: provision {change.provision_id} differs from the version before, "
        "and no change says so."
    )


def test_who_alters_a_text_and_its_hash_breaks_what_was_made_of_it() -> None:
    row = Snapshot.objects.order_by("pk")[0]
    text = row.text.replace("30 days", "30 years")
    tamper(
        "atlas_snapshot", "UPDATE atlas_snapshot SET text = %s, sha256 = %s WHERE id = %s", text, sha256(text), row.pk
    )
    version = Version.objects.filter(snapshot=row).order_by("pk")[0]
    assert first_broken() == f"Version {version.public_id}: its folded hash is not that of its text."


def test_who_alters_every_hash_of_a_wording_still_contradicts_the_version() -> None:
    row = Wording.objects.filter(text__contains="30 days").order_by("pk")[0]
    text = row.text.replace("30 days", "30 years")
    tamper(
        "atlas_wording",
        "UPDATE atlas_wording SET text = %s, text_sha256 = %s, folded_sha256 = %s WHERE id = %s",
        text,
        sha256(text),
        folded_sha256(text),
        row.pk,
    )
    assert f"has another text there than its wording {row.pk}" in first_broken()


def test_a_version_whose_provisions_are_gone_is_named() -> None:
    version = Version.objects.order_by("pk")[1]
    tamper("atlas_placement", "DELETE FROM atlas_placement WHERE version_id = %s", version.pk)
    assert f"Version {version.public_id}: no provision is placed in it." in verify().broken


def test_the_first_of_many_broken_rows_is_what_the_others_rest_on() -> None:
    tamper("atlas_snapshot", "UPDATE atlas_snapshot SET text = 'Nothing is as it was.'")
    verified = verify()
    first = Snapshot.objects.order_by("pk")[0]
    assert verified.broken[0] == f"Snapshot {first.pk}: its text has another hash than recorded."
    assert len(verified.broken) == LISTED < verified.broken_rows


class TestTheCommand:
    def run(self, *arguments: str) -> str:
        out = StringIO()
        call_command("verify_archive", *arguments, stdout=out)
        return out.getvalue()

    def test_it_says_how_many_rows_of_what_are_whole(self) -> None:
        told = self.run()
        assert told.startswith("Whole: 5 snapshots, ")
        assert " 16 captures, " in told

    def test_it_says_the_same_as_json(self) -> None:
        told = json.loads(self.run("--json"))
        assert (told["whole"], told["first_broken"], told["broken_rows"]) == (True, None, 0)
        assert told["verified"]["total"] == sum(told["verified"].values()) / 2

    @pytest.mark.parametrize("arguments", [(), ("--json",)])
    def test_a_broken_row_ends_it_with_1_and_with_what_to_do(self, arguments: tuple[str, ...]) -> None:
        row = Snapshot.objects.order_by("pk")[0]
        tamper("atlas_snapshot", "UPDATE atlas_snapshot SET text = 'x' WHERE id = %s", row.pk)
        with pytest.raises(CommandError, match=f"First broken row: Snapshot {row.pk}: ") as refused:
            self.run(*arguments)
        assert refused.value.returncode == 1
        assert "restore the latest backup" in str(refused.value)


def test_the_hashes_of_the_record_stay_what_they_are() -> None:
    """A release that folds otherwise would find every older archive broken: it needs a migration and a word on it."""
    assert folded_sha256("## 1. **Age**\n\n* You “must” be 18.") == (
        "f2bbffae0d1af82a8279b2c711553aa706f22ffa7a67aa4f70eb85c9320f7b8c"
    )
