"""What readers ask for: to accept or to decline, and the keys by which programs ask."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from atlas.models import User
from review import asking
from review.admin.read_only import ReadOnlyAdmin
from review.desk.token import as_key
from review.errors import ReviewError, guards_as_refusals
from review.models import AnalysisRequest, ApiToken


class WaitingFilter(admin.SimpleListFilter):
    """Those that wait, unless something else is asked for."""

    title = "answer"
    parameter_name = "answer"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("waiting", "Waiting"), ("accepted", "Accepted"), ("declined", "Declined"), ("all", "All")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        value = self.value() or "waiting"
        return queryset if value == "all" else queryset.filter(ruling="" if value == "waiting" else value)

    def choices(self, changelist: Any) -> Any:
        for value, words in self.lookup_choices:
            yield {
                "selected": (self.value() or "waiting") == value,
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": words,
            }


@admin.register(AnalysisRequest)
class AnalysisRequestAdmin(ReadOnlyAdmin):
    """The editors' list of requests; a request's page has the two buttons."""

    change_form_template = "admin/review/analysisrequest.html"
    list_display = ("provision", "asked_by", "asked_at", "reason", "ruling")
    list_select_related = ("provision__document__platform", "asked_by")
    list_filter = (WaitingFilter,)
    search_fields = ("reason", "provision__title")
    fields = ("provision", "asked_by", "asked_at", "reason", "ruling", "answer", "decided_by", "decided_at", "job")

    def get_urls(self) -> list[URLPattern]:
        answer = self.admin_site.admin_view(require_POST(answer_request))
        return [path("<int:request_id>/answer/", answer, name="review_analysisrequest_answer"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        asked = AnalysisRequest.objects.filter(pk=as_key(object_id)).first()
        may_answer = request.user.has_perm("review.request_analysis")
        return super().change_view(request, object_id, form_url, {"asked": asked, "may_answer": may_answer})


def answer_request(request: HttpRequest, request_id: int) -> HttpResponse:
    """Accept or decline, as the button says."""
    by = request.user
    assert isinstance(by, User)
    asked = get_object_or_404(AnalysisRequest, pk=request_id)
    answer = request.POST.get("answer", "")
    try:
        with guards_as_refusals():
            if request.POST.get("verb") == "accept":
                asking.accept(asked, by=by, answer=answer)
            else:
                asking.decline(asked, by=by, answer=answer)
    except ReviewError as refused:
        messages.error(request, str(refused))
        return HttpResponseRedirect(reverse("admin:review_analysisrequest_change", args=[request_id]))
    messages.success(request, "Answered. The reader finds it at /api/v1/requests/.")
    return HttpResponseRedirect(reverse("admin:review_analysisrequest_changelist"))


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    """Who has a key. The command `api_token` makes and revokes them."""

    list_display = ("name", "user", "made_at", "used_at", "revoked_at")
    list_select_related = ("user",)
    fields = ("name", "user", "made_at", "used_at", "revoked_at")
