"""Roles and the permissions that code names."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from analysis.models import DraftJob
from atlas.models import User
from review import actions
from review.desk.forms import initial_of
from review.desk.page import VERBS as VERBS_OF_DESK
from review.errors import NotAllowed
from review.models import Decision, Edition, Event
from review.roles import ROLES, make_roles
from tests.factories import make_user
from tests.review.factories import (
    INVENTED,
    approve,
    change_text,
    make_edition,
    make_editor,
    make_publication,
    make_run,
    shown,
)
from tests.review.test_matrix import undone

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[2]
# A quoted name of two parts whose second has an underscore ("review.approve_edition"), or a template's ``perms.``.
NAMED = re.compile(r"""["']((?:review|atlas|analysis)\.[a-z]+_[a-z_]+)["']|perms\.((?:review|atlas|analysis)\.\w+)""")


def permissions_named_in_code() -> set[str]:
    files = [path for floor in ("review", "analysis", "atlas") for path in (ROOT / floor).rglob("*")]
    texts = [
        path.read_text()
        for path in files
        if path.suffix in (".py", ".html") and not {"migrations", "catalogue"} & set(path.parts)
    ]
    return {quoted or template for text in texts for quoted, template in NAMED.findall(text)}


def test_every_permission_that_code_names_exists() -> None:
    named = permissions_named_in_code()
    assert {"review.approve_edition", "review.retract_publication", "review.view_metrics"} <= named
    known = {f"{p.content_type.app_label}.{p.codename}" for p in Permission.objects.select_related("content_type")}
    assert named <= known, named - known


def test_every_permission_of_a_role_exists() -> None:
    make_roles(Group, Permission)
    for name, wanted in ROLES.items():
        assert Group.objects.get(name=name).permissions.count() == len(set(wanted)), name


def test_the_migration_makes_the_roles_and_making_them_again_adds_nothing() -> None:
    make_roles(Group, Permission)
    assert set(ROLES) <= set(Group.objects.values_list("name", flat=True))
    before = Permission.objects.filter(group__name="Reviewer").count()
    make_roles(Group, Permission)
    assert Permission.objects.filter(group__name="Reviewer").count() == before == len(ROLES["Reviewer"])


VERBS = ("revise", "discard", "claim", "approve", "request_changes")


def try_to(verb: str, edition: Edition, by: User) -> None:
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
def test_a_role_may_do_what_its_name_says(edition: Edition, role: str, allowed: set[str]) -> None:
    by = make_editor(role)
    for verb in sorted(allowed):
        with undone():
            try_to(verb, edition, by)
    for verb in sorted(set(VERBS) - allowed):
        with undone(), pytest.raises(NotAllowed, match="role does not let you"):
            try_to(verb, edition, by)


STAFF = ("Viewer", "Editor", "Reviewer", "Senior reviewer", "Managing editor", "Auditor")
FIGURES = {"Managing editor", "Auditor"}


@pytest.fixture(scope="module")
def addresses(shared_rows: None) -> dict[str, str]:
    """Every page of the desk by name."""
    publication, edition = make_publication(), make_edition()
    event, decision = Event.objects.latest("pk"), Decision.objects.latest("pk")
    return {
        "queue": reverse("admin:review_edition_changelist"),
        "desk": reverse("admin:review_edition_desk", args=[edition.pk]),
        "preview": reverse("admin:review_edition_preview", args=[edition.pk]),
        "draft": reverse("admin:review_provision_draft", args=[edition.provision_id]),
        "publication": reverse("admin:atlas_publication_change", args=[publication.pk]),
        "publications": reverse("admin:atlas_publication_changelist"),
        "events": reverse("admin:review_event_changelist"),
        "event": reverse("admin:review_event_change", args=[event.pk]),
        "decisions": reverse("admin:review_decision_changelist"),
        "decision": reverse("admin:review_decision_change", args=[decision.pk]),
        "metrics": reverse("review_metrics"),
        "csv": reverse("review_metrics_csv", args=["days"]),
    }


def statuses(client: Client, addresses: dict[str, str]) -> dict[str, int]:
    return {name: client.get(address).status_code for name, address in addresses.items()}


@pytest.mark.parametrize("role", STAFF)
def test_every_role_sees_every_page_but_the_figures(client: Client, addresses: dict[str, str], role: str) -> None:
    client.force_login(make_editor(role))
    expected = dict.fromkeys(addresses, 200)
    if role not in FIGURES:
        expected |= {"metrics": 403, "csv": 403}
    assert statuses(client, addresses) == expected


def test_nobody_without_a_role_sees_any_page(client: Client, addresses: dict[str, str]) -> None:
    assert set(statuses(client, addresses).values()) == {302}
    client.force_login(make_editor("Reader", is_staff=False))
    assert set(statuses(client, addresses).values()) == {302}
    client.force_login(make_user(is_staff=True))
    assert set(statuses(client, addresses).values()) == {403}


def test_a_superuser_has_the_rights_of_every_role_and_no_exemption_from_a_rule(
    client: Client, addresses: dict[str, str]
) -> None:
    root = make_editor("Viewer", is_superuser=True)
    client.force_login(root)
    assert set(statuses(client, addresses).values()) == {200}
    own, instructed, blocked = make_edition(), make_edition(), make_edition(**INVENTED)
    actions.revise(own, {"title": "Mine"}, by=root, lock_version=own.lock_version)
    actions.request_changes(instructed, by=root, lock_version=instructed.lock_version, reason="Say who.")
    make_run(job=DraftJob.objects.get(edition_ref=instructed.pk), title="Redrafted")
    actions.take_in()
    twice = approve(make_edition(exposure_level="high"), root)
    changed = make_edition()
    change_text(changed.provision, "Everything is different now.")
    for edition, why in (
        (own, "You wrote this"),
        (instructed, "your instructions"),
        (blocked, "blocking check"),
        (twice, "a second person has to"),
        (changed, "no longer in force"),
    ):
        with pytest.raises(NotAllowed, match=why):
            approve(edition, root)
    with pytest.raises(NotAllowed, match="with the last approval"):
        high = make_edition(exposure_level="high")
        actions.approve(high, by=root, **shown(high), publish_at=timezone.now())
    with pytest.raises(NotAllowed, match="reason"):
        actions.discard(own, by=root, lock_version=shown(own)["lock_version"], reason="")


def test_no_rule_asks_whether_somebody_is_a_superuser() -> None:
    """The sample makes its people, and one of them is one: nothing else may know the word."""
    files = [path for path in (ROOT / "review").rglob("*") if path.suffix in (".py", ".html")]
    assert files
    assert [path for path in files if "is_superuser" in path.read_text() and "sample" not in path.parts] == []


@pytest.mark.parametrize("role", ["Auditor", "Viewer"])
def test_who_may_only_look_changes_nothing_wherever_they_post(client: Client, role: str) -> None:
    publication, edition = make_publication(), approve(make_edition(exposure_level="high"))
    keys = {
        "edition_id": edition.pk,
        "publication_id": publication.pk,
        "provision_id": edition.provision_id,
        "document_id": edition.provision.document_id,
    }
    form = {
        **shown(edition),
        "step": "confirm",
        "reason": "x",
        "reason_code": "wrong",
        "action": "delete_selected",
        "_selected_action": "1",
        "post": "yes",
    }
    assert edition.head is not None
    form |= {name: value for name, value in initial_of(edition.head, "").items() if value is not False}
    form |= dict.fromkeys(("void_reason", "discard_reason", "request_changes_reason"), "x")
    client.force_login(make_editor(role))
    before = digests()
    posted_to = 0
    for address in admin_addresses(keys):
        has_verbs = re.search(r"/(desk|end|draft/\d+)/$", address)
        for verb in [*VERBS_OF_DESK, "approve:later", "withdraw", "retract", "ask"] if has_verbs else [""]:
            response = client.post(address, {**form, "verb": verb})
            assert response.status_code < 500, address
            posted_to += 1
    assert posted_to > 100
    assert digests() == before


def admin_addresses(keys: dict[str, int]) -> list[str]:
    """Every address of the admin, but those of one's own account, with keys of rows that are there."""
    own = ("admin/login", "admin/logout", "admin/password_change")
    found = []
    for route in _routes(get_resolver().url_patterns):
        if route.startswith("admin/") and not route.startswith(own) and "^" not in route and "(" not in route:
            found.append("/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda match: str(keys.get(match[1], 1)), route))
    return found


def _routes(patterns: list[Any], before: str = "") -> Iterator[str]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from _routes(pattern.url_patterns, route)
        else:
            yield route


# What looking at a page leaves behind, and how somebody likes their own desk: no part of the record.
OWN = ("review_presence", "review_desksettings")


def digests() -> dict[str, str]:
    """The content of every table of the three floors."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table.startswith(("review_", "atlas_", "analysis_", "auth_")) and table not in OWN:
                cursor.execute(f"SELECT md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) FROM {table} t")
                found[table] = cursor.fetchone()[0]
    return found


SOLO_BANNER = "Single-editor review is on."


@pytest.mark.parametrize("is_solo", [True, False])
def test_single_editor_review_is_said_on_every_page_of_the_desk(
    client: Client, settings: Any, addresses: dict[str, str], is_solo: bool
) -> None:
    settings.ATLAS_SOLO_REVIEW = is_solo
    client.force_login(make_editor("Managing editor"))
    for name in ("queue", "desk", "publication", "publications", "metrics", "draft"):
        assert (SOLO_BANNER in client.get(addresses[name]).content.decode()) == is_solo, name
