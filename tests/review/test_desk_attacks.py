"""More attempts to break the review desk: hostile bodies, one's own words, texts made to take long."""

import json
import time
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from atlas.archive.texts.wording_diff import diff_words
from review import actions
from review.errors import NotAllowed
from tests.factories import make_provision
from tests.review.factories import make_edition, make_editor, shown
from tests.review.test_asking import bearer

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", ["Reader", "Reviewer"])
@pytest.mark.parametrize(
    "more",
    [
        {"instructions": "a\0b"},
        {"instructions": "a\ud800b"},
        {"limits": {"platform": "a\0b"}},
        {"limits": {"platform": "a\ud800b"}},
        {"limits": {"document": "AT-D-\0"}},
        {"provisions": ["AT-P-999999999999"]},
        {"provisions": ["\ud800"]},
        {"provisions": ["AT-P-\u0660\u0660\u0660\u0660\u0660\u0661"]},
        {"\ud800": 1},
    ],
)
def test_no_body_breaks_the_api(client: Client, role: str, more: dict[str, Any]) -> None:
    by = make_editor(role)
    asked: dict[str, Any] = {"provisions": [make_provision().public_id]} if "limits" not in more else {}
    body = json.dumps({**asked, **more})
    answer = client.post(reverse("review:reanalyses"), body, content_type="application/json", headers=bearer(by))
    assert answer.status_code < 500, answer.content


def test_nobody_publishes_a_note_alone_that_only_a_correction_has() -> None:
    edition, me = make_edition(), make_editor()
    with pytest.raises(NotAllowed, match="Only a correction"):
        actions.revise(edition, {}, by=me, lock_version=shown(edition)["lock_version"], public_note="Words of mine.")


@pytest.mark.parametrize(("old", "new"), [("a b " * 650, "b a c " * 430), ("a b c d " * 600, "d b a " * 800)])
def test_a_few_words_many_times_over_are_compared_in_bounded_time(old: str, new: str) -> None:
    begun = time.perf_counter()
    parts = diff_words(old, new)
    assert time.perf_counter() - begun < 8
    assert "".join(part.text for part in parts if part.op != "removed") == new


@pytest.mark.parametrize(("old", "new"), [(" " * 20_000, "x"), ("x", "\n" * 20_000)])
def test_nothing_but_spaces_is_compared_in_bounded_time(old: str, new: str) -> None:
    begun = time.perf_counter()
    parts = diff_words(old, new)
    assert time.perf_counter() - begun < 2
    assert "".join(part.text for part in parts if part.op != "removed") == new
