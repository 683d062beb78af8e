"""Draft jobs: the operator's page, and the acts on jobs. The page of one job is in `job_page`."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from analysis import outcomes
from analysis.admin.base import ASK, ReadOnly, asking, back
from analysis.admin.filters import CauseFilter, EndedFilter, PriorityFilter, StateFilter
from analysis.admin.job_page import show_job
from analysis.admin.status import standing_holds, status_now
from analysis.admin.waiting import Moment, age, moment_now
from analysis.holds import Holds
from analysis.models import DraftJob, DraftRun, JobState
from analysis.priorities import NOISE, in_words
from analysis.profiles import configured_profiles
from analysis.queue import OPEN, cancel, pause, resume, retry, retry_cause
from atlas.archive.judgements.clustering import waiting
from atlas.archive.judgements.noise_rules import Rules
from atlas.models import NoiseRule, Provision, UnknownIdentifier
from atlas.templatetags.atlas_site import archived

if TYPE_CHECKING:  # generic for the type checker alone
    JobAdmin = admin.ModelAdmin[DraftJob]
else:
    JobAdmin = admin.ModelAdmin

MOST_WORDS = 300  # characters of an error in a list; the page of the job has all


class JobList(ChangeList):
    """A page of draft jobs, each with what it waits for; those that go last with the noise rule that put them there."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = list(self.result_list)
        self.holds = standing_holds()
        moment = moment_now(Holds(tuple(self.holds)), configured_profiles())
        for job in self.result_list:
            job.moment = moment
        last = {job.pk: job for job in self.result_list if job.priority <= NOISE and job.change_id}
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


@admin.register(DraftJob)
class DraftJobAdmin(ReadOnly, JobAdmin):
    list_display = ["about", "what_happens", "asked", "goes", "age"]
    list_filter = [
        StateFilter,
        CauseFilter,
        EndedFilter,
        "reason",
        PriorityFilter,
        "wording__provision__document__platform",
    ]
    list_select_related = ["wording__provision__document__platform", "requested_by"]
    search_fields = ["last_error", "wording__provision__title"]
    search_help_text = "An identifier (AT-P-000123), the number of a job, a title, or words of an error"
    actions = ["retry_jobs", "cancel_jobs", "pause_jobs", "resume_jobs"]
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

    def get_queryset(self, request: HttpRequest) -> QuerySet[DraftJob]:
        """Without the columns that a list has no use for, each with its latest run."""
        latest = DraftRun.objects.filter(job=OuterRef("pk")).order_by("-pk").values("pk")[:1]
        jobs = super().get_queryset(request).defer("base", "wording__text", "instructions")
        return jobs.annotate(latest_run=Subquery(latest))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[DraftJob], search_term: str
    ) -> tuple[QuerySet[DraftJob], bool]:
        asked = named(search_term)
        if asked is not None:
            return queryset.filter(asked), False
        return super().get_search_results(request, queryset, search_term)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        more = {"title": "Draft jobs", "clusters_waiting": waiting().count(), "may_ask": request.user.has_perm(ASK)}
        response = super().changelist_view(request, {**more, **(extra_context or {})})
        shown = getattr(response, "context_data", None) or {}
        if "cl" in shown:
            shown["status"] = status_now(shown["cl"].holds)
        return response

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return show_job(self, request, object_id)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(act)
        acts = [
            path("retry-cause/", self.admin_site.admin_view(retry_failed), name="analysis_draftjob_retry_cause"),
            *(path(f"<int:job_id>/{verb}/", view, {"verb": verb}, name=f"analysis_draftjob_{verb}") for verb in VERBS),
        ]
        return [*acts, *super().get_urls()]

    @admin.display(description="provision")
    def about(self, job: DraftJob) -> SafeString:
        provision = job.wording.provision
        return format_html(
            '{} <span class="title">{}</span><span class="where">{} · {}</span>',
            provision.public_id,
            archived(provision.title),
            archived(provision.document.platform.name),
            archived(provision.document.name),
        )

    @admin.display(description="what becomes of it")
    def what_happens(self, job: DraftJob) -> SafeString:
        words = moment_of(job).sentence(job)
        words = words if len(words) <= MOST_WORDS else f"{words[:MOST_WORDS].rstrip()} …"
        run = getattr(job, "latest_run", None)
        link = (
            format_html(
                ' <a class="run" href="{}">Run {}</a>', reverse("admin:analysis_draftrun_change", args=[run]), run
            )
            if run
            else ""
        )
        return format_html('<span class="draft-state {}">{}</span>{}', job.state, archived(words), link)

    @admin.display(description="reason", ordering="reason")
    def asked(self, job: DraftJob) -> str:
        by = f" ({job.requested_by.shown_name})" if job.requested_by else ""
        return f"{job.get_reason_display()}{by}"

    @admin.display(description="goes", ordering="-priority")
    def goes(self, job: DraftJob) -> str:
        """For what goes last, the noise rule and its reason."""
        rule = getattr(job, "noise_rule", None)
        return f"Noise: “{rule.phrase}”. {rule.reason}" if rule else in_words(job.priority)

    @admin.display(description="age", ordering="-created_at")
    def age(self, job: DraftJob) -> str:
        return age(job.created_at)

    @admin.action(description="Try the selected jobs again", permissions=["request"])
    def retry_jobs(self, request: HttpRequest, jobs: QuerySet[DraftJob]) -> None:
        say(request, "retry", retry(_bare(jobs).filter(state__in=AGAIN)))

    @admin.action(description="Cancel the selected jobs", permissions=["request"])
    def cancel_jobs(self, request: HttpRequest, jobs: QuerySet[DraftJob]) -> None:
        say(request, "cancel", cancel(_bare(jobs)))

    @admin.action(description="Pause the selected jobs", permissions=["request"])
    def pause_jobs(self, request: HttpRequest, jobs: QuerySet[DraftJob]) -> None:
        say(request, "pause", pause(_bare(jobs)))

    @admin.action(description="Let the selected jobs go on", permissions=["request"])
    def resume_jobs(self, request: HttpRequest, jobs: QuerySet[DraftJob]) -> None:
        say(request, "resume", resume(_bare(jobs)))


AGAIN = (JobState.FAILED, JobState.CANCELLED, JobState.QUEUED)
VERBS: dict[str, Callable[[QuerySet[DraftJob]], int]] = {
    "retry": retry,
    "cancel": cancel,
    "pause": pause,
    "resume": resume,
}
DONE = {
    "retry": ("waits to be drafted", "wait to be drafted"),
    "cancel": ("that waited was cancelled", "that waited were cancelled"),
    "pause": ("that waited is paused", "that waited are paused"),
    "resume": ("goes on", "go on"),
}
NOTHING = {
    "retry": "None of them can be tried again: it is drafted, being drafted, or its text waits already.",
    "cancel": "None of them waits, so nothing was cancelled.",
    "pause": "None of them waits, so nothing was paused.",
    "resume": "None of them was paused.",
}


def say(request: HttpRequest, verb: str, count: int) -> None:
    """What a button did, or that it did nothing."""
    if not count:
        messages.warning(request, NOTHING[verb])
        return
    one, many = DONE[verb]
    messages.success(request, f"1 draft job {one}." if count == 1 else f"{count:,} draft jobs {many}.")


@require_POST
def act(request: HttpRequest, job_id: int, verb: str) -> HttpResponse:
    """A button on the page of a job."""
    asking(request)
    job = get_object_or_404(DraftJob, pk=job_id)
    say(request, verb, VERBS[verb](DraftJob.objects.filter(pk=job.pk)))
    return back(request, "admin:analysis_draftjob_changelist")


@require_POST
def retry_failed(request: HttpRequest) -> HttpResponse:
    """All jobs again that failed for one cause."""
    asking(request)
    kind = request.POST.get("cause", "")
    if kind and kind not in outcomes.KINDS:
        messages.error(request, "Please choose a cause.")
    else:
        say(request, "retry", retry_cause(kind))
    return back(request, "admin:analysis_draftjob_changelist")


def named(search: str) -> Q | None:
    """What an identifier or a number alone asks for; None: it is words."""
    text = search.strip().replace("\0", "")
    try:
        return Q(wording__provision=Provision.key_from(text))
    except UnknownIdentifier:
        return Q(pk=int(text)) if text.isascii() and text.isdigit() and len(text) < 10 else None


def moment_of(job: DraftJob) -> Moment:
    """What the list reckoned with; read anew for a job that came by another way."""
    found = getattr(job, "moment", None)
    return found if isinstance(found, Moment) else moment_now(Holds.now(), configured_profiles())


def _bare(jobs: QuerySet[DraftJob]) -> QuerySet[DraftJob]:
    """The same rows, without what the list joined and deferred."""
    return DraftJob.objects.filter(pk__in=list(jobs.values_list("pk", flat=True)))
