"""The archive in the admin: platforms and documents can be described, the record can only be read."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.db.models import Field, Model, URLField
from django.http import HttpRequest

from atlas.models import (
    Attribute,
    Capture,
    Change,
    Collection,
    Document,
    Incident,
    Instrument,
    Jurisdiction,
    Obligation,
    Platform,
    Provision,
    Topic,
    User,
    Version,
    Wording,
)

# What an address without a scheme means: Django 6's default.
HTTPS: "Mapping[type[Field[Any, Any]], Mapping[str, Any]]" = {URLField: {"assume_scheme": "https"}}


class ReadOnly:
    """What is written by the archive alone: to be looked at, never edited."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ReadOnlyAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    formfield_overrides = HTTPS
    show_full_result_count = False
    list_per_page = 50


class ReadOnlyInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]
    extra = 0
    show_change_link = True


class DocumentInline(ReadOnlyInline):
    model = Document
    fields = ("name", "terms_type", "standing", "region", "language", "collection")


@admin.register(Platform)
class PlatformAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "website", "is_sample")
    list_filter = ("is_sample",)
    search_fields = ("name",)
    prepopulated_fields = {"slug": ("name",)}
    formfield_overrides = HTTPS
    inlines = (DocumentInline,)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Document)
class DocumentAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("public_id", "platform", "name", "terms_type", "standing", "region", "language", "collection")
    list_filter = ("standing", "terms_type", "collection")
    list_display_links = ("public_id", "name")
    list_select_related = ("platform", "collection")
    search_fields = ("name", "platform__name")
    autocomplete_fields = ("platform",)
    readonly_fields = ("collection",)
    prepopulated_fields = {"slug": ("name",)}

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Collection)
class CollectionAdmin(ReadOnlyAdmin):
    list_display = ("name", "licence", "attribution", "location")


@admin.register(Incident)
class IncidentAdmin(ReadOnlyAdmin):
    """Open ones first: what editors look at in the morning."""

    list_display = ("document", "cause", "opened_at", "closed_at", "is_open")
    list_filter = (("closed_at", admin.EmptyFieldListFilter), "document__platform")
    list_select_related = ("document__platform",)
    search_fields = ("document__name", "document__platform__name", "cause")
    ordering = ("-closed_at", "-opened_at")  # PostgreSQL puts the open ones, without an end, first

    @admin.display(boolean=True, description="open")
    def is_open(self, incident: Incident) -> bool:
        return incident.closed_at is None


@admin.register(Capture)
class CaptureAdmin(ReadOnlyAdmin):
    list_display = ("document", "sequence", "captured_at", "outcome", "version", "reasons")
    list_filter = ("outcome", "collection", "document__platform")
    list_select_related = ("document__platform", "version__document__platform")
    search_fields = ("document__name", "document__platform__name", "source_ref")
    ordering = ("-pk",)
    date_hierarchy = "captured_at"


@admin.register(Version)
class VersionAdmin(ReadOnlyAdmin):
    list_display = ("public_id", "document", "number", "first_captured_at")
    list_filter = ("document__platform",)
    list_select_related = ("document__platform",)
    search_fields = ("document__name", "document__platform__name")
    fields = ("document", "number", "first_captured_at", "folded_sha256", "text")
    readonly_fields = ("text",)
    ordering = ("-pk",)


class WordingInline(ReadOnlyInline):
    model = Wording
    fields = ("number", "first_capture", "text")
    show_change_link = False


@admin.register(Provision)
class ProvisionAdmin(ReadOnlyAdmin):
    list_display = ("public_id", "document", "title", "removed_at")
    list_filter = (("removed_at", admin.EmptyFieldListFilter), "topics", "document__platform")
    list_select_related = ("document__platform",)
    search_fields = ("title", "document__name", "document__platform__name")
    fields = ("document", "title", "topics", "removed_at")
    inlines = (WordingInline,)


@admin.register(Change)
class ChangeAdmin(ReadOnlyAdmin):
    list_display = ("public_id", "document", "provision", "kind", "significance", "is_return", "is_backfill")
    list_filter = ("significance", "kind", "is_return", "is_backfill", "document__platform")
    list_select_related = ("document__platform", "provision")
    search_fields = ("provision__title", "document__name", "document__platform__name")
    ordering = ("-pk",)


class CatalogueAdmin(ReadOnlyAdmin):
    """Entries come from the files in atlas/catalogue; a change is a change of those files."""


@admin.register(Jurisdiction)
class JurisdictionAdmin(CatalogueAdmin):
    list_display = ("key", "name", "region", "parent", "is_retired")
    list_filter = ("region", "is_retired")
    list_select_related = ("parent",)
    search_fields = ("key", "name")


@admin.register(Topic)
class TopicAdmin(CatalogueAdmin):
    list_display = ("key", "name", "default_exposure", "is_retired")
    list_filter = ("default_exposure", "is_retired")
    search_fields = ("key", "name", "definition")


@admin.register(Instrument)
class InstrumentAdmin(CatalogueAdmin):
    list_display = ("key", "short_name", "jurisdiction", "kind", "tier", "status", "in_force_since", "is_retired")
    list_filter = ("tier", "status", "kind", "is_retired", "jurisdiction")
    list_select_related = ("jurisdiction",)
    search_fields = ("key", "short_name", "full_name")


@admin.register(Obligation)
class ObligationAdmin(CatalogueAdmin):
    list_display = ("key", "instrument", "pinpoint", "title", "applies_from", "confidence", "is_retired")
    list_filter = ("confidence", "verified_via", "is_retired", "topics", "instrument")
    list_select_related = ("instrument",)
    search_fields = ("key", "title", "paraphrase", "pinpoint")


@admin.register(Attribute)
class AttributeAdmin(CatalogueAdmin):
    list_display = ("key", "name", "topic", "kind", "unit", "is_retired")
    list_filter = ("kind", "is_retired", "topic")
    list_select_related = ("topic",)
    search_fields = ("key", "name")


@admin.register(User)
class UserAdmin(DjangoUserAdmin):  # type: ignore[type-arg]
    """Django's, with the name and role under which a person's approvals are published."""

    list_display = ("username", "public_name", "public_role", "is_staff", "is_active")
    fieldsets = (*(DjangoUserAdmin.fieldsets or ()), ("In public", {"fields": ("public_name", "public_role")}))
