"""What holds drafting back: the list of holds, setting one, lifting one."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from analysis.admin.base import LOOK, ReadOnly, asking, back
from analysis.admin.filters import Choice
from analysis.admin.waiting import when
from analysis.holds import hold, lift
from analysis.models import Hold, HoldCause
from atlas.templatetags.atlas_site import archived

if TYPE_CHECKING:  # generic for the type checker alone
    HoldsAdmin = admin.ModelAdmin[Hold]
else:
    HoldsAdmin = admin.ModelAdmin

LONGEST_REASON = 1_000


class StandingFilter(Choice):
    title = "state"
    parameter_name = "state"

    def conditions(self) -> dict[str, tuple[str, Q]]:
        stands = Q(lifted_at=None) & (Q(until=None) | Q(until__gt=timezone.now()))
        return {"stands": ("Holds now", stands), "over": ("Over", ~stands)}


@admin.register(Hold)
class HoldAdmin(ReadOnly, HoldsAdmin):
    list_display = ["cause", "held_model", "what", "since", "ends", "who", "lifted"]
    list_filter = [StandingFilter, "cause"]
    list_select_related = ["set_by", "lifted_by"]
    fields = ["cause", "held_model", "what", "since", "ends", "who", "lifted"]
    readonly_fields = ["held_model", "what", "ends", "who", "lifted"]
    actions = ["lift_holds"]

    def has_view_permission(self, request: HttpRequest, obj: Hold | None = None) -> bool:
        """Whoever may see jobs may see why they wait."""
        return request.user.has_perm(LOOK)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(LOOK)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(request, {"title": "Holds", **(extra_context or {})})

    @admin.display(description="of", empty_value="All drafting")
    def held_model(self, held: Hold) -> str | None:
        return held.profile or None

    @admin.display(description="in words")
    def what(self, held: Hold) -> SafeString:
        return archived(held.words)

    @admin.display(description="ends by itself", ordering="until", empty_value="When somebody lifts it")
    def ends(self, held: Hold) -> object:
        return held.until

    @admin.display(description="set by", ordering="set_by", empty_value="Atlas")
    def who(self, held: Hold) -> str | None:
        return held.set_by.shown_name if held.set_by else None

    @admin.display(description="lifted", ordering="lifted_at", empty_value="")
    def lifted(self, held: Hold) -> object:
        if held.lifted_at is None:
            return None
        by = f" by {held.lifted_by.shown_name}" if held.lifted_by else ""
        return f"{when(held.lifted_at)}{by}"

    @admin.action(description="Lift the selected holds", permissions=["request"])
    def lift_holds(self, request: HttpRequest, holds: QuerySet[Hold]) -> None:
        standing = list(holds.filter(lifted_at=None))
        for held in standing:
            lift(held, by=asking(request))
        messages.success(request, f"{len(standing)} lifted: drafting goes on where nothing else holds it.")

    def get_urls(self) -> list[URLPattern]:
        return [
            path("pause/", self.admin_site.admin_view(pause_drafting), name="analysis_hold_pause"),
            path("<int:hold_id>/lift/", self.admin_site.admin_view(lift_hold), name="analysis_hold_lift"),
            *super().get_urls(),
        ]


@require_POST
def pause_drafting(request: HttpRequest) -> HttpResponse:
    """Hold all drafting back until somebody lifts it, with the reason that others will read."""
    by = asking(request)
    reason = " ".join(request.POST.get("reason", "").replace("\0", "").split())[:LONGEST_REASON]
    if reason:
        hold(HoldCause.PAUSED, reason, by=by)
        messages.success(request, "Drafting is paused. What is being drafted now is still finished.")
    else:
        messages.error(request, "Please give a reason: your colleagues read it where they look why nothing happens.")
    return back(request, "admin:analysis_draftjob_changelist")


@require_POST
def lift_hold(request: HttpRequest, hold_id: int) -> HttpResponse:
    by = asking(request)
    held = get_object_or_404(Hold, pk=hold_id)
    lift(held, by=by)
    messages.success(request, "Lifted: drafting goes on where nothing else holds it.")
    return back(request, "admin:analysis_draftjob_changelist")
