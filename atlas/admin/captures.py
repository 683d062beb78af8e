"""What was seen: captures, incidents, versions."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from atlas.admin.base import ReadOnlyAdmin
from atlas.admin.holding import decide, show_held
from atlas.archive.judgements.waiting_captures import IncidentState, incident_states, waiting_for_a_decision
from atlas.models import Capture, Incident, Outcome, Version


class OpenFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("open", "Open"), ("ended", "Ended")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Incident]) -> QuerySet[Incident]:
        value = self.value()
        return queryset.filter(closed_at__isnull=value == "open") if value in ("open", "ended") else queryset


@admin.register(Incident)
class IncidentAdmin(ReadOnlyAdmin):
    """Open ones first: what editors look at in the morning."""

    list_display = ("document", "next_step", "held_capture", "opened_at", "closed_at", "cause")
    list_filter = (OpenFilter, "document__platform")
    list_select_related = ("document__platform", "opened_by", "closed_by")
    search_fields = ("document__name", "document__platform__name", "cause")
    ordering = ("-closed_at", "-opened_at")  # PostgreSQL puts the open ones, without an end, first
    fields = ("document", "cause", "opened_at", "opened_by", "next_step", "held_capture", "closed_at", "closed_by")
    readonly_fields = ("next_step", "held_capture")

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The states of a whole page are read at once."""
        page = super().get_changelist_instance(request)
        states = incident_states(page.result_list)
        for incident in page.result_list:
            incident.state = states[incident.pk]
        return page

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(request, {"title": "Incidents", **(extra_context or {})})

    @admin.display(description="what is next")
    def next_step(self, incident: Incident) -> str:
        return state_of(incident).words

    @admin.display(description="held")
    def held_capture(self, incident: Incident) -> str:
        held = state_of(incident).held
        if held is None:
            return ""
        return format_html('<a href="{}">the held text</a>', reverse("admin:atlas_capture_change", args=[held.pk]))

    class Media:
        css = {"all": ("atlas/holding.css",)}


def state_of(incident: Any) -> IncidentState:
    if not hasattr(incident, "state"):
        incident.state = incident_states([incident])[incident.pk]
    state: IncidentState = incident.state
    return state


class HoldFilter(admin.SimpleListFilter):
    """What waits is shown first: it is the list that the menu leads to."""

    title = "hold"
    parameter_name = "hold"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("waiting", "Held, waiting for a decision"),
            ("decided", "Held, decided by an editor"),
            ("all", "All captures"),
        ]

    def choices(self, changelist: Any) -> Any:
        """Without the "All" of Django's own: all captures are one of ours."""
        for value, title in self.lookup_choices:
            query = changelist.get_query_string({self.parameter_name: value}, ["p"])
            yield {"selected": self._asked(changelist.params) == value, "query_string": query, "display": title}

    def _asked(self, others: Any) -> str:
        value = self.value()
        return str(value) if value else "all" if others else "waiting"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Capture]) -> QuerySet[Capture]:
        asked = self._asked(request.GET)
        if asked == "waiting":
            return queryset.filter(pk__in=waiting_for_a_decision().values("pk"))
        return queryset.filter(hold_decision__isnull=False) if asked == "decided" else queryset


@admin.register(Capture)
class CaptureAdmin(ReadOnlyAdmin):
    """Opened from the menu it lists what is held and waits for a decision."""

    list_display = ("document", "captured_at", "why", "decision", "outcome", "version", "sequence")
    list_filter = (HoldFilter, "outcome", "collection", "document__platform")
    list_select_related = ("document__platform", "version__document__platform", "hold_decision__decided_by")
    search_fields = ("document__name", "document__platform__name", "source_ref")
    ordering = ("-pk",)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(request, {"title": "Captures", **(extra_context or {})})

    @admin.display(description="reasons")
    def why(self, capture: Capture) -> str:
        return " ".join(capture.reasons)

    @admin.display(description="decision")
    def decision(self, capture: Capture) -> str:
        decision = getattr(capture, "hold_decision", None)
        return f"{decision.ruling.capitalize()} by {decision.decided_by.shown_name}" if decision else ""

    class Media:
        css = {"all": ("atlas/holding.css",)}

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(decide)
        return [path("<int:capture_id>/decide/", view, name="atlas_capture_decide"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        capture = self.get_object(request, object_id)
        if capture is None or capture.outcome != Outcome.QUARANTINED or request.method != "GET":
            return super().change_view(request, object_id, form_url, extra_context)
        return show_held(request, capture.pk)


@admin.register(Version)
class VersionAdmin(ReadOnlyAdmin):
    list_display = ("public_id", "document", "number", "first_captured_at")
    list_filter = ("document__platform",)
    list_select_related = ("document__platform",)
    search_fields = ("document__name", "document__platform__name")
    fields = ("document", "number", "first_captured_at", "folded_sha256", "text")
    readonly_fields = ("text",)
    ordering = ("-pk",)
