"""Editors note who watches what, so that its changes are drafted before the rest."""

import pytest
from django.test import Client
from django.urls import reverse

from atlas.models import User, Watch
from tests.factories import make_document, make_platform, make_provision, make_user

pytestmark = pytest.mark.django_db
ADD = "admin:atlas_watch_add"


@pytest.fixture
def editor(client: Client) -> User:
    editor = make_user(groups=("Editor",))
    client.force_login(editor)
    return editor


def test_an_editor_notes_what_somebody_watches(client: Client, editor: User) -> None:
    platform, reader = make_platform(), make_user()
    assert client.get(reverse(ADD)).context["adminform"].form.initial["user"] == editor.pk
    client.post(reverse(ADD), {"user": reader.pk, "platform": platform.pk})
    watch = Watch.objects.get()
    assert (watch.user, watch.platform) == (reader, platform)


def test_exactly_one_thing_is_watched_and_the_form_says_so(client: Client, editor: User) -> None:
    document = make_document()
    for more in ({}, {"platform": document.platform_id, "document": document.pk}):
        page = client.post(reverse(ADD), {"user": editor.pk, **more}).content.decode()
        assert "Choose exactly one: a platform, a document, a provision or a topic." in page
    assert not Watch.objects.exists()


def test_nothing_is_watched_twice_by_one_person(client: Client, editor: User) -> None:
    provision = make_provision()
    for _ in range(2):
        page = client.post(reverse(ADD), {"user": editor.pk, "provision": provision.pk})
    assert "This is watched already." in page.content.decode()
    assert Watch.objects.count() == 1


def test_watches_are_listed_by_what_is_watched(client: Client, editor: User) -> None:
    Watch.objects.create(user=editor, platform=make_platform("Quillpost"))
    Watch.objects.create(user=editor, provision=make_provision(title="Zebra"))
    page = client.get(reverse("admin:atlas_watch_changelist"), {"watched": "platform"}).content.decode()
    assert "Platform: Quillpost" in page and "Zebra" not in page


def test_a_viewer_sees_watches_and_makes_none(client: Client) -> None:
    client.force_login(make_user(groups=("Viewer",)))
    assert client.get(reverse("admin:atlas_watch_changelist")).status_code == 200
    assert client.post(reverse(ADD), {}).status_code == 403
