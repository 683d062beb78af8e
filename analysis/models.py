"""Draft jobs and draft runs: what is to be drafted, and everything that a drafter got and gave."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from atlas.models import Change, Wording


class Reason(models.TextChoices):
    CHANGED = "changed", "The provision changed"
    REQUESTED = "requested", "An editor asked for it"
    REDRAFT = "redraft", "Redraft with instructions"


class JobState(models.TextChoices):
    QUEUED = "queued", "Waiting"
    RUNNING = "running", "Being drafted"
    DONE = "done", "Drafted"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class DraftJob(models.Model):
    """A request to draft an analysis of one wording. Claimed with a lease, done at most once, never lost."""

    wording = models.ForeignKey(Wording, on_delete=models.PROTECT, related_name="draft_jobs")
    change = models.ForeignKey(Change, on_delete=models.PROTECT, null=True, blank=True, related_name="draft_jobs")
    reason = models.CharField(max_length=12, choices=Reason)
    instructions = models.TextField(blank=True)
    edition_ref = models.BigIntegerField(
        null=True, help_text="Redraft: the edition that asked; no key, this floor knows none."
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="draft_jobs"
    )
    priority = models.SmallIntegerField(default=0, help_text="Higher goes first.")
    state = models.CharField(max_length=10, choices=JobState, default=JobState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    run_after = models.DateTimeField()
    lease_token = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    error_kind = models.CharField(max_length=20, blank=True)
    last_error = models.TextField(blank=True, help_text="What went wrong last, for the editor.")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = [F("priority").desc(), "run_after", "id"]
        constraints = [
            models.UniqueConstraint(fields=["wording"], condition=Q(reason="changed"), name="job_once_per_change"),
            models.UniqueConstraint(
                fields=["wording"], condition=Q(state__in=["queued", "running"]), name="job_one_open_per_wording"
            ),
            models.CheckConstraint(
                condition=Q(state="running", lease_token__isnull=False, lease_until__isnull=False)
                | (~Q(state="running") & Q(lease_token=None, lease_until=None)),
                name="job_lease_fits_state",
            ),
        ]
        indexes = [
            models.Index(fields=["-priority", "run_after", "id"], condition=Q(state="queued"), name="job_ready"),
            models.Index(fields=["lease_until"], condition=Q(state="running"), name="job_leased"),
        ]

    def __str__(self) -> str:
        return f"Draft job {self.pk} ({self.get_state_display()})"


class RunStatus(models.TextChoices):
    DRAFTED = "drafted", "Drafted"
    FAILED = "failed", "Failed"


class DraftRun(models.Model):
    """One run of a drafter for one job, with all that is needed to repeat it. Insert-only."""

    job = models.ForeignKey(DraftJob, on_delete=models.PROTECT, related_name="runs")
    attempt = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=10, choices=RunStatus)
    error_kind = models.CharField(max_length=20, blank=True)
    error = models.TextField(blank=True)
    drafter = models.CharField(max_length=10, choices=[("model", "Model"), ("outline", "Outline without a model")])
    analysis = models.JSONField(null=True, help_text="The drafted analysis: atlas.models.AnalysisText.content().")
    input_sha256 = models.CharField(max_length=64, help_text="Of messages, schema, model and parameters.")
    messages = models.JSONField(default=list)
    candidates = models.JSONField(default=list, help_text="Obligations the drafter could cite.")
    prompt_name = models.CharField(max_length=80, blank=True)
    prompt_version = models.CharField(max_length=20, blank=True)
    prompt_sha256 = models.CharField(max_length=64, blank=True)
    schema_sha256 = models.CharField(max_length=64, blank=True)
    model_requested = models.CharField(max_length=200, blank=True)
    model_returned = models.CharField(max_length=200, blank=True)
    parameters = models.JSONField(default=dict)
    provider_request_id = models.CharField(max_length=200, blank=True)
    raw_answer = models.TextField(blank=True)
    finish_reason = models.CharField(max_length=40, blank=True)
    input_tokens = models.PositiveIntegerField(null=True)
    output_tokens = models.PositiveIntegerField(null=True)
    cost_usd = models.DecimalField(max_digits=12, decimal_places=6, null=True, help_text="Empty: price not known.")
    seconds = models.FloatField(default=0)
    software = models.JSONField(default=dict, help_text="Versions of Atlas and of litellm.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["job"], condition=Q(status="drafted"), name="run_drafted_once"),
            models.CheckConstraint(
                condition=Q(status="drafted", analysis__isnull=False) | Q(status="failed", analysis=None),
                name="run_analysis_fits_status",
            ),
        ]

    def __str__(self) -> str:
        return f"Draft run {self.pk}"

    @property
    def drafter_words(self) -> str:
        """Who drafted it, for readers: "Outline without a model", "gpt-4o with prompt provision_analysis v1"."""
        if self.drafter == "outline":
            return "Outline without a model"
        return f"{self.model_returned or self.model_requested} with prompt {self.prompt_name} {self.prompt_version}"
