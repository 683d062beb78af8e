"""Provisions, their wordings, and what changed."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.formats import localize
from django.utils.html import format_html, format_html_join

from atlas.admin.base import ReadOnlyAdmin, ReadOnlyInline, asking
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
    def first_captured(self, wording: Wording) -> str:
        return str(localize(wording.first_capture.captured_at))


class StandingFilter(admin.SimpleListFilter):
    title = "whether it stands"
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "In the text that stands"), ("no", "Removed")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Provision]) -> QuerySet[Provision]:
        value = self.value()
        return queryset.filter(removed_at__isnull=value == "yes") if value in ("yes", "no") else queryset


@admin.register(Provision)
class ProvisionAdmin(ReadOnlyAdmin):
    list_display = ("public_id", "document", "title", "removed_at", "timeline")
    list_filter = (StandingFilter, "topics", "document__platform")
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
    list_display = ("public_id", "document", "provision", "kind", "significance", "returns", "backfilled")
    list_filter = (
        "significance",
        "kind",
        ("is_return", asking("a return to an earlier text")),
        ("is_backfill", asking("an import of old history")),
        "document__platform",
    )
    fields = (
        "document",
        "provision",
        "capture",
        "kind",
        "significance",
        "why",
        "old_text",
        "new_text",
        "returns",
        "backfilled",
    )
    readonly_fields = ("why", "old_text", "new_text", "returns", "backfilled")
    list_select_related = ("document__platform", "provision")
    search_fields = ("provision__title", "document__name", "document__platform__name")
    ordering = ("-pk",)

    @admin.display(description="returned to an earlier text", boolean=True)
    def returns(self, change: Change) -> bool:
        return change.is_return

    @admin.display(description="imported with old history", boolean=True)
    def backfilled(self, change: Change) -> bool:
        return change.is_backfill

    @admin.display(description="why it counts as that")
    def why(self, change: Change) -> str:
        return format_html_join("", "{}<br>", ((reason,) for reason in change.reasons))

    @admin.display(description="text before")
    def old_text(self, change: Change) -> str:
        return change.old_wording.text if change.old_wording else "none: the provision is new"

    @admin.display(description="text after")
    def new_text(self, change: Change) -> str:
        return change.new_wording.text if change.new_wording else "none: the provision is gone"
