"""Roles and the permissions that code names."""

import re
from pathlib import Path

import pytest
from django.contrib.auth.models import Group, Permission

from atlas.models import User
from review import actions
from review.errors import NotAllowed
from review.roles import ROLES, make_roles
from tests.review.factories import make_edition, make_editor, shown

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[2] / "review"
NAMED = re.compile(
    r"""(?:"|perms\.)((?:review|atlas|analysis)\.(?:view|add|change|approve|waive|withdraw|request)_\w+)"""
)


def permissions_named_in_code() -> set[str]:
    files = [*ROOT.rglob("*.py"), *ROOT.rglob("*.html")]
    return {name for path in files for name in NAMED.findall(path.read_text())}


def test_every_permission_that_code_names_exists() -> None:
    named = permissions_named_in_code()
    assert "review.approve_edition" in named
    for name in named:
        app_label, codename = name.split(".")
        assert Permission.objects.filter(content_type__app_label=app_label, codename=codename).exists(), name


def test_the_migration_makes_the_roles_and_making_them_again_adds_nothing() -> None:
    make_roles(Group, Permission)
    assert set(ROLES) <= set(Group.objects.values_list("name", flat=True))
    before = Permission.objects.filter(group__name="Reviewer").count()
    make_roles(Group, Permission)
    assert Permission.objects.filter(group__name="Reviewer").count() == before == len(ROLES["Reviewer"])


VERBS = ("revise", "discard", "claim", "approve", "request_changes")


def try_to(verb: str, by: User) -> None:
    edition = make_edition()
    lock = edition.lock_version
    if verb == "revise":
        actions.revise(edition, {"title": "x"}, by=by, lock_version=lock)
    elif verb == "discard":
        actions.discard(edition, by=by, lock_version=lock, reason="x")
    elif verb == "claim":
        actions.claim(edition, by=by)
    elif verb == "approve":
        actions.approve(edition, by=by, **shown(edition))
    else:
        actions.request_changes(edition, by=by, lock_version=lock, reason="x", mode="edit")


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        ("Viewer", set()),
        ("Auditor", set()),
        ("Editor", {"revise", "discard", "claim"}),
        ("Reviewer", {"revise", "discard", "claim", "approve", "request_changes"}),
        ("Senior reviewer", {"revise", "discard", "claim", "approve", "request_changes"}),
        ("Managing editor", {"revise", "discard", "claim", "approve", "request_changes"}),
    ],
)
def test_a_role_may_do_what_its_name_says(role: str, allowed: set[str]) -> None:
    by = make_editor(role)
    for verb in sorted(allowed):
        try_to(verb, by)
    for verb in sorted(set(VERBS) - allowed):
        with pytest.raises(NotAllowed, match="role does not let you"):
            try_to(verb, by)
