"""What readers ask of the editors, and the keys by which programs ask."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from analysis.models import DraftJob
from atlas.models import Provision


class RequestRuling(models.TextChoices):
    ACCEPTED = "accepted", "Accepted: a draft was asked for"
    DECLINED = "declined", "Declined"


class AnalysisRequest(models.Model):
    """A reader's wish for a (new) analysis of a provision; an editor accepts or declines it, once."""

    provision = models.ForeignKey(Provision, on_delete=models.PROTECT, related_name="analysis_requests")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="analysis_requests")
    asked_at = models.DateTimeField(db_default=Now())
    reason = models.TextField(help_text="What the reader wants to know.")
    ruling = models.CharField(max_length=10, choices=RequestRuling, blank=True)
    answer = models.TextField(blank=True, help_text="What the editor says to the reader.")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    job = models.ForeignKey(DraftJob, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = [F("pk").desc()]
        constraints = [
            models.UniqueConstraint(
                fields=["provision", "asked_by"], condition=Q(ruling=""), name="analysis_request_one_open_each"
            ),
            models.CheckConstraint(
                condition=Q(ruling="", decided_by=None, decided_at=None, job=None)
                | Q(ruling="accepted", decided_by__isnull=False, decided_at__isnull=False, job__isnull=False)
                | (Q(ruling="declined", decided_by__isnull=False, decided_at__isnull=False, job=None) & ~Q(answer="")),
                name="analysis_request_decided_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asked_by} asks about {self.provision.public_id}"


class ApiToken(models.Model):
    """A key by which a program acts as a person. Only its hash is kept; the key is shown once."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80, help_text="What uses it.")
    sha256 = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField(db_default=Now())
    used_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = [F("pk").desc()]

    def __str__(self) -> str:
        return f"{self.name} of {self.user}"
