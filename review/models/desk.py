"""What the desk keeps beside the record: comments, unsaved text, who is here, snippets, an editor's settings."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from review.models.editions import Edition, Revision


class Comment(models.Model):
    """A remark on a revision, anchored to the words it is about. Insert-only but for its resolving, once.

    ``quote`` with what stands before and after it finds the words again in later revisions; empty: the whole part.
    """

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="comments")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="comments")
    reply_to = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="replies")
    part = models.CharField(max_length=40, blank=True)
    quote = models.TextField(blank=True)
    prefix = models.CharField(max_length=80, blank=True)
    suffix = models.CharField(max_length=80, blank=True)
    body = models.TextField()
    is_blocking = models.BooleanField(default=False, help_text="Nothing is approved until it is resolved.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="comments")
    at = models.DateTimeField(db_default=Now())
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="resolved_comments"
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(resolved_at=None, resolved_by=None)
                | Q(resolved_at__isnull=False, resolved_by__isnull=False),
                name="comment_resolved_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(reply_to=None) | Q(is_blocking=False, resolved_at=None),
                name="comment_reply_neither_blocks_nor_resolves",
            ),
        ]
        indexes = [
            models.Index(
                fields=["edition"], condition=Q(is_blocking=True, resolved_at=None), name="comment_open_blocking"
            )
        ]

    def __str__(self) -> str:
        return f"{self.by.shown_name}: {self.body[:60]}"


class UnsavedText(models.Model):
    """What an editor typed and has not saved: theirs alone, never a revision, gone once it is saved."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="unsaved_texts")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="unsaved_texts")
    base = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="+", help_text="What it started from.")
    fields = models.JSONField(help_text="The form as posted: name → text or list of texts.")
    tab = models.CharField(max_length=40, help_text="The browser tab that sent it.")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["edition", "user"], name="unsaved_text_once")]

    def __str__(self) -> str:
        return f"Unsaved text of {self.user} in edition {self.edition_id}"


class Presence(models.Model):
    """Who has an edition open, tab by tab. Information only: it locks nothing."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="presences")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="presences")
    tab = models.CharField(max_length=40)
    opened_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["edition", "user", "tab"], name="presence_once_a_tab")]

    def __str__(self) -> str:
        return f"{self.user} at edition {self.edition_id}"


class Snippet(models.Model):
    """An instruction to the drafter that is used again: one's own, or (without owner) everybody's."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="snippets"
    )
    name = models.CharField(max_length=80)
    text = models.TextField()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], nulls_distinct=False, name="snippet_name_once")
        ]

    def __str__(self) -> str:
        return self.name


class DeskSettings(models.Model):
    """How one editor works at the desk."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="desk_settings")
    bare_keys = models.BooleanField(
        default=True,
        help_text="Single letters work as shortcuts outside of text fields (WCAG 2.1.4 asks for a switch).",
    )

    class Meta:
        verbose_name_plural = "desk settings"

    def __str__(self) -> str:
        return f"Desk settings of {self.user}"
