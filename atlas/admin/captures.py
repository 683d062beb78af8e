"""What was seen: captures, incidents, versions."""

from django.contrib import admin

from atlas.admin.base import ReadOnlyAdmin
from atlas.models import Capture, Incident, Version


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
