"""Drafts of many provisions: which, what it will take, and the jobs, once."""

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from analysis.estimating import ENOUGH_RUNS, estimate
from analysis.models import DraftJob, DraftRun, JobState
from analysis.priorities import REQUESTED_IN_BULK, in_words
from analysis.prompts import ANALYSIS, current
from analysis.queue import request_draft
from analysis.reanalysis import NothingChosen, Selection, plan, queue_all
from atlas.config import load_config
from atlas.models import Provision, Topic, Wording
from tests.factories import make_document, make_platform, make_provision
from tests.review.factories import change_text, make_publication, make_run

pytestmark = pytest.mark.django_db
Capped = Callable[[int], Any]


def three(platform: str = "Alpha") -> list[Provision]:
    document = make_document(make_platform(platform))
    return [make_provision(f"We may use your Content. {platform} {n}", document=document) for n in range(3)]


def chosen(**limits: str) -> set[int]:
    return set(Selection(**limits).provisions().values_list("pk", flat=True))


class TestChoosing:
    def test_by_platform_document_and_topic(self) -> None:
        ours, _ = three("Alpha"), three("Beta")
        topic = Topic.objects.create(key="cookies", name="Cookies", definition="…")
        ours[0].topics.add(topic)
        document = ours[0].document
        assert chosen(platform=document.platform.slug) == {row.pk for row in ours}
        assert chosen(document=document.public_id) == {row.pk for row in ours}
        assert chosen(topic="cookies") == {ours[0].pk}
        assert chosen(platform=document.platform.slug, topic="cookies") == {ours[0].pk}
        assert chosen(document="nonsense") == set()

    def test_by_their_analysis(self) -> None:
        never = make_provision()
        current_one, stale = make_publication(exposure_level="low"), make_publication(exposure_level="low")
        change_text(stale.provision, "Everything is different now.")
        assert chosen(analysed="never") == {never.pk}
        assert chosen(analysed="current") == {current_one.provision_id}
        assert chosen(analysed="stale") == {stale.provision_id}
        assert chosen(exposure="low") == {current_one.provision_id, stale.provision_id}

    def test_by_prompt_and_model_of_the_latest_draft(self) -> None:
        old, new = make_provision(), make_provision()
        for provision, version in ((old, "v1"), (new, "v1"), (new, "v2")):
            drafted(provision, version=version)
        assert chosen(prompt="provision_analysis v1") == {old.pk}
        assert chosen(prompt="provision_analysis v2", model="model-x") == {new.pk}
        assert chosen(model="another") == set()

    def test_everything_is_no_choice(self) -> None:
        with pytest.raises(NothingChosen, match="at least one limit"):
            plan(Selection())

    def test_what_is_no_longer_in_force_is_left_out(self) -> None:
        provisions = three()
        Provision.objects.filter(pk=provisions[0].pk).update(removed_at="2026-01-01T00:00:00Z")
        assert len(chosen(platform=provisions[0].document.platform.slug)) == 2


def drafted(provision: Provision, *, version: str = "v2", **columns: Any) -> DraftRun:
    """A finished run of a model."""
    job = make_run(provision).job
    run = DraftRun(
        job=DraftJob.objects.create(wording=job.wording, reason="requested", state="done", run_after=job.run_after),
        attempt=1,
        status="drafted",
        drafter="model",
        analysis={},
        prompt_name="provision_analysis",
        prompt_version=version,
        model_requested="model-x",
        input_sha256="0" * 64,
        **columns,
    )
    run.save()
    return run


class TestQueueing:
    def test_each_gets_a_job_once_and_what_waits_is_left_alone(self) -> None:
        provisions = three()
        assert provisions[0].current_wording is not None
        request_draft(provisions[0].current_wording, by=None)
        selection = Selection(platform=provisions[0].document.platform.slug)
        planned = plan(selection)
        assert (planned.wanted, planned.waiting, planned.queued) == (3, 1, 2)
        assert queue_all(selection, by=None) == 2
        assert queue_all(selection, by=None) == 0
        jobs = DraftJob.objects.filter(priority=REQUESTED_IN_BULK)
        assert {job.state for job in jobs} == {JobState.QUEUED} and jobs.count() == 2
        assert "many asked for at once" in in_words(REQUESTED_IN_BULK)

    def test_a_constant_number_of_queries_for_few_and_many(self, django_assert_max_num_queries: Capped) -> None:
        for name, number in (("Few", 3), ("Many", 60)):
            document = make_document(make_platform(name))
            for n in range(number):
                make_provision(f"We may use your Content. {name} {n}", document=document)
            selection = Selection(platform=document.platform.slug)
            with django_assert_max_num_queries(14):
                plan(selection)
                queue_all(selection, by=None)


class TestEstimating:
    @pytest.fixture(autouse=True)
    def settings_anew(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        yield
        monkeypatch.undo()
        load_config.cache_clear()

    def test_without_a_model_nothing_is_spent(self) -> None:
        assert (
            estimate(Wording.objects.filter(current_of=make_provision())).in_words()
            == "1 draft. Without a model the outline drafter writes, and nothing is spent."
        )

    def test_from_the_models_own_runs_with_the_prompt_of_today(self, monkeypatch: Any) -> None:
        model(monkeypatch)
        version = current(ANALYSIS).version
        for tokens in range(ENOUGH_RUNS + 3):
            drafted(
                make_provision(),
                version=version,
                input_tokens=1000 + tokens,
                output_tokens=500,
                cost_usd=Decimal("0.01"),
            )
        drafted(make_provision(), version="v0", input_tokens=99_999, output_tokens=9, cost_usd=Decimal(9))
        wordings = Wording.objects.filter(current_of__in=[make_provision().pk, make_provision().pk])
        found = estimate(wordings)
        assert (found.drafts, found.runs) == (2, ENOUGH_RUNS + 3)
        assert found.usd == (Decimal("0.02"), Decimal("0.02"))
        assert found.tokens and 3000 <= found.tokens.low <= found.tokens.high <= 3100
        assert "0.02 to 0.02 USD" in found.in_words()

    def test_with_too_few_runs_it_is_called_a_guess(self, monkeypatch: Any) -> None:
        model(monkeypatch)
        found = estimate(Wording.objects.filter(current_of=make_provision()))
        assert found.tokens and found.tokens.low < found.tokens.high
        assert found.usd is None
        assert "A guess" in found.in_words() and "not known" in found.in_words()

    def test_a_price_of_the_operator_is_used(self, monkeypatch: Any) -> None:
        model(monkeypatch, ATLAS_LLM_PRICE="1/2", ATLAS_LLM_DAILY_BUDGET="5")
        found = estimate(Wording.objects.filter(current_of=make_provision()))
        assert found.usd and Decimal(0) < found.usd[0] < found.usd[1]
        assert "5.00 USD are left" in found.in_words()


def model(monkeypatch: Any, **more: str) -> None:
    for name, value in {"ATLAS_LLM_MODEL": "model-x", **more}.items():
        monkeypatch.setenv(name, value)
    load_config.cache_clear()


class TestTheCommand:
    def test_a_dry_run_says_what_it_would_take_and_queues_nothing(self, capsys: Any) -> None:
        slug = three()[0].document.platform.slug
        call_command("reanalyse", platform=slug, dry_run=True)
        assert "3 provisions fit" in capsys.readouterr().out
        assert not DraftJob.objects.exists()

    def test_it_queues_at_most_the_limit_and_says_so_as_json(self, capsys: Any) -> None:
        slug = three()[0].document.platform.slug
        call_command("reanalyse", platform=slug, limit=2, json=True)
        assert json.loads(capsys.readouterr().out)["queued"] == DraftJob.objects.count() == 2

    @pytest.mark.parametrize("arguments", [[], ["AT-P-000001", "--platform=x"], ["--platform=x", "--part=summary"]])
    def test_bad_usage_has_its_own_exit_code(self, arguments: list[str]) -> None:
        with pytest.raises(CommandError) as refused:
            call_command("reanalyse", *arguments)
        assert refused.value.returncode == 2
