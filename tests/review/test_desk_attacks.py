"""More attempts to break the review desk: hostile bodies, one's own words, texts made to take long."""

import json
from typing import Any
from unittest.mock import patch

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from atlas.archive.texts.wording_diff import diff_words
from review import actions
from review.errors import NotAllowed
from review.models import DecisionKind, Edition, State
from review.moves import decide, lock_edition, move
from tests.factories import make_provision
from tests.review.factories import approve, check_constraints, make_edition, make_editor, make_publication, shown
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
def test_a_few_words_many_times_over_are_not_compared_word_by_word(old: str, new: str) -> None:
    """That would take minutes: past a bound the whole is shown as removed and added."""
    parts = diff_words(old, new)
    assert len(parts) < 10
    assert "".join(part.text for part in parts if part.op != "removed") == new


@pytest.mark.parametrize(("old", "new"), [(" " * 200_000, "x"), ("x", "\n" * 200_000)])
def test_nothing_but_spaces_is_one_piece(old: str, new: str) -> None:
    parts = diff_words(old, new)
    assert [part.op for part in parts] == ["removed", "added"]
    assert "".join(part.text for part in parts if part.op != "removed") == new


def correction() -> Edition:
    """An edition that corrects a publication; its text is a drafter's."""
    publication = make_publication()
    return make_edition(publication.provision, title="Corrected")


def test_whoever_wrote_the_public_note_of_a_correction_does_not_count_among_its_approvers() -> None:
    edition, writer = correction(), make_editor()
    lock = shown(edition)["lock_version"]
    actions.revise(edition, {}, by=writer, lock_version=lock, public_note="The summary was wrong.")
    with pytest.raises(NotAllowed, match="You wrote a part"):
        approve(edition, writer)
    assert approve(edition, make_editor(), make_editor()).state == State.PUBLISHED


def test_postgresql_counts_the_writer_of_the_note_as_one() -> None:
    edition, writer = correction(), make_editor()
    lock = shown(edition)["lock_version"]
    actions.revise(edition, {}, by=writer, lock_version=lock, public_note="The summary was wrong.")
    edition = approve(edition, make_editor())
    forged = lock_edition(edition, lock_version=None)
    decide(forged, DecisionKind.APPROVE, by=writer)
    forged.approved_revision = forged.head
    with pytest.raises(IntegrityError, match="eligible approvals"), transaction.atomic():
        move(forged, State.APPROVED, "approve", by=writer)
        publish_without_asking(forged)
        check_constraints()


def publish_without_asking(edition: Edition) -> None:
    """What a shell could do: the application's own rules are passed by."""
    with patch("review.publishing._hindrances", return_value=iter(())):
        actions.publish(edition)
