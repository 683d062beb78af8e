"""What of clusters and noise gets queued: nothing before a decision, all of it after, noise last; nothing is lost."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import psycopg
import pytest
from django.db import OperationalError, connection, connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_q.models import OrmQ

from analysis import leases, priorities, queue
from analysis.models import DraftJob, JobState
from atlas.archive.judgements.clustering import decide, decide_together, drafts_to_expect, waiting
from atlas.archive.judgements.judging import Refused
from atlas.archive.judgements.noise_rules import end_noise_rule
from atlas.models import Change, ChangeCluster, ClusterDecision, ClusterKind, ClusterRuling, NoiseRule, User
from tests.atlas.judging import make_change, make_judge, many_sections, see
from tests.factories import TRAINING_TEXT, make_document

pytestmark = pytest.mark.django_db

ANALYSE, SET_ASIDE = ClusterRuling.ANALYSE, ClusterRuling.SET_ASIDE


def change_of(word: str = "90") -> Change:
    return make_change(TRAINING_TEXT, TRAINING_TEXT.replace("30 days", f"{word} days"))


def rewrite() -> ChangeCluster:
    """A document whose nine provisions all changed in one capture."""
    see(make_document(), many_sections(9), many_sections(9, changed=9))
    return ChangeCluster.objects.get()


def together(*changes: Change, ruling: ClusterRuling = SET_ASIDE, by: User | None = None) -> ChangeCluster:
    return decide_together(
        list(changes), title="The company was renamed", ruling=ruling, reason="Only names.", by=by or make_judge()
    )


def judge_again(cluster: ChangeCluster, ruling: ClusterRuling) -> ClusterDecision:
    latest = cluster.decisions.first()
    return decide(cluster, ruling, reason="Seen again.", by=make_judge(), after=latest.pk if latest else None)


class TestRewrites:
    def test_nothing_of_a_rewrite_is_queued_before_somebody_decides(self) -> None:
        cluster, other = rewrite(), change_of()
        assert queue.queue_changes() == 1
        assert DraftJob.objects.get().change == other
        assert list(waiting()) == [cluster]

    def test_all_of_it_is_queued_once_it_is_to_be_analysed(self) -> None:
        cluster = rewrite()
        judge_again(cluster, ANALYSE)
        assert queue.queue_changes() == 9
        assert queue.queue_changes() == 0
        assert {job.change for job in DraftJob.objects.all()} == set(cluster.changes.all())
        assert not waiting().exists()

    def test_nothing_of_it_is_queued_when_it_is_set_aside(self) -> None:
        judge_again(rewrite(), SET_ASIDE)
        assert queue.queue_changes() == 0
        assert not waiting().exists()

    def test_a_later_decision_replaces_an_earlier_one_and_both_stay_in_the_record(self) -> None:
        cluster = rewrite()
        judge_again(cluster, SET_ASIDE)
        judge_again(cluster, ANALYSE)
        assert queue.queue_changes() == 9
        assert [decision.ruling for decision in cluster.decisions.all()] == [ANALYSE, SET_ASIDE]

    def test_the_estimate_before_deciding_is_what_gets_queued(self) -> None:
        cluster = rewrite()
        expected = drafts_to_expect(cluster.changes.all())
        judge_again(cluster, ANALYSE)
        assert queue.queue_changes() == expected == 9

    def test_old_history_is_clustered_but_waits_for_nobody(self) -> None:
        terms = make_document()
        see(terms, many_sections(9))
        see(terms, many_sections(9, changed=9), is_backfill=True)
        assert ChangeCluster.objects.get().changes.count() == 9
        assert not waiting().exists()

    def test_a_decision_wakes_whoever_queues(self) -> None:
        cluster, rung = rewrite(), OrmQ.objects.count()
        judge_again(cluster, ANALYSE)
        assert OrmQ.objects.count() == rung + 1


class TestOneCause:
    def test_changes_with_one_cause_are_set_aside_by_one_decision(self) -> None:
        first, second, other = change_of("60"), change_of("70"), change_of("80")
        cluster = together(first, second)
        assert cluster.kind == ClusterKind.CAUSE
        assert queue.queue_changes() == 1
        assert DraftJob.objects.get().change == other

    def test_the_latest_word_on_a_change_counts_whatever_clusters_it_is_in(self) -> None:
        cluster = rewrite()
        first, second, *_ = cluster.changes.order_by("pk")
        together(first, ruling=ANALYSE)
        assert queue.queue_changes() == 1, "a part of a rewrite that waits may be decided before it"
        together(second, ruling=SET_ASIDE)
        judge_again(cluster, ANALYSE)
        assert queue.queue_changes() == 8, "the decision on the whole came last"

    def test_drafts_that_wait_are_cancelled_when_their_change_is_set_aside(self) -> None:
        change = change_of()
        queue.queue_changes()
        together(change)
        queue.queue_changes()
        job = DraftJob.objects.get()
        assert (job.state, job.last_error) == (JobState.CANCELLED, "Its change was set aside.")

    def test_they_are_queued_again_when_that_is_decided_otherwise(self) -> None:
        change = change_of()
        queue.queue_changes()
        cluster = together(change)
        queue.queue_changes()
        judge_again(cluster, ANALYSE)
        queue.queue_changes()
        job = DraftJob.objects.get()
        assert (job.state, job.error_kind, job.last_error) == (JobState.QUEUED, "", "")

    def test_what_a_person_asked_for_is_drafted_all_the_same(self) -> None:
        change = change_of()
        queue.queue_changes()
        assert change.new_wording is not None
        queue.request_draft(change.new_wording, by=make_judge())
        together(change)
        queue.queue_changes()
        assert DraftJob.objects.get().state == JobState.QUEUED

    def test_a_job_that_a_person_tries_again_stays_queued(self) -> None:
        change = change_of()
        queue.queue_changes()
        together(change)
        queue.queue_changes()
        queue.retry(DraftJob.objects.all())
        queue.queue_changes()
        assert DraftJob.objects.get().state == JobState.QUEUED

    def test_a_draft_that_is_being_made_goes_on(self) -> None:
        change = change_of()
        queue.queue_changes()
        lease = {"lease_token": "0" * 32, "lease_until": timezone.now() + timedelta(minutes=1)}
        DraftJob.objects.update(state=JobState.RUNNING, **lease)
        together(change)
        queue.queue_changes()
        assert DraftJob.objects.get().state == JobState.RUNNING


class TestRefusals:
    @pytest.mark.parametrize("reason", ["", "  \n", "\0"])
    def test_without_a_reason_nothing_is_recorded(self, reason: str) -> None:
        with pytest.raises(Refused, match="Please give a reason"):
            decide_together([change_of()], title="Renamed", ruling=SET_ASIDE, reason=reason, by=make_judge())
        assert not ChangeCluster.objects.exists()

    def test_without_permission_nothing_is_recorded(self) -> None:
        looks_only = make_judge("view_changecluster", "add_changecluster")
        with pytest.raises(Refused, match="role does not let you decide"):
            together(change_of(), by=looks_only)
        assert not ChangeCluster.objects.exists()

    def test_whoever_decides_over_a_colleagues_head_is_told_what_was_decided(self) -> None:
        cluster, ada = rewrite(), make_judge()
        decide(cluster, SET_ASIDE, reason="Only names.", by=ada, after=None)
        with pytest.raises(Refused, match=f"{ada.shown_name} has decided meanwhile: set aside"):
            decide(cluster, ANALYSE, reason="All new.", by=make_judge(), after=None)
        assert cluster.decisions.count() == 1


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_of_two_decisions_at_once_one_is_recorded_and_the_other_person_is_told(self) -> None:
        cluster, people, barrier = rewrite(), (make_judge(), make_judge()), Barrier(2)

        def run(by: User, ruling: ClusterRuling) -> object:
            barrier.wait(timeout=10)
            try:
                return decide(cluster, ruling, reason="My reading.", by=by, after=None)
            except Refused as refused:
                return refused
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as pool:
            results = list(pool.map(run, people, (ANALYSE, SET_ASIDE)))
        assert sum(isinstance(result, Refused) for result in results) == 1
        assert ClusterDecision.objects.count() == 1

    def test_a_kill_between_cluster_and_decision_leaves_neither(self) -> None:
        change, by = change_of(), make_judge()
        with pytest.raises(OperationalError), transaction.atomic():
            together(change, by=by)
            _kill(connection.connection.info.backend_pid)
            ChangeCluster.objects.count()
        connection.close()
        assert not ChangeCluster.objects.exists()
        assert queue.queue_changes() == 1, "the change is a single one as before"


def _kill(backend: int) -> None:
    settings = connections["default"].get_connection_params()
    keys = ("host", "port", "user", "password", "dbname")
    with psycopg.connect(**{key: settings[key] for key in keys if settings.get(key)}) as killer:
        killer.execute("SELECT pg_terminate_backend(%s)", [backend])


def make_rule(phrase: str = "30 days for safety", **fields: object) -> NoiseRule:
    defaults = {"reason": "A number in a list.", "expires_on": timezone.localdate() + timedelta(days=30)}
    return NoiseRule.objects.create(phrase=phrase, made_by=make_judge(), **{**defaults, **fields})


def noisy_change(number: int = 0) -> Change:
    """The only sentence that came says "safety monitoring"."""
    return make_change("Hello.", f"Hello. Content of kind {number} is kept 30 days for safety monitoring.")


class TestNoise:
    def test_a_change_that_only_says_the_phrase_is_drafted_last(self) -> None:
        make_rule()
        noisy, other = noisy_change(), change_of()
        assert queue.queue_changes() == 2
        assert [job.change for job in leases.ready()] == [other, noisy]
        assert DraftJob.objects.get(change=noisy).priority == priorities.NOISE < 0

    def test_a_rule_that_is_ended_or_has_expired_counts_no_more(self) -> None:
        end_noise_rule(make_rule(), by=make_judge())
        make_rule(expires_on=timezone.localdate() - timedelta(days=1))
        noisy_change()
        queue.queue_changes()
        assert DraftJob.objects.get().priority == 0

    @pytest.mark.parametrize("count", [2, 12])
    def test_queueing_takes_the_same_few_queries_however_many_changes_there_are(self, count: int) -> None:
        make_rule()
        for number in range(count):
            noisy_change(number)
        with CaptureQueriesContext(connection) as asked:
            assert queue.queue_changes() == count
        assert len(asked) <= 9, [query["sql"][:80] for query in asked]

    def test_the_list_of_draft_jobs_says_which_rule_put_one_last_even_after_it_ended(self, client: Client) -> None:
        rule = make_rule(reason="<b>Only a number</b>")
        noisy_change()
        queue.queue_changes()
        end_noise_rule(rule, by=make_judge())
        client.force_login(User.objects.create_superuser("ada"))
        page = client.get(reverse("admin:analysis_draftjob_changelist"), {"goes": "last"}).content.decode()
        assert "Noise: “30 days for safety”. &lt;b&gt;Only a number&lt;/b&gt;" in page

    def test_the_list_asks_no_more_queries_for_more_jobs(self, client: Client) -> None:
        make_rule()
        client.force_login(User.objects.create_superuser("ada"))
        assert _queries_of_list(client, 2) == _queries_of_list(client, 9)


def _queries_of_list(client: Client, jobs: int) -> int:
    for number in range(jobs):
        noisy_change(number)
    queue.queue_changes()
    ask: Callable[[], object] = lambda: client.get(reverse("admin:analysis_draftjob_changelist"))  # noqa: E731
    ask()
    with CaptureQueriesContext(connection) as asked:
        ask()
    return len(asked)


@pytest.mark.parametrize(
    "address", ["admin:analysis_draftjob_changelist", "admin:review_edition_changelist", "admin:index"]
)
def test_clusters_that_wait_are_announced_where_editors_look(client: Client, address: str) -> None:
    rewrite()
    client.force_login(User.objects.create_superuser("ada"))
    page = client.get(reverse(address)).content.decode()
    assert "1 cluster of changes</a> waits for a decision" in page
    assert f"{reverse('admin:atlas_changecluster_changelist')}?state=waiting" in page
