"""Draft jobs and runs in the admin: to look at, to try again, to cancel. Runs are read-only and shown as text."""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import Case, F, QuerySet, When
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince

from analysis.models import DraftJob, DraftRun, JobState
from analysis.priorities import NOISE
from analysis.queue import OPEN, cancel, retry
from atlas.archive.judgements.clustering import waiting
from atlas.archive.judgements.noise_rules import Rules
from atlas.models import NoiseRule

if TYPE_CHECKING:  # generic for the type checker alone
    JobAdmin = admin.ModelAdmin[DraftJob]
    RunAdmin = admin.ModelAdmin[DraftRun]
else:
    JobAdmin = RunAdmin = admin.ModelAdmin


class ReadOnly:
    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


def as_block(text: str) -> SafeString:
    """Escaped, with its line breaks: prompts and answers are hostile input."""
    return format_html('<pre style="white-space: pre-wrap">{}</pre>', text)


class JobList(ChangeList):
    """A page of draft jobs; those that go last, each with the noise rule that put it there."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = list(self.result_list)
        last = {job.pk: job for job in self.result_list if job.priority == NOISE and job.change_id}
        if last:
            for pk, rule in rules_behind(last.values()).items():
                last[pk].noise_rule = rule


def rules_behind(jobs: Iterable[DraftJob]) -> dict[int, NoiseRule | None]:
    """Job → the rule that matched its change when it was queued, whatever became of the rule since. Two queries."""
    created = {job.pk: job.created_at for job in jobs}
    with_texts = ("change__document", "change__old_wording", "change__new_wording")
    rules = Rules.ever()
    return {
        job.pk: rules.at(created[job.pk]).match(job.change) if job.change else None
        for job in DraftJob.objects.filter(pk__in=created).select_related(*with_texts)
    }


class PriorityFilter(admin.SimpleListFilter):
    title = "priority"
    parameter_name = "goes"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("last", "Last: noise")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[DraftJob]) -> QuerySet[DraftJob]:
        return queryset.filter(priority=NOISE) if self.value() == "last" else queryset


@admin.register(DraftJob)
class DraftJobAdmin(ReadOnly, JobAdmin):
    list_display = [
        "id",
        "wording",
        "state",
        "age",
        "reason",
        "goes_last",
        "attempts",
        "error_kind",
        "last_error",
        "run_after",
    ]
    list_filter = ["state", "reason", PriorityFilter, "error_kind"]
    list_select_related = ["wording__provision"]
    search_fields = ["id", "last_error"]
    actions = ["retry_jobs", "cancel_jobs"]
    # What waits comes first, in the order in which it will be drafted; then what ended, the latest first.
    ordering = [
        Case(When(state__in=OPEN, then=0), default=1).asc(),
        F("finished_at").desc(nulls_first=True),
        F("priority").desc(),
        "run_after",
        "id",
    ]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return JobList

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(request, {"clusters_waiting": waiting().count(), **(extra_context or {})})

    @admin.display(description="goes last")
    def goes_last(self, job: DraftJob) -> str:
        """The noise rule and its reason."""
        if job.priority != NOISE:
            return ""
        rule = getattr(job, "noise_rule", None)
        return f"Noise: “{rule.phrase}”. {rule.reason}" if rule else "Noise"

    @admin.display(description="age")
    def age(self, job: DraftJob) -> str:
        return timesince(job.created_at, timezone.now(), depth=1)

    @admin.action(description="Try the selected jobs again", permissions=["request"])
    def retry_jobs(self, request: HttpRequest, jobs: QuerySet[DraftJob]) -> None:
        count = retry(jobs.filter(state__in=[JobState.FAILED, JobState.CANCELLED, JobState.QUEUED]))
        self.message_user(request, f"{count} draft jobs wait to be drafted.", messages.SUCCESS)

    @admin.action(description="Cancel the selected jobs", permissions=["request"])
    def cancel_jobs(self, request: HttpRequest, jobs: QuerySet[DraftJob]) -> None:
        count = cancel(jobs)
        self.message_user(request, f"{count} waiting draft jobs were cancelled.", messages.SUCCESS)

    def has_request_permission(self, request: HttpRequest) -> bool:
        """Whoever may ask for a draft may ask again."""
        return request.user.has_perm("review.request_analysis")


@admin.register(DraftRun)
class DraftRunAdmin(ReadOnly, RunAdmin):
    list_display = ["id", "job", "status", "error_kind", "drafter_words", "input_tokens", "output_tokens", "cost_usd"]
    list_filter = ["status", "error_kind", "drafter", "prompt_version"]
    list_select_related = ["job"]
    exclude = ["messages", "raw_answer", "analysis"]
    readonly_fields = ["messages_sent", "answer", "drafted_analysis"]

    @admin.display(description="messages")
    def messages_sent(self, run: DraftRun) -> SafeString:
        return as_block("\n\n".join(f"── {message['role']} ──\n{message['content']}" for message in run.messages))

    @admin.display(description="raw answer")
    def answer(self, run: DraftRun) -> SafeString:
        return as_block(run.raw_answer)

    @admin.display(description="analysis")
    def drafted_analysis(self, run: DraftRun) -> SafeString:
        return as_block(json.dumps(run.analysis, indent=1, ensure_ascii=False))
