"""PostgreSQL itself refuses to alter the record, whoever asks."""

import os
from collections.abc import Iterator

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction
from psycopg import sql

from atlas.guards import FUNCTION, insert_only_sql
from atlas.models import (
    Approval,
    Attribute,
    AttributeValue,
    Change,
    ChangeKind,
    Instrument,
    Jurisdiction,
    Obligation,
    Provision,
    Publication,
    Significance,
    Topic,
)
from tests.factories import NOON, make_provision

pytestmark = pytest.mark.django_db

ALTERATIONS = {
    "atlas_snapshot": "text = 'another'",
    "atlas_capture": "outcome = 'failed'",
    "atlas_version": "number = 7",
    "atlas_wording": "text = 'another'",
    "atlas_placement": "ordinal = 7",
    "atlas_change": "significance = 'cosmetic'",
    "atlas_publication": "summary = 'another'",
    "atlas_publication_cited": "id = 7",
    "atlas_approval": "name = 'another'",
    "atlas_attributevalue": "value = '7'",
}


def make_obligation() -> Obligation:
    place = Jurisdiction.objects.create(key="ZZ", name="Nowhere", region="None")
    law = Instrument.objects.create(
        key="law", short_name="Law", full_name="Law", jurisdiction=place, in_force_since=NOON.date()
    )
    return Obligation.objects.create(key="law-1", instrument=law, pinpoint="Art. 1", title="Duty", paraphrase="A duty.")


def publish(provision: Provision) -> Publication:
    """A publication with everything that hangs on one, written past the review (which has its own tests)."""
    wording = provision.current_wording
    assert wording is not None
    publication = Publication.objects.create(
        provision=provision,
        wording=wording,
        version=wording.placements.get().version,
        title="Title",
        summary="Summary.",
        major=1,
        published_at=NOON,
        revision_id=1,
        drafter="A test",
    )
    publication.cited.add(make_obligation())
    Approval.objects.create(publication=publication, name="Ada", role="Lawyer", approved_at=NOON)
    topic = Topic.objects.create(key="topic", name="Topic", definition="A topic.")
    attribute = Attribute.objects.create(key="attribute", topic=topic, name="Attribute", kind="number")
    AttributeValue.objects.create(publication=publication, attribute=attribute, value="30", quote="30 days")
    return publication


@pytest.fixture
def publication() -> Iterator[Publication]:
    """One row in every guarded table; rolled back, because no editor approved it and a commit would tell."""
    with transaction.atomic():
        provision = make_provision()
        wording = provision.current_wording
        assert wording is not None
        Change.objects.create(
            document=provision.document,
            provision=provision,
            capture=wording.first_capture,
            kind=ChangeKind.ADDED,
            significance=Significance.SUBSTANTIVE,
            new_wording=wording,
        )
        yield publish(provision)
        transaction.set_rollback(True)


def refused(statement: str) -> str:
    """What PostgreSQL says to ``statement``, which it must refuse."""
    with pytest.raises(IntegrityError) as refusal, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    return str(refusal.value)


@pytest.mark.parametrize("table", ALTERATIONS)
def test_a_row_of_the_record_cannot_be_altered(publication: Publication, table: str) -> None:
    message = refused(f"UPDATE {table} SET {ALTERATIONS[table]}")
    assert f"UPDATE of {table} refused" in message
    assert "as a new row" in message


@pytest.mark.parametrize("table", ALTERATIONS)
def test_a_row_of_the_record_cannot_be_deleted(publication: Publication, table: str) -> None:
    assert f"DELETE of {table} refused" in refused(f"DELETE FROM {table}")


def test_replica_mode_does_not_open_the_record(publication: Publication) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
    assert "refused" in refused("UPDATE atlas_wording SET text = 'another'")


@pytest.mark.parametrize("column", ["superseded_at", "withdrawn_at", "retracted_at"])
def test_a_publication_can_be_ended_once(publication: Publication, column: str) -> None:
    Publication.objects.filter(pk=publication.pk).update(**{column: NOON})
    message = refused(f"UPDATE atlas_publication SET {column} = now()")
    assert f"atlas_publication.{column} of row {publication.pk} is set and stays as it is" in message
    refused(f"UPDATE atlas_publication SET {column} = NULL")


def test_the_note_of_an_ending_is_written_once(publication: Publication) -> None:
    Publication.objects.filter(pk=publication.pk).update(withdrawn_at=NOON, withdrawal_note="The text was misread.")
    assert "withdrawal_note" in refused("UPDATE atlas_publication SET withdrawal_note = 'Nothing happened.'")


def test_an_ending_cannot_carry_another_text_along(publication: Publication) -> None:
    assert "refused" in refused("UPDATE atlas_publication SET withdrawn_at = now(), summary = 'another'")


def test_every_guarded_table_refuses_truncate_outside_test_databases() -> None:
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT tgrelid::regclass::text FROM pg_trigger
            WHERE tgname LIKE '%\\_no\\_truncate' AND tgenabled = 'A' AND NOT tgisinternal
        """)
        guarded = {table for (table,) in cursor.fetchall()}
    assert set(ALTERATIONS) <= guarded


def test_truncate_is_refused_in_a_database_that_is_not_for_tests() -> None:
    name = f"guarded_{connection.settings_dict['NAME']}"
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        with psycopg.connect(os.environ["DATABASE_URL"], dbname=name) as database:
            database.execute(FUNCTION)
            database.execute("CREATE TABLE kept (id int)")
            database.execute(insert_only_sql("kept"))
            with pytest.raises(psycopg.errors.RestrictViolation, match="TRUNCATE of kept refused"):
                database.execute("TRUNCATE kept")
    finally:
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
            server.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))
