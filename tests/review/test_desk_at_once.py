"""Remarks and unsaved text when several people, or pages, write at once. These commit: each has a connection."""

from functools import partial

import pytest

from review import actions, autosaving, commenting
from review.errors import NotAllowed, ReviewError
from review.models import Event, UnsavedText
from tests.review.factories import make_edition, make_editor, shown
from tests.review.test_comments import blocked, comment
from tests.review.test_concurrency import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_thread_is_settled_by_one_of_two() -> None:
    made = comment(make_edition())
    results = at_once(*(partial(commenting.resolve, made, by=make_editor()) for _ in range(2)))
    assert sorted(isinstance(result, ReviewError) for result in results) == [False, True]
    assert Event.objects.filter(action="resolve_comment").count() == 1


def test_a_blocking_comment_and_an_approval_exclude_each_other() -> None:
    for _ in range(5):
        edition, reviewer, editor = make_edition(), make_editor(), make_editor("Editor")
        approved, made = at_once(
            partial(actions.approve, edition, by=reviewer, **shown(edition)), partial(blocked, edition, editor)
        )
        assert isinstance(approved, NotAllowed) != isinstance(made, NotAllowed)


def test_a_comment_is_before_an_approval_or_refused_after_it() -> None:
    for _ in range(5):
        edition, reviewer, editor = make_edition(), make_editor(), make_editor("Editor")
        at_once(partial(actions.approve, edition, by=reviewer, **shown(edition)), partial(comment, edition, editor))
        actions_of = list(Event.objects.filter(edition_ref=edition.pk).values_list("action", flat=True))
        assert actions_of in (["take_in", "comment", "approve", "publish"], ["take_in", "approve", "publish"])


def test_many_requests_at_once_leave_one_text() -> None:
    edition, by = make_edition(), make_editor("Editor")
    head = edition.head
    assert head is not None
    results = at_once(
        *(
            partial(autosaving.keep, edition, {"title": f"Title {number}"}, by=by, base=head, writer="page")
            for number in range(8)
        )
    )
    assert all(isinstance(result, UnsavedText) for result in results)
    assert UnsavedText.objects.count() == 1
