"""The archive in the admin: everything can be looked at, nothing of the record can be changed."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from atlas.archive.record.recording import record_capture
from atlas.catalogue.loading import load_catalogue
from atlas.models import Capture, Change, Document, User
from tests.atlas.texts import ERROR_PAGE, document
from tests.factories import NOON, make_document

RECORD = ("incident", "capture", "version", "provision", "change")
CATALOGUE = ("jurisdiction", "topic", "instrument", "obligation", "attribute")
DESCRIBED = ("platform", "document", "user")


@pytest.fixture
def desk(db: None, client: Client) -> Client:
    """The admin of somebody who may do everything, with something of everything in it."""
    load_catalogue()
    terms = make_document(name="Terms of Service")
    for day, text in enumerate((document(), document(Retention=None), ERROR_PAGE)):
        record_capture(terms, text=text, captured_at=NOON + timedelta(days=day))
    client.force_login(User.objects.create_superuser("ada"))
    return client


def test_every_list_and_its_search_can_be_opened(desk: Client) -> None:
    for name in (*RECORD, *CATALOGUE, *DESCRIBED, "collection"):
        address = reverse(f"admin:atlas_{name}_changelist")
        assert desk.get(address).status_code == 200, name
        if admin.site.get_model_admin(admin_model(name)).search_fields:
            assert desk.get(address, {"q": "retention"}).status_code == 200, name


def test_every_entry_of_the_record_can_be_read_but_not_changed(desk: Client) -> None:
    for name in (*RECORD, *CATALOGUE):
        row = admin_model(name)._default_manager.first()
        assert row is not None
        address = reverse(f"admin:atlas_{name}_change", args=[row.pk])
        page = desk.get(address)
        assert page.status_code == 200, name
        assert 'name="_save"' not in page.content.decode()
        assert desk.post(address, {}).status_code == 403, name
        assert desk.get(reverse(f"admin:atlas_{name}_add")).status_code == 403, name
        assert desk.get(reverse(f"admin:atlas_{name}_delete", args=[row.pk])).status_code == 403, name


def test_what_people_describe_has_a_form(desk: Client) -> None:
    for name in DESCRIBED:
        row = admin_model(name)._default_manager.first()
        assert row is not None
        page = desk.get(reverse(f"admin:atlas_{name}_change", args=[row.pk]))
        assert 'name="_save"' in page.content.decode(), name


def test_a_change_says_in_words_why_it_counts_and_what_it_read_before_and_after(desk: Client) -> None:
    change = Change.objects.substantive().earliest("pk")
    page = desk.get(reverse("admin:atlas_change_change", args=[change.pk])).content.decode()
    assert escape(change.reasons[0]) in page and "[&quot;" not in page
    assert change.old_wording is not None
    assert escape(change.old_wording.text.splitlines()[0]) in page


def test_dates_have_their_year_and_say_that_they_are_utc(desk: Client) -> None:
    capture = Capture.objects.earliest("pk")
    for row, name in ((capture, "capture"), (Change.objects.earliest("pk").provision, "provision")):
        page = desk.get(reverse(f"admin:atlas_{name}_change", args=[row.pk])).content.decode()
        assert f"{capture.captured_at:%-d %b %Y, %H:%M} UTC" in page


def test_the_standing_of_a_document_can_be_corrected(desk: Client) -> None:
    terms = Document.objects.get()
    address = reverse("admin:atlas_document_change", args=[terms.pk])
    fields = {name: getattr(terms, name) for name in ("name", "slug", "terms_type", "region", "language")}
    form = {**fields, "platform": terms.platform_id, "standing": "binding", "source_urls": "[]"}
    assert desk.post(address, form).status_code == 302
    terms.refresh_from_db()
    assert terms.standing == "binding"


def test_lists_ask_a_constant_number_of_queries(desk: Client, django_assert_max_num_queries: object) -> None:
    terms = Document.objects.get()
    for day in range(10, 20):
        record_capture(terms, text=document(Retention=f"Kept for {day} days."), captured_at=NOON + timedelta(days=day))
    assert Capture.objects.count() > 10 and Change.objects.count() > 10
    for name in ("capture", "change", "version", "provision"):
        with django_assert_max_num_queries(10):  # type: ignore[operator]
            desk.get(reverse(f"admin:atlas_{name}_changelist"))


def admin_model(name: str) -> type[Model]:
    """The model that the admin shows under ``name``."""
    return next(model for model in admin.site._registry if model._meta.label_lower == f"atlas.{name}")
