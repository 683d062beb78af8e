"""Editions, their revisions and the findings on them. Only ``Edition`` moves; the rest is insert-only."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Func, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce, Now
from django.db.models.lookups import LessThan

from analysis.models import DraftRun
from atlas.models import PARTS, AnalysisText, Provision, Wording


class State(models.TextChoices):
    IN_REVIEW = "in_review", "In review"
    CHANGES_REQUESTED = "changes_requested", "Changes requested"
    APPROVED = "approved", "Approved"
    PUBLISHED = "published", "Published"
    DISCARDED = "discarded", "Discarded"


OPEN_STATES = (State.IN_REVIEW, State.CHANGES_REQUESTED, State.APPROVED)


class EditionKind(models.TextChoices):
    UPDATE = "update", "Update"
    CORRECTION = "correction", "Correction"


class EditionQuerySet(models.QuerySet["Edition"]):
    def open(self) -> "EditionQuerySet":
        return self.filter(state__in=OPEN_STATES)

    def in_order(self, now: datetime, *first: Any) -> "EditionQuerySet":
        """The order of the queue, within what is ordered ``first``."""
        return self.order_by(*first, *_urgency(now))

    def before_outer(self, now: datetime) -> "EditionQuerySet":
        """For a subquery: those that come before the outer query's edition in the order of the queue."""
        return self.filter(LessThan(_row(_urgency(now)), _row(_urgency(now, OuterRef))))


def _urgency(now: datetime, field: Callable[[str], F] = F) -> list[Any]:
    """What the queue is ordered by: overdue ones, then the priority, the due date, the age."""
    return [
        Case(When(LessThan(field("due_at"), Value(now)), then=Value(0)), default=Value(1)),
        -field("priority"),
        Coalesce(field("due_at"), Value(datetime.max.replace(tzinfo=UTC))),
        field("pk"),
    ]


def _row(values: list[Any]) -> Func:
    """PostgreSQL compares rows by their first value, then by the second, and so on."""
    return Func(*values, function="ROW", output_field=models.TextField())


class Edition(models.Model):
    """One review cycle of one provision, read against one wording of it."""

    provision = models.ForeignKey(Provision, on_delete=models.PROTECT, related_name="editions")
    wording = models.ForeignKey(Wording, on_delete=models.PROTECT, related_name="editions")
    kind = models.CharField(max_length=12, choices=EditionKind, default=EditionKind.UPDATE)
    state = models.CharField(max_length=20, choices=State, default=State.IN_REVIEW)
    lock_version = models.PositiveIntegerField(default=1, help_text="Rises with every move; forms post it back.")
    round = models.PositiveIntegerField(
        default=1, help_text="Rises when an approval is voided: earlier ones stop counting."
    )
    head = models.ForeignKey("Revision", on_delete=models.PROTECT, null=True, related_name="head_of")
    approved_revision = models.ForeignKey("Revision", on_delete=models.PROTECT, null=True, related_name="approved_in")
    public_note = models.TextField(blank=True, help_text="Correction: what it corrects, for readers.")
    priority = models.SmallIntegerField(default=0)
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="claimed_editions"
    )
    claimed_until = models.DateTimeField(null=True, blank=True)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="assigned_editions"
    )
    due_at = models.DateTimeField(null=True, blank=True)
    publish_at = models.DateTimeField(null=True, blank=True, help_text="Approved: when it is to be published.")
    carried_from = models.ForeignKey(
        "Revision",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="carried_to",
        help_text="What people had written when the provision changed; shown beside the new draft.",
    )
    opened_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True)

    objects = EditionQuerySet.as_manager()

    class Meta:
        ordering = [F("priority").desc(), "opened_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["provision"],
                condition=Q(state__in=["in_review", "changes_requested", "approved"]),
                name="edition_one_open",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "published"]) | Q(approved_revision__isnull=False),
                name="edition_approved_has_revision",
            ),
            models.CheckConstraint(
                condition=Q(publish_at=None) | Q(state__in=["approved", "published", "discarded"]),
                name="edition_scheduled_is_approved",
            ),
        ]
        indexes = [
            models.Index(fields=["opened_at"], name="edition_opened"),
            models.Index(fields=["publish_at"], condition=Q(state="approved"), name="edition_due"),
        ]
        permissions = [
            ("approve_edition", "Can approve or request changes"),
            ("waive_finding", "Can waive a blocking finding"),
            ("withdraw_publication", "Can withdraw a publication"),
            ("retract_publication", "Can retract a publication"),
            ("request_analysis", "Can ask for a new draft"),
            ("assign_edition", "Can assign editions and set due dates"),
            ("view_metrics", "Can see the figures of the desk"),
        ]

    def __str__(self) -> str:
        return f"{self.provision} · {self.get_state_display()}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def provision_changed(self) -> bool:
        """The provision has another text now than the one this edition was read against, or none."""
        current = self.provision.current_wording
        return (
            self.provision.removed_at is not None
            or current is None
            or current.folded_sha256 != self.wording.folded_sha256
        )


class AuthorKind(models.TextChoices):
    MODEL = "model", "Model"
    OUTLINE = "outline", "Outline without a model"
    PERSON = "person", "Person"
    CARRIED = "carried", "Carried over"


class Revision(AnalysisText):
    """One immutable text of an edition's analysis. Insert-only."""

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    author_kind = models.CharField(max_length=10, choices=AuthorKind)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="revisions")
    instructed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="instructed_revisions"
    )
    draft_run = models.OneToOneField(DraftRun, on_delete=models.PROTECT, null=True, related_name="revision")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["edition", "number"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "number"], name="revision_number_unique"),
            models.CheckConstraint(
                condition=Q(author_kind="person", author__isnull=False)
                | Q(author_kind__in=["model", "outline"], author=None, draft_run__isnull=False)
                | Q(author_kind="carried", author=None, draft_run=None, parent__isnull=False),
                name="revision_author_fits_kind",
            ),
        ]
        # The queue's filters look up tens of thousands of revisions, whose rows are long: these answer without them.
        indexes = [
            models.Index(fields=["created_at"], name="revision_created"),
            models.Index(
                fields=["id"], include=["exposure_level", "author_kind", "draft_run"], name="revision_of_queue"
            ),
            models.Index(fields=["edition"], include=["draft_run"], condition=Q(number=1), name="revision_first"),
        ]

    def __str__(self) -> str:
        return f"Revision {self.number}"

    @property
    def author_words(self) -> str:
        if self.author is not None:
            return self.author.shown_name
        if self.author_kind == AuthorKind.CARRIED and self.parent is not None:
            return self.parent.author_words
        return self.draft_run.drafter_words if self.draft_run else self.get_author_kind_display()


PART_LABELS = {
    "title": "Title",
    **{part.field: part.label for part in PARTS},
    "exposure_level": "Exposure",
    "topics": "Topics",
    "attributes": "Coded facts",
    "no_material_change": "No material change",
}


class Severity(models.TextChoices):
    BLOCKER = "blocker", "Blocks approval"
    WARNING = "warning", "Warning"
    PASS = "pass", "Passed"


class Finding(models.Model):
    """The result of one automatic check on a revision. Insert-only.

    ``start`` and ``end`` are characters in the text of ``part``, end exclusive.
    """

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="findings")
    code = models.CharField(max_length=40)
    severity = models.CharField(max_length=10, choices=Severity)
    message = models.TextField()
    part = models.CharField(max_length=40, blank=True)
    start = models.PositiveIntegerField(null=True)
    end = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ["revision", "id"]

    def __str__(self) -> str:
        return self.message

    @property
    def is_waivable(self) -> bool:
        """A coded fact that the catalogue does not have cannot be published at all: it has to be mended."""
        return self.severity == Severity.BLOCKER and self.code != "attributes"

    @property
    def part_label(self) -> str:
        """What editors call the part it concerns; empty: the whole."""
        return PART_LABELS.get(self.part, self.part)
