"""Decisions, and the events that tell of every move. Insert-only: ``review/migrations/0002_guards.py``."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from atlas.models import Wording
from review.models.editions import Edition, Finding, Revision


class DecisionKind(models.TextChoices):
    APPROVE = "approve", "Approved"
    REQUEST_CHANGES = "request_changes", "Requested changes"
    WAIVE = "waive", "Waived a finding"
    VOID = "void", "Voided an approval"
    DISCARD = "discard", "Discarded"
    WITHDRAW = "withdraw", "Withdrew"
    RETRACT = "retract", "Retracted"


class ReasonCode(models.TextChoices):
    """Why a text was sent back, or an edition discarded, in a word that can be counted."""

    NOT_GROUNDED = "not_grounded", "A statement without support in the text"
    WRONG = "wrong", "Says something that the text does not say"
    INCOMPLETE = "incomplete", "Something important is missing"
    WRONG_LAW = "wrong_law", "Wrong or missing legal reference"
    UNCLEAR = "unclear", "Hard to understand, or the wrong tone"
    NOT_MATERIAL = "not_material", "The change is not material"
    DUPLICATE = "duplicate", "Covered elsewhere"
    OTHER = "other", "Another reason"


class Decision(models.Model):
    """An editor's act on a revision, bound to its text and to the wording it was read against. Insert-only."""

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="decisions")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="decisions")
    wording = models.ForeignKey(Wording, on_delete=models.PROTECT, related_name="decisions")
    content_sha256 = models.CharField(max_length=64)
    round = models.PositiveIntegerField()
    kind = models.CharField(max_length=20, choices=DecisionKind)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="decisions")
    reason = models.TextField(blank=True)
    reason_code = models.CharField(max_length=20, choices=ReasonCode, blank=True)
    parts = ArrayField(
        models.CharField(max_length=40), default=list, blank=True, help_text="Redraft: the parts to write anew."
    )
    dwell_seconds = models.PositiveIntegerField(null=True, help_text="From the page's opening to the decision.")
    words_to_read = models.PositiveIntegerField(
        null=True, help_text="Approval: words of the text that differ from what readers see."
    )
    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, null=True, related_name="waivers")
    is_self_approval = models.BooleanField(default=False, help_text="Single-editor review: the author approved.")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["revision", "by", "round"], condition=Q(kind="approve"), name="decision_approve_once"
            ),
            models.CheckConstraint(
                condition=Q(kind="waive", finding__isnull=False) | (~Q(kind="waive") & Q(finding=None)),
                name="decision_waives_a_finding",
            ),
            models.CheckConstraint(condition=Q(kind="approve") | ~Q(reason=""), name="decision_has_reason"),
        ]
        indexes = [
            models.Index(fields=["at", "kind"], name="decision_at"),
            models.Index(fields=["revision", "round"], condition=Q(kind="approve"), name="decision_approvals"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} by {self.by.shown_name}"


EVENT_WORDS = {
    "take_in": "brought a new draft",
    "open_edition": "started this edition by hand",
    "revise": "saved a revision",
    "request_changes": "asked for changes",
    "waive": "waived a blocking check",
    "approve": "approved",
    "publish": "published it",
    "reschedule": "set another hour of publication",
    "publish_now": "published it before its hour",
    "publish_refused": "could not publish it at its hour",
    "void": "voided the approvals",
    "discard": "discarded it",
    "claim": "claimed it",
    "release": "released it",
    "assign": "assigned it",
    "unassign": "took the assignment back",
    "set_due": "moved its due date",
    "withdraw": "withdrew the publication",
    "retract": "retracted the publication",
    "comment": "commented",
    "resolve_comment": "resolved a comment",
    "carry_forward": "noted that the provision was set anew in the same words",
    "reopen": "took up again what had been written about this text",
    "restore": "published it again, since the provision is back to this text",
}


class Event(models.Model):
    """A line of the audit trail. Insert-only, without foreign keys, hash-chained per edition by PostgreSQL."""

    edition_ref = models.BigIntegerField()
    sequence = models.PositiveIntegerField(null=True, editable=False)
    action = models.CharField(max_length=40)
    from_state = models.CharField(max_length=20, blank=True)
    to_state = models.CharField(max_length=20, blank=True)
    actor_ref = models.BigIntegerField(null=True)
    actor = models.CharField(max_length=200, help_text="Name at the time, or System.")
    revision_ref = models.BigIntegerField(null=True)
    data = models.JSONField(default=dict)
    transaction = models.CharField(max_length=40, editable=False, default="")
    at = models.DateTimeField(db_default=Now())
    previous_hash = models.CharField(max_length=64, editable=False, default="")
    row_hash = models.CharField(max_length=64, editable=False, default="")

    class Meta:
        ordering = ["edition_ref", "sequence"]
        constraints = [models.UniqueConstraint(fields=["edition_ref", "sequence"], name="event_sequence_unique")]
        indexes = [models.Index(fields=["action", "at"], name="event_action_at")]

    def __str__(self) -> str:
        return f"{self.actor} {self.words}"

    @property
    def words(self) -> str:
        """What happened, to follow the actor's name: "asked for changes"."""
        return EVENT_WORDS.get(self.action, self.action)
