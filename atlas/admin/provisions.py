"""Provisions, their wordings, and what changed."""

from datetime import datetime

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from atlas.admin.base import ReadOnlyAdmin, ReadOnlyInline
from atlas.admin.history import provision_timeline
from atlas.admin.judged_changes import JudgedChanges
from atlas.models import Change, Provision, Wording


class WordingInline(ReadOnlyInline):
    model = Wording
    fields = ("number", "first_captured", "text")
    readonly_fields = ("first_captured",)
    show_change_link = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Wording]:
        return super().get_queryset(request).select_related("first_capture", "provision")

    @admin.display(description="first captured")
    def first_captured(self, wording: Wording) -> datetime:
        return wording.first_capture.captured_at


@admin.register(Provision)
class ProvisionAdmin(ReadOnlyAdmin):
    list_display = ("public_id", "document", "title", "removed_at", "timeline")
    list_filter = (("removed_at", admin.EmptyFieldListFilter), "topics", "document__platform")
    list_select_related = ("document__platform",)
    search_fields = ("title", "document__name", "document__platform__name")
    fields = ("document", "title", "topics", "removed_at")
    inlines = (WordingInline,)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(provision_timeline)
        return [path("<int:provision_id>/timeline/", view, name="atlas_provision_timeline"), *super().get_urls()]

    @admin.display(description="timeline")
    def timeline(self, provision: Provision) -> str:
        address = reverse("admin:atlas_provision_timeline", args=[provision.pk])
        return format_html('<a href="{}">Timeline<span class="visually-hidden"> of {}</span></a>', address, provision)


@admin.register(Change)
class ChangeAdmin(JudgedChanges, ReadOnlyAdmin):
    list_display = ("public_id", "document", "provision", "kind", "significance", "is_return", "is_backfill")
    list_filter = ("significance", "kind", "is_return", "is_backfill", "document__platform")
    list_select_related = ("document__platform", "provision")
    search_fields = ("provision__title", "document__name", "document__platform__name")
    ordering = ("-pk",)
