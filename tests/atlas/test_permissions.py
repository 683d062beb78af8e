"""What a person may do."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser, Permission

from atlas.models import User
from atlas.permissions import OneQueryBackend
from tests.factories import make_user
from tests.review.factories import make_editor

pytestmark = pytest.mark.django_db


def again(user: User) -> User:
    return User.objects.get(pk=user.pk)


def test_permissions_are_those_of_django_in_one_query(django_assert_num_queries: Callable[[int], Any]) -> None:
    editor = make_editor("Editor")
    editor.user_permissions.add(Permission.objects.get(codename="add_platform"))
    expected = ModelBackend().get_all_permissions(again(editor))
    assert {"atlas.add_platform", "review.change_edition"} <= expected
    found = again(editor)
    with django_assert_num_queries(1):
        assert OneQueryBackend().get_all_permissions(found) == expected
        assert found.has_perm("review.change_edition") and not found.has_perm("review.retract_publication")


def test_who_is_shut_out_or_unknown_may_do_nothing_and_a_superuser_everything() -> None:
    leaver = make_editor("Editor", is_active=False)
    assert not again(leaver).has_perm("review.change_edition")
    assert OneQueryBackend().get_all_permissions(leaver) == set()
    assert OneQueryBackend().get_all_permissions(AnonymousUser()) == set()
    everything = OneQueryBackend().get_all_permissions(make_user(is_superuser=True))
    assert len(everything) == Permission.objects.count()
