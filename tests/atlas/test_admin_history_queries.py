"""The pages of the archive's history take as many queries for little as for much."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.test import Client
from django.urls import reverse

from atlas.models import Capture, HoldDecision, Outcome, User
from tests.atlas.history_pages import CHANGED, KEPT, captures_in_bulk, history, read, seen, side_by_side, timeline
from tests.atlas.site_rows import reword
from tests.atlas.texts import ERROR_PAGE, document
from tests.factories import make_document, make_provision

pytestmark = pytest.mark.django_db
AtMost = Callable[[int], AbstractContextManager[object]]
# Session, person, permissions of the person and of their roles are four of them.
QUERIES = 20


def test_document_history(client: Client, editor: User, django_assert_max_num_queries: AtMost) -> None:
    terms = seen([KEPT, ERROR_PAGE, CHANGED])
    with django_assert_max_num_queries(QUERIES):
        read(client, history(terms))
    one, two = terms.versions.order_by("number")
    story = [
        (Outcome.UNCHANGED, two),
        (Outcome.QUARANTINED, None),
        (Outcome.RETURNED, one),
        (Outcome.RETURNED, two),
    ]
    captures_in_bulk(terms, story * 250)
    for row in Capture.objects.filter(outcome=Outcome.QUARANTINED)[:100]:
        HoldDecision.objects.create(capture=row, ruling="rejected", reason="No.", decided_by=editor)
    with django_assert_max_num_queries(QUERIES):
        page = read(client, history(terms))
    assert page.count('<li class="look') == 50


def test_side_by_side(client: Client, editor: User, django_assert_max_num_queries: AtMost) -> None:
    large = {f"Clause {number}": f"The parties agree on point {number} as it stands." for number in range(100)}
    terms = seen([document(**large), document(**{name: f"{text} Not so." for name, text in large.items()})])
    for asked in ({}, {"all": 1}):
        with django_assert_max_num_queries(QUERIES):
            page = read(client, side_by_side(terms), **asked)
    assert page.count('<section class="row"') >= 100


def test_timeline(client: Client, editor: User, django_assert_max_num_queries: AtMost) -> None:
    provision = make_provision("We keep it for 30 days.")
    with django_assert_max_num_queries(QUERIES):
        read(client, timeline(provision))
    for days in range(31, 71):
        reword(provision, f"We keep it for {days} days.")
    with django_assert_max_num_queries(QUERIES):
        page = read(client, timeline(provision))
    assert page.count('<li class="stay') == 20
    assert "Earlier wordings" in page


def test_the_forms_of_a_document_and_of_a_provision(
    client: Client, editor: User, django_assert_max_num_queries: AtMost
) -> None:
    provision = make_provision("We keep it for 30 days.")
    for days in range(31, 51):
        reword(provision, f"We keep it for {days} days.")
        make_document()
    for row in (provision, provision.document):
        with django_assert_max_num_queries(QUERIES):
            read(client, reverse(f"admin:atlas_{row._meta.model_name}_change", args=[row.pk]))
