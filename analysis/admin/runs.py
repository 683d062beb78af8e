"""Draft runs: the list, and making one once more. What went in and came out is on the page of `trace_page`."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from analysis import outcomes
from analysis.admin.base import ReadOnly, asking
from analysis.admin.filters import CostFilter, OutcomeFilter, PromptFilter, RunCauseFilter, WhenFilter
from analysis.admin.job_page import LINE
from analysis.admin.trace_page import show_trace
from analysis.models import DraftRun, RunStatus
from analysis.queue import DraftInProgress, repeat
from analysis.templatetags.analysis_trace import took, usd
from atlas.models import Provision, UnknownIdentifier
from atlas.templatetags.atlas_site import archived

if TYPE_CHECKING:  # generic for the type checker alone
    RunAdmin = admin.ModelAdmin[DraftRun]
else:
    RunAdmin = admin.ModelAdmin


@admin.register(DraftRun)
class DraftRunAdmin(ReadOnly, RunAdmin):
    list_display = ["about", "outcome", "who", "cost", "it_took", "created_at"]
    list_filter = [OutcomeFilter, RunCauseFilter, WhenFilter, "drafter", PromptFilter, CostFilter]
    list_select_related = ["job__wording__provision__document__platform"]
    search_fields = ["error", "job__wording__provision__title"]
    search_help_text = "An identifier (AT-P-000123), the number of a run, a title, or words of an error"
    ordering = ["-pk"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[DraftRun]:
        """Without the conversation and the answer, which fill a hundred kilobytes a run."""
        runs = super().get_queryset(request)
        place = "job__wording__provision"
        shown = (f"{place}__title", f"{place}__document__name", f"{place}__document__platform__name")
        return runs.only(*LINE, *shown)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[DraftRun], search_term: str
    ) -> tuple[QuerySet[DraftRun], bool]:
        asked = named(search_term)
        if asked is not None:
            return queryset.filter(asked), False
        return super().get_search_results(request, queryset, search_term)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(request, {"title": "Draft runs", **(extra_context or {})})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return show_trace(self, request, object_id)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(repeat_run)
        return [path("<int:run_id>/repeat/", view, name="analysis_draftrun_repeat"), *super().get_urls()]

    @admin.display(description="provision")
    def about(self, run: DraftRun) -> SafeString:
        provision = run.job.wording.provision
        return format_html(
            'Run {} · {} <span class="title">{}</span><span class="where">{} · {}</span>',
            run.pk,
            provision.public_id,
            archived(provision.title),
            archived(provision.document.platform.name),
            archived(provision.document.name),
        )

    @admin.display(description="outcome")
    def outcome(self, run: DraftRun) -> SafeString:
        state = "done" if run.status == RunStatus.DRAFTED else "failed"
        return format_html('<span class="draft-state {}">{}</span>', state, archived(outcome_of(run)))

    @admin.display(description="drafted by")
    def who(self, run: DraftRun) -> SafeString:
        return archived(run.drafter_words)

    @admin.display(description="cost", ordering="cost_usd")
    def cost(self, run: DraftRun) -> str:
        return "" if run.drafter == "outline" else usd(run.cost_usd)

    @admin.display(description="took")
    def it_took(self, run: DraftRun) -> str:
        """Tokens and time."""
        if run.input_tokens is None and run.output_tokens is None:
            return took(run.seconds)
        return f"{run.input_tokens or 0:,} tokens in, {run.output_tokens or 0:,} out; {took(run.seconds)}"


def outcome_of(run: DraftRun) -> str:
    """What came of a run, in a few words."""
    if run.status == RunStatus.FAILED:
        return f"Failed: {outcomes.in_words(run.error_kind)}"
    return "Drafted before: that draft served again" if run.reused_id else "Drafted"


def named(search: str) -> Q | None:
    """What an identifier or a number alone asks for; None: it is words."""
    text = search.strip().replace("\0", "")
    try:
        return Q(job__wording__provision=Provision.key_from(text))
    except UnknownIdentifier:
        return Q(pk=int(text)) if text.isascii() and text.isdigit() and len(text) < 10 else None


@require_POST
def repeat_run(request: HttpRequest, run_id: int) -> HttpResponse:
    """Ask for the same once more, so that two drafts of one question can be held side by side."""
    by = asking(request)
    run = get_object_or_404(DraftRun.objects.select_related("job__wording__provision"), pk=run_id)
    try:
        job = repeat(run, by=by)
    except DraftInProgress as busy:
        messages.error(request, f"{busy}.")
    else:
        address = reverse("admin:analysis_draftjob_change", args=[job.pk])
        said = format_html('It will be drafted once more, as <a href="{}">draft job {}</a>.', address, job.pk)
        messages.success(request, said)
    return HttpResponseRedirect(reverse("admin:analysis_draftrun_change", args=[run.pk]))
