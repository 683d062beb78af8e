"""People, and what they watch."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q


class User(AbstractUser):
    """A person with a log-in. ``public_name`` and ``public_role`` stand on what they approve."""

    public_name = models.CharField(max_length=200, blank=True, help_text="Shown to readers on approvals.")
    public_role = models.CharField(
        max_length=200, blank=True, help_text="Shown to readers on approvals, e.g. Technology lawyer."
    )
    is_sample = models.BooleanField(default=False, editable=False, help_text="Made with the sample data.")

    @property
    def shown_name(self) -> str:
        return self.public_name or self.get_full_name() or self.username


class Watch(models.Model):
    """What a reader follows: one platform, document, provision or topic."""

    SUBJECTS = ("platform", "document", "provision", "topic")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="watches")
    platform = models.ForeignKey("atlas.Platform", on_delete=models.CASCADE, null=True, blank=True)
    document = models.ForeignKey("atlas.Document", on_delete=models.CASCADE, null=True, blank=True)
    provision = models.ForeignKey("atlas.Provision", on_delete=models.CASCADE, null=True, blank=True)
    topic = models.ForeignKey("atlas.Topic", on_delete=models.CASCADE, null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "watches"
        default_related_name = "watches"
        constraints = [
            models.CheckConstraint(
                condition=Q(platform__isnull=False, document=None, provision=None, topic=None)
                | Q(platform=None, document__isnull=False, provision=None, topic=None)
                | Q(platform=None, document=None, provision__isnull=False, topic=None)
                | Q(platform=None, document=None, provision=None, topic__isnull=False),
                name="watch_one_subject",
                violation_error_message="Choose exactly one: a platform, a document, a provision or a topic.",
            ),
            models.UniqueConstraint(
                fields=["user", "platform", "document", "provision", "topic"],
                nulls_distinct=False,
                name="watch_once",
                violation_error_message="This is watched already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} watches {self.subject}"

    @property
    def subject(self) -> object:
        """What is watched."""
        return next(filter(None, (getattr(self, name) for name in self.SUBJECTS)), None)
