"""The table of states, in the application and in PostgreSQL."""

from itertools import product
from pathlib import Path

import pytest
from django.db import connection

from review import actions
from review.models import State
from review.states import ALLOWED, ENDINGS, NEW, TRANSITIONS, describe, is_allowed

EVERY_PAIR = list(product((NEW, *State.values), State.values))


@pytest.mark.django_db
def test_the_database_allows_exactly_the_steps_of_the_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT source, target FROM unnest(%s::text[], %s::text[]) AS pair(source, target)"
            " WHERE review_edition_step_is_allowed(source, target)",
            [[source for source, _ in EVERY_PAIR], [target for _, target in EVERY_PAIR]],
        )
        held = set(cursor.fetchall())
    assert held == ALLOWED


def test_published_and_discarded_are_the_end() -> None:
    assert not [pair for pair in EVERY_PAIR if pair[0] in (State.PUBLISHED, State.DISCARDED) and is_allowed(*pair)]


def test_every_state_is_reached_and_every_verb_exists() -> None:
    assert {transition.target for transition in TRANSITIONS} == set(State)
    assert {step.verb for step in (*TRANSITIONS, *ENDINGS)} <= set(actions.__all__)


def test_the_page_about_states_is_current() -> None:
    page = Path(__file__).parents[2] / "docs" / "states.md"
    assert page.read_text() == describe() + "\n", "run: uv run manage.py describe_states > docs/states.md"
