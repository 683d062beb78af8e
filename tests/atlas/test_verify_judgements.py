"""Tampering with what was held, with what editors decided on it, and with what a change says it changed."""

from datetime import timedelta

import pytest

from atlas.archive.judgements.holding import reject, release
from atlas.archive.record.rebuilding import rebuild
from atlas.archive.record.recording import record_capture, record_failure
from atlas.archive.verifying.verifying import verify
from atlas.models import Document
from tests.atlas.splitters import FINER
from tests.atlas.test_health import GERMAN, TERMS
from tests.atlas.texts import ERROR_PAGE, document
from tests.factories import NOON, make_document, make_user
from tests.tampering import tamper

pytestmark = pytest.mark.django_db

LOOKS = (document(), document(Retention=None), "Last updated: 1 May 2026\n\n" + document(Audio="We record no sound."))


@pytest.fixture(scope="module", autouse=True)
def _archive(shared_rows: None) -> None:
    """A text released as the document after which another look failed, one released as a variant, one rejected."""
    terms, privacy = make_document(name="Terms of Service"), make_document(name="Privacy Policy")
    ada = make_user("ada", groups=("Editor",))
    for day, text in enumerate((*LOOKS, LOOKS[0], LOOKS[1])):
        record_capture(terms, text=text, captured_at=NOON + timedelta(days=day))
    held = record_capture(terms, text=GERMAN, captured_at=NOON + timedelta(days=6))
    record_failure(terms, reason="No answer.", captured_at=NOON + timedelta(days=7))
    release(held, by=ada, reason="The platform speaks German now.")
    record_capture(privacy, text=TERMS, captured_at=NOON)
    held = record_capture(privacy, text=GERMAN, captured_at=NOON + timedelta(days=1))
    release(held, by=ada, reason="The German edition.", as_variant=True)
    record_capture(privacy, text=TERMS.replace("limited", "unlimited"), captured_at=NOON + timedelta(days=2))
    held = record_capture(privacy, text=ERROR_PAGE, captured_at=NOON + timedelta(days=3))
    reject(held, by=ada, reason="An error page.")


def test_an_archive_with_releases_variants_and_rejections_is_whole() -> None:
    assert verify().broken == []
    rebuild(list(Document.objects.all()), splitter=FINER)
    assert verify().broken == []


FIRST = "(SELECT min(id) FROM atlas_capture)"
MODIFIED = "id = (SELECT min(id) FROM atlas_change WHERE kind = 'modified')"
CLOSED = "id = (SELECT min(id) FROM atlas_incident WHERE closed_at IS NOT NULL)"
NOT_FROM = "is not from the wording that stood to the one that stands."
GONE = "an editor released it, and the decision is gone."
ALTERED = [
    ("atlas_change", f"UPDATE atlas_change SET kind = 'added', old_wording_id = NULL WHERE {MODIFIED}", NOT_FROM),
    ("atlas_change", f"UPDATE atlas_change SET kind = 'removed', new_wording_id = NULL WHERE {MODIFIED}", NOT_FROM),
    ("atlas_change", f"UPDATE atlas_change SET old_wording_id = new_wording_id WHERE {MODIFIED}", NOT_FROM),
    ("atlas_change", "UPDATE atlas_change SET kind = 'split' WHERE kind = 'removed'", "a wording that it cannot have."),
    ("atlas_holddecision", "DELETE FROM atlas_holddecision WHERE ruling = 'released'", GONE),
    (
        "atlas_holddecision",
        "UPDATE atlas_holddecision SET ruling = 'rejected', made_id = NULL WHERE ruling = 'released'",
        GONE,
    ),
    (
        "atlas_holddecision",
        f"UPDATE atlas_holddecision SET made_id = {FIRST} WHERE id = (SELECT min(id) FROM atlas_holddecision)",
        GONE,
    ),
    (
        "atlas_holddecision",
        f"UPDATE atlas_holddecision SET capture_id = {FIRST} WHERE made_id IS NULL",
        "was not held.",
    ),
    ("atlas_incident", "DELETE FROM atlas_incident WHERE closed_at IS NULL", "and no incident says so."),
    ("atlas_incident", f"UPDATE atlas_incident SET closed_by_id = NULL WHERE {CLOSED}", "without a capture"),
    ("atlas_incident", f"UPDATE atlas_incident SET opened_by_id = {FIRST} WHERE {CLOSED}", "none of its document"),
    ("atlas_stateddate", "UPDATE atlas_stateddate SET value = '2020-05-01'", "name another year."),
    (
        "atlas_wording",
        "UPDATE atlas_wording SET first_capture_id = (SELECT max(id) FROM atlas_capture WHERE outcome = 'returned') "
        "WHERE id = (SELECT min(id) FROM atlas_wording)",
        "with a text that was known already.",
    ),
]


@pytest.mark.parametrize(("table", "sql", "problem"), ALTERED)
def test_an_altered_judgement_is_named(table: str, sql: str, problem: str) -> None:
    tamper(table, sql)
    assert any(problem in sentence for sentence in verify().broken)
