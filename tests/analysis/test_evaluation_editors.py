"""What editors did with drafts, counted sentence by sentence."""

import json
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from analysis.evaluation.editors import NO_HISTORY, compare, history
from analysis.models import DraftJob, DraftRun
from atlas.models import Publication, Wording
from review import actions
from review.models import Edition
from tests.factories import make_provision
from tests.review.factories import CONTENT, approve, make_editor

pytestmark = pytest.mark.django_db
QUOTE = "“We may use your Content to train and improve our models.”"
DRAFT: dict[str, Any] = {
    **CONTENT,
    "title": "Training on content",
    "summary": f"The text permits training: {QUOTE} A user can opt out: “You can opt out of this”.",
    "why_it_matters": "",
    "practical_effect": "Content is covered until someone acts.",
    "compliance_considerations": "",
}


def wording() -> Wording:
    found = make_provision().current_wording
    assert found is not None
    return found


def draft(of: Wording, **fields: Any) -> DraftRun:
    job = DraftJob.objects.create(wording=of, reason="requested", state="done", run_after=timezone.now())
    defaults: dict[str, Any] = {
        "drafter": "model",
        "model_returned": "some-model",
        "prompt_name": "provision_analysis",
        "prompt_version": "v2",
        "analysis": DRAFT,
    }
    return DraftRun.objects.create(job=job, attempt=1, status="drafted", **{**defaults, **fields})


def publish(of: Wording, **changes: Any) -> Publication:
    """Its last draft, taken in, edited by one person and approved by another."""
    actions.take_in()
    edition = Edition.objects.get(provision=of.provision)
    if changes:
        actions.revise(edition, changes, by=make_editor(), lock_version=edition.lock_version)
        edition.refresh_from_db()
    return Publication.objects.get(revision_id=approve(edition).approved_revision_id)


def test_what_stayed_as_it_was_is_kept() -> None:
    first = wording()
    draft(first)
    publish(first)
    [row] = history()
    assert row.drafter == "some-model with prompt provision_analysis v2"
    assert (row.publications, row.kept, row.levels_changed) == (1, 1.0, 0)
    assert dict(row.sentences) == {"kept": 4, "edited": 0, "deleted": 0, "added": 0}
    assert set(row.distances) == {"title", "summary", "practical_effect"}
    assert all(values == [0.0] for values in row.distances.values())


def test_what_was_edited_deleted_and_added_is_counted() -> None:
    first = wording()
    draft(first)
    publish(
        first,
        summary=f"The text permits training: {QUOTE} Users can opt out: “You can opt out of this”.",
        practical_effect="",
        interpretive_note="Which models are meant is open.",
        exposure_level="low",
    )
    [row] = history()
    assert dict(row.sentences) == {"kept": 2, "edited": 1, "deleted": 1, "added": 1}
    assert (row.kept, row.levels_changed) == (0.5, 1)
    assert row.distances["practical_effect"] == row.distances["interpretive_note"] == [1.0]
    assert 0 < row.distances["summary"][0] < 0.2


def test_the_last_draft_before_the_publication_is_the_one_compared() -> None:
    first = wording()
    draft(first, drafter="outline", analysis={**DRAFT, "title": "Another title"})
    draft(first)
    publish(first)
    draft(first, drafter="outline", analysis={**DRAFT, "title": "Too late"})
    [row] = history()
    assert (row.drafter[:10], row.kept) == ("some-model", 1.0)


def test_drafters_stand_apart() -> None:
    for version in ("v1", "v2", "v2"):
        other = wording()
        draft(other, prompt_version=version)
        publish(other)
    assert [(row.drafter[-2:], row.publications) for row in history()] == [("v2", 2), ("v1", 1)]


def test_a_draft_that_nobody_published_does_not_count() -> None:
    draft(wording())
    assert history() == []


def test_it_costs_two_queries_whatever_was_published(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for _ in range(5):
        other = wording()
        draft(other)
        publish(other)
    with django_assert_num_queries(2):
        history()


def test_the_command_says_honestly_that_there_is_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("evaluate_prompt", "--editors")
    assert capsys.readouterr().out.strip() == NO_HISTORY
    call_command("evaluate_prompt", "--editors", "--json")
    assert json.loads(capsys.readouterr().out) == []


def test_the_command_prints_a_column_for_each_drafter(capsys: pytest.CaptureFixture[str]) -> None:
    first = wording()
    draft(first)
    publish(first, practical_effect="")
    capsys.readouterr()
    call_command("evaluate_prompt", "--editors")
    out = capsys.readouterr().out
    assert "provision_analysis v2" in out and "share kept" in out and "75%" in out
    assert "edit distance, practical_effect" in out


@pytest.mark.parametrize(
    ("draft", "published", "counts"),
    [
        ("", "", (0, 0, 0, 0)),
        ("", "It is new.", (0, 0, 0, 1)),
        ("It was old.", "", (0, 0, 1, 0)),
        ("It is so. It is so.", "It is so.", (1, 0, 1, 0)),
        ("We keep it for 30 days.", "We keep it for 90 days.", (0, 1, 0, 0)),
        ("One  two\nthree four.", "One two three four.", (1, 0, 0, 0)),
    ],
)
def test_sentences_are_compared_one_to_one(draft: str, published: str, counts: tuple[int, ...]) -> None:
    assert tuple(compare(draft, published).values()) == counts
