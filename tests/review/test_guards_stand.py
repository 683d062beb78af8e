"""Every guard of PostgreSQL stands, is listed, and is missed when it is off."""

import pytest
from django.db import connection, models

from atlas.models import Publication
from review import system_checks
from review.models import AnalysisRequest, Comment, Decision, Edition, Event, Finding, Revision
from tests.review.round_the_code import refused

pytestmark = pytest.mark.django_db
RECORD = [Revision, Finding, Decision, Event, Comment, AnalysisRequest, Publication, Edition]


class TestEveryGuardStands:
    def test_they_are_all_there_always_and_all_listed(self) -> None:
        assert system_checks.standing_guards() == system_checks.GUARDS
        assert system_checks.guards_stand(None, databases=["default"]) == []

    @pytest.mark.parametrize("change", ["DISABLE TRIGGER", "ENABLE TRIGGER"])
    def test_one_that_is_off_or_rests_in_a_replica_is_named(self, change: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE review_event {change} review_event_chain")
        [error] = system_checks.guards_stand(None, databases=["default"])
        assert error.id == "review.E001" and "review_event_chain" in error.msg

    def test_where_no_database_is_checked_nothing_is_said(self) -> None:
        assert system_checks.guards_stand(None) == []

    @pytest.mark.parametrize("model", RECORD)
    def test_a_table_is_not_emptied_outside_of_tests(self, model: type[models.Model]) -> None:
        """The guard lets databases through whose name begins with test_: so its condition is asked for its name."""
        table = model._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = %s", [f"{table}_no_truncate"])
            [definition] = cursor.fetchone() or [""]
        assert "BEFORE TRUNCATE" in definition and "!~~ 'test\\_%'" in definition
        with refused("TRUNCATE"), connection.cursor() as cursor:
            cursor.execute(
                f"CREATE TRIGGER no_exception BEFORE TRUNCATE ON {table}"
                " FOR EACH STATEMENT EXECUTE FUNCTION atlas_insert_only()"
            )
            cursor.execute(f"TRUNCATE {table} CASCADE")
