"""Judgements are only ever added, and only by those whose role it is: held by PostgreSQL and by the verbs."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from atlas.archive.judgements.clustering import decide, decide_together
from atlas.archive.judgements.correcting import correct_topic
from atlas.archive.judgements.holding import NotPermitted, reject, release
from atlas.archive.judgements.judging import Refused
from atlas.archive.judgements.noise_rules import end_noise_rule, make_noise_rule
from atlas.archive.record.recording import record_capture
from atlas.models import (
    Capture,
    Change,
    ChangeCluster,
    ClusterDecision,
    ClusterRuling,
    HoldDecision,
    NoiseRule,
    Outcome,
    Provision,
    StatedDate,
    Topic,
    TopicCorrection,
    User,
)
from tests.atlas.texts import ERROR_PAGE, document
from tests.factories import NOON, make_document, make_user

pytestmark = pytest.mark.django_db

ALTERATIONS = {
    "atlas_stateddate": "value = '1999-01-01'",
    "atlas_holddecision": "reason = 'another'",
    "atlas_topiccorrection": "is_about = NOT is_about",
    "atlas_noiserule": "reason = 'another'",
    "atlas_changecluster": "title = 'another'",
    "atlas_changecluster_changes": "change_id = change_id + 1",
    "atlas_clusterdecision": "ruling = 'analyse'",
}


@pytest.fixture(autouse=True)
def _judged() -> None:
    """One row of each judgement, and a second held capture that nobody decided on."""
    terms, ada = make_document(name="Terms of Service"), make_user("ada", groups=("Editor",))
    texts = ("Effective: 1 March 2026\n\n" + document(), document(Retention=None), ERROR_PAGE, ERROR_PAGE + "Sorry.")
    for day, text in enumerate(texts):
        record_capture(terms, text=text, captured_at=NOON + timedelta(days=day))
    reject(held(), by=ada, reason="An error page.")
    correct_topic(Provision.objects.all()[0], make_topic(), is_about=True, reason="It says so.", by=ada)
    make_noise_rule(make_rule(), by=ada)
    decide_together(
        list(Change.objects.all()), title="One cause", ruling=ClusterRuling.SET_ASIDE, reason="A page broke.", by=ada
    )


def held() -> Capture:
    return Capture.objects.filter(outcome=Outcome.QUARANTINED, hold_decision=None).order_by("pk")[0]


def make_topic() -> Topic:
    return Topic.objects.get_or_create(key="retention", defaults={"name": "Retention"})[0]


def make_rule() -> NoiseRule:
    return NoiseRule(phrase="best experience", reason="An advertisement.", expires_on=timezone.localdate())


def refused(statement: str) -> str:
    """What PostgreSQL says to ``statement``, which it must refuse."""
    with pytest.raises(IntegrityError) as refusal, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    return str(refusal.value)


@pytest.mark.parametrize("table", ALTERATIONS)
class TestPostgreSQL:
    def test_refuses_to_alter_a_judgement(self, table: str) -> None:
        assert f"UPDATE of {table} refused" in refused(f"UPDATE {table} SET {ALTERATIONS[table]}")

    def test_refuses_to_delete_one(self, table: str) -> None:
        assert f"DELETE of {table} refused" in refused(f"DELETE FROM {table}")

    def test_refuses_to_truncate_where_it_is_no_test(self, table: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname LIKE '%%\\_no\\_truncate' "
                "AND tgenabled = 'A'",
                [table],
            )
            assert cursor.fetchone() == (1,)


@pytest.mark.parametrize(
    "attempt",
    [
        lambda cluster: cluster.changes.clear(),
        lambda cluster: cluster.changes.set([]),
        lambda cluster: cluster.changes.remove(*cluster.changes.all()),
    ],
    ids=["clear", "set", "remove"],
)
def test_no_change_leaves_its_cluster(attempt: Callable[[ChangeCluster], None]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        attempt(ChangeCluster.objects.get())


VERBS: dict[str, Callable[[User], object]] = {
    "release": lambda by: release(held(), by=by, reason="It is the document."),
    "release as a variant": lambda by: release(held(), by=by, reason="Another language.", as_variant=True),
    "reject": lambda by: reject(held(), by=by, reason="It is not the document."),
    "correct a topic": lambda by: correct_topic(
        Provision.objects.all()[0], make_topic(), is_about=False, reason="No.", by=by
    ),
    "make a rule": lambda by: make_noise_rule(make_rule(), by=by),
    "end a rule": lambda by: end_noise_rule(NoiseRule.objects.get(), by=by),
    "put together": lambda by: decide_together(
        list(Change.objects.all()), title="A cause", ruling=ClusterRuling.ANALYSE, reason="Yes.", by=by
    ),
    "decide": lambda by: decide(
        ChangeCluster.objects.get(),
        ClusterRuling.ANALYSE,
        reason="Yes.",
        by=by,
        after=ClusterDecision.objects.latest("pk").pk,
    ),
}


@pytest.mark.parametrize("role", ["Viewer", "Auditor", ""])
@pytest.mark.parametrize("verb", VERBS)
def test_who_only_looks_judges_nothing(role: str, verb: str) -> None:
    before = judgements()
    with pytest.raises((NotPermitted, Refused)):
        VERBS[verb](make_user("eve", groups=(role,) if role else ()))
    assert judgements() == before


def judgements() -> list[int]:
    models = (HoldDecision, TopicCorrection, NoiseRule, ChangeCluster, ClusterDecision, StatedDate, Capture)
    return [*(model._default_manager.count() for model in models), NoiseRule.objects.in_force().count()]
