"""Platforms, their documents, and the collections these come from: they can be described."""

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from atlas.admin.base import HTTPS, ReadOnlyAdmin, ReadOnlyInline
from atlas.models import Collection, Document, Platform


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
