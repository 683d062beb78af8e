"""The page of the figures and its exports, of a desk at which all kinds of things have happened."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from review import actions
from review.metrics.dashboard import BY_NAME
from review.models import Decision
from tests.review.factories import INVENTED, approve, change_text, make_edition, make_editor, make_publication, shown
from tests.review.test_metrics import METRICS, figures, model_run, rows_of

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def _filled(shared_rows: None) -> None:
    fill()


def fill() -> None:
    by = make_editor()
    edition = make_edition(**INVENTED)
    actions.claim(edition, by=by)
    actions.request_changes(edition, by=by, lock_version=shown(edition)["lock_version"], reason="x", mode="edit")
    edition = make_edition()
    model_run(edition, input_tokens=5, output_tokens=5)
    approve(edition)
    stale = make_publication()
    change_text(stale.provision, "Everything is different now.")
    publication = make_publication()
    actions.withdraw(publication, by=make_editor("Senior reviewer"), reason="x", reason_code="wrong")


def test_every_table_is_on_the_page_with_its_definition_and_its_export(manager: Client) -> None:
    page = manager.get(METRICS).content.decode()
    for name, make in BY_NAME.items():
        table = make(figures())
        assert table.key == name
        assert table.definition in page and f"{name}.csv" in page


@pytest.mark.parametrize("days", [7, 365])
def test_the_page_takes_at_most_twenty_queries(manager: Client, django_assert_max_num_queries: Any, days: int) -> None:
    with django_assert_max_num_queries(20):
        assert manager.get(f"{METRICS}?days={days}").status_code == 200


def test_a_table_takes_as_many_queries_for_many_as_for_few() -> None:
    with CaptureQueriesContext(connection) as few:
        [make(figures()) for make in BY_NAME.values()]
    fill()
    with CaptureQueriesContext(connection) as many:
        [make(figures()) for make in BY_NAME.values()]
    assert len(few) == len(many)


def test_every_number_with_a_link_is_the_length_of_the_list_it_leads_to(manager: Client) -> None:
    followed = 0
    for make in BY_NAME.values():
        table = make(figures())
        for cell in (cell for row in (*table.rows, table.totals) for cell in row if cell.address):
            if "/edition/" in cell.address:
                listed = manager.get(cell.address).content.decode().count('<th scope="row">')
            else:
                listed = manager.get(cell.address).context["cl"].result_count
            assert cell.plain == listed, (table.key, cell)
            followed += 1
    assert followed > 10


def test_each_table_is_exported_as_csv(manager: Client) -> None:
    for name, make in BY_NAME.items():
        response = manager.get(reverse("review_metrics_csv", args=[name]) + "?days=7")
        assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert f"atlas-{name}-7-days" in response.headers["Content-Disposition"]
        table = make(figures(7))
        rows = rows_of(response)
        assert rows[0] == list(table.columns)
        assert len(rows) == 1 + len(table.rows) + bool(table.totals)
    assert manager.get(reverse("review_metrics_csv", args=["nothing"])).status_code == 404


def test_the_page_has_no_style_or_script_of_its_own_and_names_nobody(manager: Client) -> None:
    page = manager.get(METRICS).content.decode()
    assert " style=" not in page and "<style" not in page and "<script>" not in page
    names = {decision.by.shown_name for decision in Decision.objects.select_related("by")}
    assert names and not any(name in page for name in names)
