"""Who may read the archive's history in the admin, what leads there, and that no platform's text can act in it."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from atlas.models import Change, Incident, User
from tests.atlas.history_pages import CHANGED, KEPT, SCRIPT, history, read, seen, side_by_side, timeline
from tests.atlas.site_rows import hold_capture, reword
from tests.atlas.texts import ERROR_PAGE
from tests.factories import make_document, make_provision, make_user

pytestmark = pytest.mark.django_db


class TestHostileTexts:
    def test_nothing_of_a_platform_is_markup_or_turns_the_page_round(self, client: Client, editor: User) -> None:
        evil = f"{SCRIPT}\u202e & <b>bold</b>"
        terms = make_document(name=f"Terms {evil}", slug="terms")
        provision = make_provision(f"30 days {evil}", document=terms, title=f"Title {evil}")
        reword(provision, f"90 days {evil}", reasons=[f"Because {evil}"])
        incident = hold_capture(terms)
        Incident.objects.filter(pk=incident.pk).update(cause=f"Cause {evil}")
        for address in (history(terms), side_by_side(terms), timeline(provision)):
            page = read(client, address)
            body = page[page.index('<div class="record-page">') :]
            assert SCRIPT not in page and "<b>bold" not in page, address
            assert "\u202e" not in body, address


class TestPermissions:
    def addresses(self) -> list[str]:
        terms = seen([KEPT, CHANGED])
        return [history(terms), side_by_side(terms), timeline(Change.objects.get().provision)]

    def test_a_viewer_may_look(self, client: Client) -> None:
        client.force_login(make_user(groups=("Viewer",)))
        assert [client.get(address).status_code for address in self.addresses()] == [200, 200, 200]

    def test_staff_without_a_role_may_not(self, client: Client) -> None:
        client.force_login(make_user(is_staff=True))
        assert [client.get(address).status_code for address in self.addresses()] == [403, 403, 403]

    def test_anybody_else_is_asked_to_log_in(self, client: Client) -> None:
        for address in self.addresses():
            answer = client.get(address)
            assert answer.status_code == 302 and answer["Location"].startswith(reverse("admin:login"))

    def test_no_link_leads_a_viewer_to_a_refusal(self, client: Client) -> None:
        addresses = self.addresses()
        client.force_login(make_user(groups=("Viewer",)))
        for address in addresses:
            page = read(client, address)
            for link in set(re.findall(r'href="(/[^"#?]*)', page[page.index('<div class="record-page">') :])):
                assert client.get(link).status_code == 200, link

    @pytest.mark.parametrize(
        "name", ["atlas_document_archive", "atlas_document_side_by_side", "atlas_provision_timeline"]
    )
    def test_what_is_not_there_is_not_found(self, client: Client, editor: User, name: str) -> None:
        assert client.get(reverse(f"admin:{name}", args=[99_999_999])).status_code == 404


class TestLinks:
    def test_the_record_leads_to_its_history(self, client: Client, editor: User) -> None:
        terms = seen([KEPT, CHANGED, ERROR_PAGE])
        change = Change.objects.get()
        version, incident = terms.versions.get(number=2), Incident.objects.get()
        for row, address in (
            (terms, history(terms)),
            (change.provision, timeline(change.provision)),
            (change, timeline(change.provision)),
            (version, f"{side_by_side(terms)}?new=2"),
            (incident, f"{history(terms)}?show=held"),
        ):
            form = reverse(f"admin:atlas_{row._meta.model_name}_change", args=[row.pk])
            assert f'href="{address}' in read(client, form), form
        assert history(terms) in read(client, reverse("admin:atlas_document_changelist"))
        assert timeline(change.provision) in read(client, reverse("admin:atlas_provision_changelist"))
