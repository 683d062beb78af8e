"""Draft jobs and runs in the admin: to look at, to try again, to cancel. Runs are read-only and shown as text."""

import json
from typing import TYPE_CHECKING

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince

from analysis.models import DraftJob, DraftRun, JobState
from analysis.queue import cancel, retry

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


@admin.register(DraftJob)
class DraftJobAdmin(ReadOnly, JobAdmin):
    list_display = ["id", "wording", "state", "age", "reason", "attempts", "error_kind", "last_error", "run_after"]
    list_filter = ["state", "reason", "error_kind"]
    list_select_related = ["wording__provision"]
    search_fields = ["id", "last_error"]
    actions = ["retry_jobs", "cancel_jobs"]

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
