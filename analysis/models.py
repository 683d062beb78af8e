"""Draft jobs and draft runs: what is to be drafted, and everything that a drafter got and gave."""

import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from atlas.models import Change, Wording


class Reason(models.TextChoices):
    CHANGED = "changed", "The provision changed"
    REQUESTED = "requested", "An editor asked for it"
    REDRAFT = "redraft", "Redraft with instructions"


class JobState(models.TextChoices):
    QUEUED = "queued", "Waiting"
    RUNNING = "running", "Being drafted"
    PAUSED = "paused", "Paused"
    DONE = "done", "Drafted"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class DraftJob(models.Model):
    """A request to draft an analysis of one wording. Claimed with a lease, done at most once, never lost."""

    wording = models.ForeignKey(Wording, on_delete=models.PROTECT, related_name="draft_jobs")
    change = models.ForeignKey(Change, on_delete=models.PROTECT, null=True, blank=True, related_name="draft_jobs")
    reason = models.CharField(max_length=12, choices=Reason)
    instructions = models.TextField(blank=True)
    parts = ArrayField(
        models.CharField(max_length=40), default=list, blank=True, help_text="To be written anew; empty: all."
    )
    base = models.JSONField(null=True, blank=True, help_text="The analysis whose other parts stay as they are.")
    earlier = models.JSONField(
        null=True, blank=True, help_text="What people or a drafter wrote before; the drafter is given it."
    )
    repeats = models.ForeignKey(
        "DraftRun",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="repetitions",
        help_text="The run to be made once more, even where its draft would serve again.",
    )
    edition_ref = models.BigIntegerField(
        null=True, help_text="Redraft: the edition that asked; no key, this floor knows none."
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="draft_jobs"
    )
    priority = models.SmallIntegerField(default=0, help_text="Higher goes first.")
    state = models.CharField(max_length=10, choices=JobState, default=JobState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    profile_index = models.PositiveSmallIntegerField(
        default=0, help_text="Models before this one, in the order of the settings, were given up for this job."
    )
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
                fields=["wording"],
                condition=Q(state__in=["queued", "running", "paused"]),
                name="job_one_open_per_wording",
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
            models.Index(fields=["finished_at"], condition=Q(state="failed"), name="job_failed"),
            models.Index(fields=["id"], include=["reason"], name="job_causes"),
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
    messages = models.JSONField(default=list, help_text="Of the first call; what later ones added stands with them.")
    calls = models.JSONField(
        default=list, help_text="[{purpose, messages, answer, finish_reason, request_id, tokens, cost, seconds …}]"
    )
    repairs = models.JSONField(default=list, help_text="What became of quotes that were not found at first.")
    blocks = models.JSONField(default=list, help_text="[{id, start, end}] in characters of the wording.")
    quote_spans = models.JSONField(
        default=list, help_text="Where each quote of the analysis stands, and how it was found."
    )
    reused = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="uses",
        help_text="The run whose draft served again, since nothing that went in was different.",
    )
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
    cached_tokens = models.PositiveIntegerField(
        null=True, help_text="Of the input: those the provider had seen before."
    )
    cost_usd = models.DecimalField(max_digits=12, decimal_places=6, null=True, help_text="Empty: price not known.")
    library_cost_usd = models.DecimalField(
        max_digits=12, decimal_places=6, null=True, help_text="What litellm's own price list says, to compare."
    )
    price = models.JSONField(default=dict, help_text="The price that was reckoned with.")
    queue_seconds = models.FloatField(default=0, help_text="How long the job had been due.")
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
        indexes = [
            models.Index(
                fields=["input_sha256"], condition=Q(status="drafted", drafter="model"), name="run_serves_again"
            ),
            models.Index(fields=["created_at"], condition=Q(cost_usd__gt=0), name="run_spent"),
            models.Index(fields=["model_requested"], name="run_by_model"),
            models.Index(fields=["id"], include=["job", "model_requested"], name="run_origins"),
        ]

    def __str__(self) -> str:
        return f"Draft run {self.pk}"

    @property
    def drafter_words(self) -> str:
        """Who drafted it, for readers: "Outline without a model", "gpt-4o with prompt provision_analysis v1"."""
        if self.drafter == "outline":
            return "Outline without a model"
        return f"{self.model_returned or self.model_requested} with prompt {self.prompt_name} {self.prompt_version}"


class HoldCause(models.TextChoices):
    PAUSED = "paused", "Paused by a person"
    BUDGET = "budget", "The day's budget is used up"
    QUOTA = "quota", "The account of the model service is used up"
    CONFIG = "config", "The model is not set up"
    RATE = "rate", "The model service asks for patience"


class HoldQuerySet(models.QuerySet["Hold"]):
    def standing(self, at: datetime.datetime) -> "HoldQuerySet":
        """Those that hold jobs back at ``at``."""
        return self.filter(Q(until=None) | Q(until__gt=at), lifted_at=None)


class Hold(models.Model):
    """Why queued jobs wait although they are due: of one model, or (``profile`` empty) of all drafting."""

    cause = models.CharField(max_length=10, choices=HoldCause)
    profile = models.CharField(max_length=200, blank=True)
    words = models.TextField(help_text="What an operator reads: what is wrong, and what helps.")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True, help_text="Ends by itself; empty: when somebody lifts it.")
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="holds_set"
    )
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="holds_lifted"
    )

    objects = HoldQuerySet.as_manager()

    class Meta:
        ordering = ["-since", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["cause", "profile"], condition=Q(lifted_at=None), name="hold_one_open_per_cause"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_cause_display()}: {self.profile}" if self.profile else self.get_cause_display()

    @property
    def seconds_left(self) -> float | None:
        """Until it ends by itself; None where somebody has to lift it."""
        return None if self.until is None else max((self.until - timezone.now()).total_seconds(), 0.0)
