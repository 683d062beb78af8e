"""What a lawyer would cite: provisions, their wordings over time, where these stand, and what changed."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery

from atlas.addresses import address_of
from atlas.models.archive import Capture, Document, Version
from atlas.models.catalogue import Topic
from atlas.models.identifiers import PublicIdentifier


class ProvisionQuerySet(models.QuerySet["Provision"]):
    def in_force(self) -> "ProvisionQuerySet":
        """Provisions that stand in the latest good capture of their document."""
        return self.filter(removed_at=None)

    def for_lists(self) -> "ProvisionQuerySet":
        """With what a line of a list shows: platform, document, the text in force."""
        return self.select_related("document__platform", "current_wording")


class Provision(PublicIdentifier):
    """An identity that lasts across versions. Only what moves is updated: title, current wording, removal."""

    LETTER = "P"

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="provisions")
    title = models.CharField(max_length=300)
    ordinal = models.PositiveIntegerField(default=0, help_text="Its place in the latest version it stands in.")
    current_wording = models.OneToOneField(
        "Wording", on_delete=models.PROTECT, null=True, related_name="current_of", editable=False
    )
    removed_at = models.DateTimeField(null=True, blank=True)
    topics = models.ManyToManyField(Topic, blank=True, related_name="provisions")

    objects = ProvisionQuerySet.as_manager()

    class Meta:
        ordering = ["document", "ordinal"]
        indexes = [models.Index(fields=["document", "ordinal"], name="provision_document_ordinal")]

    def __str__(self) -> str:
        return f"{self.public_id} {self.title}"

    def get_absolute_url(self) -> str:
        return address_of("provision", self.public_id)


class Wording(models.Model):
    """One text of a provision. Insert-only; in force over the captures of the versions it is placed in."""

    provision = models.ForeignKey(Provision, on_delete=models.PROTECT, related_name="wordings")
    number = models.PositiveIntegerField()
    text = models.TextField(help_text="Exactly as archived.")
    text_sha256 = models.CharField(max_length=64)
    folded_sha256 = models.CharField(max_length=64)
    heading_path = ArrayField(models.TextField(), default=list)
    first_capture = models.ForeignKey(Capture, on_delete=models.PROTECT, related_name="first_wordings")

    class Meta:
        ordering = ["provision", "number"]
        constraints = [
            models.UniqueConstraint(fields=["provision", "number"], name="wording_number_unique"),
            models.UniqueConstraint(fields=["provision", "text_sha256"], name="wording_text_unique"),
        ]
        indexes = [models.Index(fields=["text_sha256"], name="wording_by_checksum")]

    def __str__(self) -> str:
        return f"{self.provision.public_id} wording {self.number}"


class PlacementQuerySet(models.QuerySet["Placement"]):
    def of(self, version: Version | int) -> "PlacementQuerySet":
        """Those of one version, by the latest splitter that cut it."""
        cuts = Placement.objects.filter(version=version).order_by("-splitter")
        return self.filter(version=version, splitter=Subquery(cuts.values("splitter")[:1]))

    def current(self) -> "PlacementQuerySet":
        """Those of the latest splitter that cut their version. Of a single version ``of`` asks cheaper."""
        cuts = Placement.objects.filter(version=OuterRef("version")).order_by("-splitter")
        return self.filter(splitter=Subquery(cuts.values("splitter")[:1]))


class Placement(models.Model):
    """Where a wording stands in a version. Insert-only.

    Offsets are characters, end exclusive. ``text + separator`` of all placements of one splitter in order is the
    version's text, after the white space that it may begin with (``start`` of the first). A rebuild with a later
    splitter adds rows; those of earlier ones stay as the record of what readers were shown.
    """

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="placements")
    wording = models.ForeignKey(Wording, on_delete=models.PROTECT, related_name="placements")
    splitter = models.PositiveSmallIntegerField(
        default=1, db_default=1, help_text="The number of the splitter that cut the version."
    )
    ordinal = models.PositiveIntegerField()
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    separator = models.TextField(blank=True, help_text="The white space between this wording and the next.")

    objects = PlacementQuerySet.as_manager()

    class Meta:
        ordering = ["version", "splitter", "ordinal"]
        constraints = [
            models.UniqueConstraint(fields=["version", "splitter", "ordinal"], name="placement_ordinal_unique"),
            models.UniqueConstraint(fields=["version", "splitter", "wording"], name="placement_wording_unique"),
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="placement_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.version.public_id} {self.start}-{self.end}"


class ChangeKind(models.TextChoices):
    ADDED = "added", "Added"
    REMOVED = "removed", "Removed"
    MODIFIED = "modified", "Modified"
    MOVED = "moved", "Moved"
    SPLIT = "split", "Split"
    MERGED = "merged", "Merged"


class Significance(models.TextChoices):
    SUBSTANTIVE = "substantive", "Substantive"
    COSMETIC = "cosmetic", "Cosmetic"


class ChangeQuerySet(models.QuerySet["Change"]):
    def substantive(self) -> "ChangeQuerySet":
        return self.filter(significance=Significance.SUBSTANTIVE)

    def announced(self) -> "ChangeQuerySet":
        """What readers are told of: substantive, and not a return to a text seen before."""
        return self.substantive().filter(is_return=False)

    def for_lists(self) -> "ChangeQuerySet":
        """With what a line of a list shows: platform, document, provision, when it was captured."""
        return self.select_related("document__platform", "provision", "capture__version")

    def latest_first(self) -> "ChangeQuerySet":
        """By the date of the capture that showed them; imported history stands where it belongs."""
        return self.order_by("-capture__captured_at", "-pk")

    def awaiting_analysis(self) -> "ChangeQuerySet":
        """Changes whose new wording is in force and that no import of old history brought."""
        return self.announced().filter(
            is_backfill=False,
            provision__current_wording=F("new_wording"),
            provision__removed_at=None,
        )


class Change(PublicIdentifier):
    """What happened to a provision between two captures. Insert-only."""

    LETTER = "C"

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="changes")
    provision = models.ForeignKey(Provision, on_delete=models.PROTECT, related_name="changes")
    capture = models.ForeignKey(Capture, on_delete=models.PROTECT, related_name="changes")
    kind = models.CharField(max_length=10, choices=ChangeKind)
    significance = models.CharField(max_length=12, choices=Significance)
    reasons = models.JSONField(default=list, help_text="Why it counts as that, in words.")
    old_wording = models.ForeignKey(Wording, on_delete=models.PROTECT, null=True, related_name="changes_from")
    new_wording = models.ForeignKey(Wording, on_delete=models.PROTECT, null=True, related_name="changes_to")
    is_return = models.BooleanField(default=False, help_text="Back to a text that was archived before.")
    is_backfill = models.BooleanField(default=False, help_text="Brought by an import of old history.")

    objects = ChangeQuerySet.as_manager()

    class Meta:
        ordering = [F("capture_id").desc(), "provision_id"]
        constraints = [
            models.UniqueConstraint(fields=["capture", "provision"], name="change_one_per_capture"),
            models.CheckConstraint(
                condition=Q(old_wording__isnull=False) | Q(new_wording__isnull=False), name="change_has_a_wording"
            ),
        ]
        indexes = [
            models.Index(fields=["document", "-capture"], name="change_document_capture"),
            models.Index(
                fields=["-capture"],
                condition=Q(significance="substantive", is_return=False),
                name="change_announced",
            ),
            models.Index(
                fields=["document"],
                condition=Q(significance="substantive", is_return=False),
                name="change_announced_document",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.get_kind_display()}"

    def get_absolute_url(self) -> str:
        return address_of("change", self.public_id)
