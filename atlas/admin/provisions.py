"""Provisions, their wordings, and what changed."""

from django.contrib import admin

from atlas.admin.base import ReadOnlyAdmin, ReadOnlyInline
from atlas.models import Change, Provision, Wording


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
