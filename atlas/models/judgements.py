"""What people judge about the archive: held captures, topics, noise, changes with one cause. Never undone, only added.

A judgement stands beside the record and never alters it; the latest one counts.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from atlas.models.archive import Capture, Document, Platform
from atlas.models.catalogue import Topic
from atlas.models.provisions import Change, Provision


class HoldRuling(models.TextChoices):
    RELEASED = "released", "Released: it is the document"
    REJECTED = "rejected", "Rejected: it is not the document"


class HoldDecision(models.Model):
    """An editor's word on a held capture. ``made`` is the capture that a release recorded."""

    capture = models.OneToOneField(Capture, on_delete=models.PROTECT, related_name="hold_decision")
    ruling = models.CharField(max_length=10, choices=HoldRuling)
    reason = models.TextField()
    made = models.OneToOneField(Capture, on_delete=models.PROTECT, null=True, related_name="released_by")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = [F("decided_at").desc()]
        constraints = [
            models.CheckConstraint(
                condition=Q(ruling="released", made__isnull=False) | Q(ruling="rejected", made=None),
                name="hold_release_makes_a_capture",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.capture}: {self.get_ruling_display()}"


class TopicCorrection(models.Model):
    """An editor's word on whether a provision is about a topic; it survives new wordings. The latest counts."""

    provision = models.ForeignKey(Provision, on_delete=models.PROTECT, related_name="topic_corrections")
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="corrections")
    is_about = models.BooleanField(help_text="Is the provision about the topic?")
    reason = models.TextField()
    corrected_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    corrected_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["provision", "topic", F("pk").desc()]
        indexes = [models.Index(fields=["provision", "topic", "-id"], name="topic_correction_latest")]

    def __str__(self) -> str:
        return f"{self.provision.public_id} {'is' if self.is_about else 'is not'} about {self.topic_id}"


class NoiseRuleQuerySet(models.QuerySet["NoiseRule"]):
    def in_force(self) -> "NoiseRuleQuerySet":
        """Rules that count today."""
        return self.filter(ended_at=None, expires_on__gte=timezone.localdate())


class NoiseRule(models.Model):
    """Changes that only say ``phrase`` are looked at last. A rule lowers their priority; it hides and deletes nothing.

    Whatever of document, platform and terms type is given must fit; none means everywhere.
    """

    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, null=True, blank=True, related_name="noise_rules")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, blank=True, related_name="noise_rules")
    terms_type = models.CharField(max_length=100, blank=True, help_text="For example “Trackers Policy”; empty for all.")
    phrase = models.CharField(
        max_length=200, help_text="Words that every sentence of such a change holds. Capitals do not matter."
    )
    reason = models.TextField(help_text="Why such changes are noise; editors see it beside them.")
    expires_on = models.DateField(help_text="The last day on which the rule counts.")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True, help_text="Ended by a person before it expired.")

    objects = NoiseRuleQuerySet.as_manager()

    class Meta:
        ordering = [F("pk").desc()]

    def __str__(self) -> str:
        return f"“{self.phrase}” until {self.expires_on}"


class ClusterKind(models.TextChoices):
    REWRITE = "rewrite", "The document was rewritten"
    CAUSE = "cause", "Changes with one cause"


class ChangeCluster(models.Model):
    """Changes that are decided on together: a bulk rewrite of a document, or what an editor found to have one cause.

    ``sections`` compares a rewrite section by section, in the order of the new version: a list of
    ``atlas.archive.record.section_changes.SectionChange``.
    """

    kind = models.CharField(max_length=10, choices=ClusterKind)
    title = models.CharField(max_length=300)
    capture = models.OneToOneField(
        Capture, on_delete=models.PROTECT, null=True, related_name="cluster", help_text="Of a rewrite."
    )
    sections = models.JSONField(default=list)
    changes = models.ManyToManyField(Change, related_name="clusters")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = [F("pk").desc()]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="rewrite", capture__isnull=False, made_by=None)
                | Q(kind="cause", capture=None, made_by__isnull=False),
                name="cluster_origin_fits_kind",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class ClusterRuling(models.TextChoices):
    ANALYSE = "analyse", "Draft analyses of all its changes"
    SET_ASIDE = "set_aside", "Set aside: nothing to analyse"


class ClusterDecision(models.Model):
    """An editor's word on a cluster, with the reason. The latest counts."""

    cluster = models.ForeignKey(ChangeCluster, on_delete=models.PROTECT, related_name="decisions")
    ruling = models.CharField(max_length=10, choices=ClusterRuling)
    reason = models.TextField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = [F("pk").desc()]

    def __str__(self) -> str:
        return f"{self.cluster}: {self.get_ruling_display()}"
