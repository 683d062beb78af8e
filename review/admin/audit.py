"""The audit trail, to read."""

from django.contrib import admin

from review.admin.filters import DecidedFilter, PaceFilter
from review.admin.read_only import ReadOnlyAdmin
from review.models import Decision, Event


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    """The audit trail."""

    list_display = ("at", "edition_ref", "sequence", "actor", "words", "from_state", "to_state")
    list_filter = ("action",)
    search_fields = ("actor", "=edition_ref")
    ordering = ("-id",)


@admin.register(Decision)
class DecisionAdmin(ReadOnlyAdmin):
    """Who decided what, and why."""

    list_display = ("at", "edition", "kind", "by", "reason_code", "reason", "is_self_approval")
    list_select_related = ("edition__provision__document__platform", "by")
    list_filter = (DecidedFilter, "kind", PaceFilter, "reason_code", "is_self_approval")
