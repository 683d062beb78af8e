"""The page of one draft job: what it is about, what becomes of it, and its runs in order."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from analysis.admin.base import key_in, page
from analysis.admin.waiting import failure, moment_now
from analysis.holds import Holds
from analysis.models import DraftJob, DraftRun, JobState
from analysis.priorities import in_words
from analysis.profiles import configured_profiles
from analysis.tracing import LABELS

ABOUT = ("wording__provision__document__platform", "change__capture", "change__old_wording", "requested_by", "repeats")
# Of a run, what its line in the timeline shows; never the conversation.
LINE = (
    "job",
    "attempt",
    "status",
    "error_kind",
    "error",
    "drafter",
    "reused",
    "prompt_name",
    "prompt_version",
    "model_requested",
    "model_returned",
    "input_tokens",
    "output_tokens",
    "cached_tokens",
    "cost_usd",
    "seconds",
    "queue_seconds",
    "created_at",
)


def show_job(model_admin: "admin.ModelAdmin[DraftJob]", request: HttpRequest, object_id: str) -> HttpResponse:
    """Looking alone: what changes a job has an address of its own."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    job = get_object_or_404(DraftJob.objects.select_related(*ABOUT), pk=key_in(object_id))
    provision = job.wording.provision
    context: dict[str, Any] = {
        "job": job,
        "provision": provision,
        "document": provision.document,
        "runs": DraftRun.objects.filter(job=job).only(*LINE).order_by("pk"),
        "sentence": moment_now(Holds.now(), configured_profiles()).sentence(job),
        "failure": failure(job) if job.error_kind else "",
        "goes": in_words(job.priority),
        "parts": [LABELS.get(part, part.replace("_", " ")) for part in job.parts],
        "buttons": buttons(job),
        "others": DraftJob.objects.filter(wording__provision=provision).exclude(pk=job.pk).order_by("-pk")[:20],
    }
    return page(request, "draftjob/job.html", f"Draft job {job.pk}", context)


def buttons(job: DraftJob) -> list[tuple[str, str]]:
    """What may be done with a job as it is: the address of each act, and its words."""
    return [(reverse(f"admin:analysis_draftjob_{verb}", args=[job.pk]), words) for verb, words in _verbs(job)]


def _verbs(job: DraftJob) -> list[tuple[str, str]]:
    known = {
        JobState.QUEUED: [("pause", "Pause"), ("cancel", "Cancel")],
        JobState.PAUSED: [("resume", "Go on"), ("cancel", "Cancel")],
        JobState.FAILED: [("retry", "Try again")],
        JobState.CANCELLED: [("retry", "Try again")],
    }
    waits_long = job.state == JobState.QUEUED and job.run_after > timezone.now()
    return ([("retry", "Try now")] if waits_long else []) + known.get(JobState(job.state), [])
