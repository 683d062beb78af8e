"""The figures of the desk: each recomputed by hand from a small history."""

import csv
import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from analysis.models import DraftJob, DraftRun
from atlas.csv_lines import guarded
from atlas.models import Change, Publication
from review import actions
from review.metrics import cost, flow, quality, safety
from review.metrics.charts import Series, bar_chart, line_chart
from review.metrics.dashboard import BY_NAME
from review.metrics.figures import Figures
from review.metrics.period import Period
from review.metrics.tables import Table
from review.models import Decision, Edition, Event, Finding
from tests.factories import make_provision
from tests.review.factories import (
    CONTENT,
    INVENTED,
    approve,
    change_text,
    make_edition,
    make_editor,
    make_publication,
    shown,
)
from tests.tampering import tamper

pytestmark = pytest.mark.django_db


def words(table: Table) -> dict[str, list[str]]:
    """The first cell of each row → the others."""
    return {row[0].words: [cell.words for cell in row[1:]] for row in table.rows}


def plain(table: Table) -> dict[str, list[str]]:
    return {row[0].exported: [cell.exported for cell in row[1:]] for row in table.rows}


def figures(days: int = 30) -> Figures:
    return Figures(Period(days))


def ago(**time: float) -> datetime:
    return datetime.now(UTC) - timedelta(**time)


def altered(table: str, key: int, **columns: object) -> None:
    """Make a row of the record older: what a test of a period needs, and what the record itself refuses."""
    sets = ", ".join(f"{column} = %s" for column in columns)
    tamper(table, f"UPDATE {table} SET {sets} WHERE id = %s", *columns.values(), key)


def model_run(edition: Edition, model: str = "gpt-x", prompt: str = "v1", **fields: object) -> None:
    """As if ``model`` had drafted the edition's first text."""
    revision = edition.revisions.get(number=1)
    assert revision.draft_run_id is not None
    defaults = {"drafter": "model", "model_returned": model, "prompt_name": "analysis", "prompt_version": prompt}
    altered("analysis_draftrun", revision.draft_run_id, **{**defaults, **fields})


class TestFlow:
    def test_what_waits_by_state_with_the_oldest_and_what_is_overdue(self) -> None:
        first, _ = make_edition(), make_edition()
        Edition.objects.filter(pk=first.pk).update(opened_at=ago(days=3), due_at=ago(days=1))
        back = make_edition()
        actions.request_changes(back, by=make_editor(), lock_version=back.lock_version, reason="x", mode="edit")
        Edition.objects.filter(pk=back.pk).update(opened_at=ago(hours=5))
        make_publication()
        assert words(flow.waiting(figures())) == {
            "In review": ["2", "3.0 days", "1"],
            "Changes requested": ["1", "5.0 hours", "0"],
        }

    def test_what_comes_in_and_goes_out_day_by_day(self) -> None:
        yesterday = ago(days=1)
        old = make_edition()
        Edition.objects.filter(pk=old.pk).update(opened_at=yesterday)
        approve(make_edition(exposure_level="high"), make_editor(), make_editor())
        editor = make_editor()
        sent, gone = make_edition(), make_edition()
        actions.request_changes(sent, by=editor, lock_version=sent.lock_version, reason="x", mode="edit")
        actions.discard(gone, by=editor, lock_version=gone.lock_version, reason="x")
        table = flow.days(figures(7))
        rows = plain(table)
        assert len(rows) == 7
        assert rows[datetime.now(UTC).date().isoformat()] == ["3", "2", "1", "1", "1"]
        assert rows[yesterday.date().isoformat()] == ["1", "0", "0", "0", "0"]
        assert [cell.words for cell in table.totals] == ["Together", "4", "2", "1", "1", "1"]

    def test_how_long_each_step_takes(self) -> None:
        edition, by = make_edition(), make_editor()
        run_id = edition.revisions.get().draft_run_id
        assert run_id is not None
        altered("analysis_draftrun", run_id, created_at=ago(hours=10))
        actions.claim(edition, by=by)
        altered("review_event", edition_event(edition, "claim"), at=ago(hours=6))
        actions.release(edition, by=by)
        actions.claim(edition, by=by)  # taken up once more: the first time counts
        approve(edition, by)
        altered("review_decision", Decision.objects.get().pk, at=ago(hours=2))
        publication = Publication.objects.get()
        altered("atlas_approval", publication.approvals.get().pk, approved_at=ago(hours=2))
        found = words(flow.steps(figures()))
        assert found["Drafted → first claimed"][:2] == ["1", "4.0 hours"]
        assert found["First claimed → first decision"][:2] == ["1", "4.0 hours"]
        assert found["Approved → published"] == ["1", "2.0 hours", "2.0 hours"]
        assert "Change recorded → drafted" not in found

    def test_how_long_a_change_waits_for_its_draft(self) -> None:
        provision = make_provision()
        change = departure(provision)
        for hours in (1, 2, 3):
            edition = make_edition(provision)
            run = edition.revisions.latest("number").draft_run
            assert run is not None
            DraftJob.objects.filter(pk=run.job_id).update(change=change, reason="requested")
            altered("analysis_draftrun", run.pk, created_at=change.capture.recorded_at + timedelta(hours=hours))
        assert flow.steps(figures()).rows == ()
        DraftJob.objects.filter(pk=run.job_id).update(reason="changed")
        assert words(flow.steps(figures()))["Change recorded → drafted"] == ["1", "3.0 hours", "3.0 hours"]

    def test_how_long_readers_saw_what_was_out_of_date(self) -> None:
        now_stale, replaced, fresh = make_publication(), make_publication(), make_publication()
        for publication, hours in ((now_stale, 5), (replaced, 9)):
            altered("atlas_publication", publication.pk, published_at=ago(days=20))
            change = departure(publication.provision)
            altered("atlas_capture", change.capture_id, recorded_at=ago(hours=hours))
        altered("atlas_publication", replaced.pk, superseded_at=ago(hours=8))
        assert words(flow.stale(figures())) == {
            "Stale now": ["1", "5.0", "5.0 hours"],
            "Ended in the period": ["1", "1.0", "60 minutes"],
        }
        assert fresh.is_live

    def test_a_stale_publication_whose_change_is_not_on_record_counts_without_hours(self) -> None:
        change = departure(make_publication().provision)
        tamper("atlas_change", "DELETE FROM atlas_change WHERE id = %s", change.pk)
        assert words(flow.stale(figures())) == {"Stale now": ["1", "\u2013", "\u2013"]}


def edition_event(edition: Edition, action: str) -> int:
    return Event.objects.get(edition_ref=edition.pk, action=action).pk


def departure(provision: Any) -> Change:
    """The platform changes the text, and the archive has the change on record."""
    before = provision.current_wording
    after = change_text(provision, f"Everything is different now, in {provision.public_id}.")
    recorded = {"kind": "modified", "significance": "substantive", "old_wording": before, "new_wording": after}
    change, _ = Change.objects.get_or_create(
        provision=provision, capture=after.first_capture, defaults={"document": provision.document, **recorded}
    )
    return change


class TestQuality:
    def test_what_became_of_drafts_by_model_and_prompt(self) -> None:
        for version, edits in (("v1", {}), ("v1", {"title": "Other words here"}), ("v2", {})):
            edition = make_edition()
            model_run(edition, prompt=version)
            if edits:
                actions.revise(edition, edits, by=make_editor("Editor"), lock_version=edition.lock_version)
            approve(edition)
        sent = make_edition()
        model_run(sent, prompt="v2")
        actions.request_changes(sent, by=make_editor(), lock_version=sent.lock_version, reason="x", mode="edit")
        # "Training on user content" → "Other words here": 4 words out, 3 in; a mean of 3.5 over two texts.
        assert words(quality.drafters(figures())) == {
            "gpt-x with prompt analysis v1": ["2", "1", "50 %", "3.5", "1.0", "0"],
            "gpt-x with prompt analysis v2": ["1", "1", "100 %", "0.0", "1.0", "1"],
        }

    def test_rounds_count_what_was_sent_back_and_what_was_voided(self) -> None:
        edition, by = make_edition(exposure_level="high"), make_editor()
        approve(edition, by)
        actions.void(edition, by=by, lock_version=shown(edition)["lock_version"], reason="x")
        actions.request_changes(edition, by=by, lock_version=shown(edition)["lock_version"], reason="x", mode="edit")
        editor = make_editor("Editor")
        actions.revise(edition, {"title": "x"}, by=editor, lock_version=shown(edition)["lock_version"])
        approve(edition, make_editor(), make_editor())
        [row] = words(quality.drafters(figures())).values()
        assert row[4] == "3.0"

    def test_a_text_written_by_hand_has_no_draft_to_differ_from(self) -> None:
        editor = make_editor("Editor")
        edition = actions.open_edition(make_provision(), by=editor)
        actions.revise(edition, dict(CONTENT), by=editor, lock_version=edition.lock_version)
        approve(edition)
        assert words(quality.drafters(figures())) == {
            "Written by hand": ["1", "\u2013", "\u2013", "\u2013", "1.0", "0"]
        }
        assert quality.words(figures()).rows == ()

    def test_words_changed_part_by_part(self) -> None:
        make_publication()
        edition = make_edition()
        text = CONTENT["practical_effect"].replace("Content trains", "Customer content may train")
        actions.revise(edition, {"practical_effect": text}, by=make_editor("Editor"), lock_version=edition.lock_version)
        approve(edition)
        found = words(quality.words(figures()))
        assert found["Practical effect"] == ["1", "50 %", "3.0"]  # 2 words out, 4 in, over two texts
        assert found["Title"] == ["0", "0 %", "0.0"]

    def test_why_texts_are_sent_back(self) -> None:
        by = make_editor()
        for code in ("wrong", "wrong", "unclear"):
            edition = make_edition()
            actions.request_changes(edition, by=by, lock_version=edition.lock_version, reason="x", mode="edit")
            altered("review_decision", Decision.objects.latest("pk").pk, reason_code=code)
        make_publication()
        table = quality.redrafts(figures())
        assert words(table) == {
            "Says something that the text does not say": ["2", "67 %"],
            "Hard to understand, or the wrong tone": ["1", "33 %"],
        }
        assert [cell.words for cell in table.totals] == ["Together", "3", "75 % of decisions"]

    def test_what_the_checks_are_worth(self) -> None:
        good, ignored, waived = make_edition(**INVENTED), make_edition(**INVENTED), make_edition(**INVENTED)
        code = blocker_of(good).code
        editor = make_editor("Editor")
        actions.revise(good, {"summary": CONTENT["summary"]}, by=editor, lock_version=good.lock_version)
        approve(good)
        senior = make_editor("Senior reviewer")
        for blocker in waived.head.findings.filter(severity="blocker"):  # type: ignore[union-attr]
            actions.waive(blocker, by=senior, lock_version=shown(waived)["lock_version"], reason="Seen on paper.")
        approve(waived, make_editor(), make_editor())
        assert ignored.is_open
        found = words(quality.checks(figures()))[code.replace("-", " ").capitalize()]
        # Raised on the two published drafts, edited after in one; three blockers were raised and one was waived.
        assert found == ["2", "1", "50 %", "3", "1", "33 %"]

    def test_what_was_corrected_and_taken_back(self) -> None:
        first, second = make_publication(), make_publication()
        editor = make_editor("Editor")
        edition = actions.open_edition(first.provision, by=editor)
        lock = edition.lock_version
        actions.revise(edition, {"title": "Right"}, by=editor, lock_version=lock, public_note="It was wrong.")
        approve(edition, make_editor(), make_editor())
        actions.withdraw(second, by=make_editor("Senior reviewer"), reason="x", reason_code="wrong")
        make_publication()
        assert words(quality.corrections(figures())) == {
            "Corrections": ["1", "25.0"],
            "Withdrawn": ["1", "25.0"],
            "Retracted": ["0", "0.0"],
        }


def blocker_of(edition: Edition) -> Finding:
    assert edition.head is not None
    return edition.head.findings.get(severity="blocker")


class TestSafety:
    def test_fast_approvals_are_of_those_measured(self) -> None:
        pace = [(600, 59), (600, 60), (600, None), (None, 5), (0, 3)]
        for words_to_read, dwell in pace:
            make_publication()
            altered(
                "review_decision", Decision.objects.latest("pk").pk, words_to_read=words_to_read, dwell_seconds=dwell
            )
        found = words(safety.approvals(figures()))
        assert found["Approvals"][0] == "5"
        assert found["Not measured"] == ["2", "40 %"]
        assert found["Fast"] == ["1", "33 %"]

    def test_own_texts_voids_and_how_many_people(self, settings: Any) -> None:
        approve(make_edition(exposure_level="high"), make_editor(), make_editor())
        make_publication()
        settings.ATLAS_SOLO_REVIEW = True
        edition, editor = make_edition(), make_editor()
        actions.revise(edition, {"title": "My words"}, by=editor, lock_version=edition.lock_version)
        approve(edition, editor)
        settings.ATLAS_SOLO_REVIEW = False
        voided = approve(make_edition(exposure_level="high"), editor)
        actions.void(voided, by=editor, lock_version=voided.lock_version, reason="x")
        found = words(safety.approvals(figures()))
        assert found["Of their own text"] == ["1", "20 %"]
        assert found["Approvals voided"] == ["1", "20 %"]
        assert words(safety.people(figures())) == {
            "One person": ["2", "67 %"],
            "Two people": ["1", "33 %"],
            "More than two": ["0", "0 %"],
            "Under single-editor review": ["1", "33 %"],
        }


class TestCost:
    def test_tokens_and_usd_for_each_published_analysis_and_each_redraft(self) -> None:
        edition = make_edition()
        model_run(edition, input_tokens=1000, output_tokens=200, cost_usd="0.5")
        DraftJob.objects.filter(runs__revision__edition=edition).update(reason="redraft")
        approve(edition)
        for price, tokens in (("0.25", 300), (None, 500)):
            model_run(make_edition(), input_tokens=tokens, output_tokens=0, cost_usd=price)
        make_publication()  # by the outline: costs nothing
        assert words(cost.models(figures())) == {
            "gpt-x": [
                *("3", "1", "1,800", "200", "0.7500 USD"),
                *("1", "2,000", "0.7500 USD"),
                *("1", "1,200", "0.5000 USD"),
            ]
        }
        assert DraftRun.objects.filter(cost_usd=Decimal("0.5")).count() == 1


def test_what_was_before_the_period_is_not_counted() -> None:
    make_publication()
    altered("atlas_publication", Publication.objects.get().pk, published_at=ago(days=7))
    altered("review_decision", Decision.objects.get().pk, at=ago(days=7))
    week, month = figures(7), figures(30)
    assert (week.publications["all"], month.publications["all"]) == (0, 1)
    assert (week.decisions["approve"], month.decisions["approve"]) == (0, 1)
    assert safety.people(week).rows == () and quality.drafters(week).rows == ()


def test_a_period_begins_and_ends_with_whole_days() -> None:
    with time_machine.travel(datetime(2026, 3, 1, 15, 30, tzinfo=UTC), tick=False):
        period = Period(7)
    assert period.start == datetime(2026, 2, 23, tzinfo=UTC)
    assert (len(period.dates), period.dates[-1].isoformat()) == (7, "2026-03-01")
    assert Period.asked("90").days == 90
    assert Period.asked("9").days == Period.asked("x\0").days == 30


METRICS = reverse("review_metrics")


def test_an_empty_desk_shows_empty_states_and_no_figures(manager: Client) -> None:
    page = manager.get(METRICS).content.decode()
    for name, make in BY_NAME.items():
        table = make(figures())
        assert table.rows == () and table.chart is None, name
        assert table.empty in page
    assert '<svg class="chart"' not in page and "<tbody>" not in page


def rows_of(response: Any) -> list[list[str]]:
    assert response.streaming
    return list(csv.reader(io.StringIO(b"".join(response).decode("utf-8"))))


def test_an_export_holds_nothing_that_a_spreadsheet_would_compute(manager: Client) -> None:
    for text in ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"):
        assert guarded(text) == f"'{text}"
    assert guarded("1 = 1") == "1 = 1"
    edition = make_edition()
    model_run(edition, model="=HYPERLINK(evil)")
    approve(edition)
    rows = rows_of(manager.get(reverse("review_metrics_csv", args=["models"])))
    assert rows[1][0] == "'=HYPERLINK(evil)"
    assert "=HYPERLINK(evil)" in manager.get(METRICS).content.decode()


def test_a_hostile_name_of_a_model_is_shown_as_text(manager: Client) -> None:
    edition = make_edition()
    model_run(edition, model="<script>alert(1)</script>")
    approve(edition)
    page = manager.get(METRICS).content.decode()
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page


def test_charts_say_in_words_what_they_draw() -> None:
    drawn = line_chart("x", "Title <b>", ("1 Jan", "2 Jan"), [Series("Opened", [1, 3]), Series("Decisions", [0, 0])])
    assert '<title id="x-title">Title &lt;b&gt;</title>' in drawn
    assert "Opened: 4 together, at most 3; Decisions: 0 together, at most 0" in drawn
    assert 'points="36.0,' in drawn
    bars = bar_chart("y", "Bars", [("In review", 2)], "editions")
    assert "In review: 2 editions" in bars


def test_the_figures_are_for_those_who_may_see_them(client: Client) -> None:
    for role, status in {"Reviewer": 403, "Senior reviewer": 403, "Managing editor": 200, "Auditor": 200}.items():
        client.force_login(make_editor(role))
        assert client.get(METRICS).status_code == status
        assert client.get(reverse("review_metrics_csv", args=["days"])).status_code == status
        assert (METRICS in client.get(reverse("admin:index")).content.decode()) == (status == 200)
    assert client.post(METRICS).status_code == 405


def test_a_text_that_was_published_again_counts_once_among_texts() -> None:
    publication = make_publication()
    altered("atlas_publication", publication.pk, superseded_at=ago(hours=1))
    columns = [field.column for field in Publication._meta.concrete_fields if field.column != "id"]
    again = {"major": "major + 1", "superseded_at": "NULL"}
    values = ", ".join(again.get(column, column) for column in columns)
    tamper(
        "atlas_publication",
        f"INSERT INTO atlas_publication ({', '.join(columns)}) SELECT {values} FROM atlas_publication",
    )
    assert figures().publications["all"] == 2
    assert len(figures().sample) == 1
    assert words(flow.steps(figures()))["Approved → published"][0] == "1"
