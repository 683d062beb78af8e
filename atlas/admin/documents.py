"""Platforms, their documents, and the collections these come from: they can be described."""

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from atlas.admin.base import HTTPS, ReadOnlyAdmin, ReadOnlyInline
from atlas.admin.history import document_history
from atlas.admin.side_by_side import side_by_side
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
    list_display = (
        *("public_id", "platform", "name", "terms_type", "standing", "region", "language", "collection"),
        "archive_history",
    )
    list_filter = ("standing", "terms_type", "collection")
    list_display_links = ("public_id", "name")
    list_select_related = ("platform", "collection")
    search_fields = ("name", "platform__name")
    autocomplete_fields = ("platform", "variant_of")
    readonly_fields = ("collection",)
    prepopulated_fields = {"slug": ("name",)}

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:document_id>/archive/", view(document_history), name="atlas_document_archive"),
            path("<int:document_id>/side-by-side/", view(side_by_side), name="atlas_document_side_by_side"),
            *super().get_urls(),
        ]

    @admin.display(description="archive")
    def archive_history(self, document: Document) -> str:
        address = reverse("admin:atlas_document_archive", args=[document.pk])
        return format_html('<a href="{}">History<span class="visually-hidden"> of {}</span></a>', address, document)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Collection)
class CollectionAdmin(ReadOnlyAdmin):
    list_display = ("name", "licence", "attribution", "location")
