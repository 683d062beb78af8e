"""What was seen: platforms, their documents, every look at them, and the texts found."""

import hashlib

from django.db import models
from django.db.models import F, Q

from atlas.addresses import address_of
from atlas.models.identifiers import PublicIdentifier


def sha256(text: str) -> str:
    """The hash by which a text is stored and cited (UTF-8, lower-case hexadecimal)."""
    return hashlib.sha256(text.encode()).hexdigest()


class Platform(models.Model):
    """A service whose documents we watch (Open Terms Archive: service)."""

    name = models.CharField(max_length=200, unique=True)
    slug = models.SlugField(max_length=200, unique=True)
    description = models.TextField(blank=True)
    website = models.URLField(blank=True)
    is_sample = models.BooleanField(default=False, help_text="Fictional, made for trying Atlas out.")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address_of("platform", self.slug)


class Collection(models.Model):
    """An archive that we import captures from, with the licence under which its texts may be shown."""

    key = models.CharField(max_length=64, unique=True, help_text="Its first commit: the same in every clone.")
    name = models.CharField(max_length=200)
    location = models.CharField(max_length=500, help_text="Where it was last imported from.")
    licence = models.CharField(max_length=200, blank=True)
    attribution = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.name


class Standing(models.TextChoices):
    BINDING = "binding", "Binding agreement"
    INCORPORATED = "incorporated", "Incorporated by reference"
    POLICY = "policy", "Policy"
    COMMITMENT = "commitment", "Public commitment"
    DESCRIPTIVE = "descriptive", "Descriptive page"
    UNKNOWN = "unknown", "Not assessed"


class Document(PublicIdentifier):
    """One governance document of a platform."""

    LETTER = "D"

    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, related_name="documents")
    name = models.CharField(max_length=200)
    slug = models.SlugField(max_length=200)
    terms_type = models.CharField(max_length=100, help_text="Open Terms Archive's name of the type.")
    standing = models.CharField(max_length=20, choices=Standing, default=Standing.UNKNOWN)
    region = models.CharField(max_length=20, blank=True)
    language = models.CharField(max_length=20, blank=True)
    source_urls = models.JSONField(default=list, blank=True)
    collection = models.ForeignKey(
        Collection,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="documents",
        help_text="Imported: two collections look from two places, so each has its own document.",
    )
    variant_of = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="variants",
        help_text="The document of which this is the stream of another region or language.",
    )

    class Meta:
        ordering = ["platform__name", "name"]
        constraints = [
            models.UniqueConstraint(fields=["platform", "slug"], name="document_slug_unique"),
            models.UniqueConstraint(
                fields=["platform", "collection", "terms_type"],
                condition=Q(variant_of=None),
                name="document_collection_unique",
            ),
            models.UniqueConstraint(
                fields=["variant_of", "region", "language"],
                condition=Q(variant_of__isnull=False),
                name="document_variant_unique",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.platform.name} · {self.name}"

    def get_absolute_url(self) -> str:
        return address_of("document", self.platform.slug, self.slug)


class Snapshot(models.Model):
    """One text as it was seen, stored once whatever refers to it. Insert-only."""

    sha256 = models.CharField(max_length=64, unique=True)
    text = models.TextField()

    def __str__(self) -> str:
        return self.sha256[:12]


class Version(PublicIdentifier):
    """One distinct text of a document. Insert-only. A→B→A is two versions and three captures."""

    LETTER = "V"

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(help_text="1 is the first text seen.")
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="versions")
    folded_sha256 = models.CharField(max_length=64, help_text="Hash of the text without typography and white space.")
    fingerprint_sha256 = models.CharField(
        max_length=64, blank=True, help_text="Hash of the folded text without dates and digits."
    )
    first_captured_at = models.DateTimeField()

    class Meta:
        ordering = ["document", "number"]
        constraints = [
            models.UniqueConstraint(fields=["document", "number"], name="version_number_unique"),
            models.UniqueConstraint(fields=["document", "snapshot"], name="version_text_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} (version {self.number})"

    def get_absolute_url(self) -> str:
        return address_of("version", self.public_id)

    @property
    def text(self) -> str:
        return self.snapshot.text


class DateKind(models.TextChoices):
    EFFECTIVE = "effective", "Stated effective date"
    UPDATED = "updated", "Stated date of the last update"


class StatedDate(models.Model):
    """A date that a version states of itself, with the words that state it: its text from ``start`` to ``end``.

    ``value`` is ISO 8601 and only as precise as the text: ``2026-03-14``, or ``2026-03`` where it names no day.
    """

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="stated_dates")
    kind = models.CharField(max_length=10, choices=DateKind)
    value = models.CharField(max_length=10)
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()

    class Meta:
        ordering = ["version", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["version", "kind"], name="stated_date_one_of_a_kind"),
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="stated_date_has_a_quote"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.value}"

    @property
    def quote(self) -> str:
        return self.version.text[self.start : self.end]


class Outcome(models.TextChoices):
    FIRST = "first", "First capture"
    CHANGED = "changed", "Text changed"
    UNCHANGED = "unchanged", "Verified unchanged"
    RETURNED = "returned", "Returned to an earlier text"
    UPGRADED = "upgraded", "Our extraction changed"
    QUARANTINED = "quarantined", "Held: does not look like the document"
    FAILED = "failed", "Failed"


class Capture(models.Model):
    """One look at a document at a time. Insert-only.

    ``captured_at`` is when the platform was looked at (for imports: what the source says),
    ``recorded_at`` when we wrote it down. Order is ``sequence``, never a date.
    """

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="captures")
    sequence = models.PositiveIntegerField()
    captured_at = models.DateTimeField()
    recorded_at = models.DateTimeField(auto_now_add=True)
    outcome = models.CharField(max_length=20, choices=Outcome)
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, null=True, related_name="captures")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, null=True, related_name="captures")
    reasons = models.JSONField(default=list, blank=True, help_text="Why it is held or failed, in words.")
    collection = models.ForeignKey(Collection, on_delete=models.PROTECT, null=True, related_name="captures")
    source_ref = models.CharField(max_length=64, blank=True, help_text="Import: the commit it was read from.")

    class Meta:
        ordering = ["document", "sequence"]
        constraints = [
            models.UniqueConstraint(fields=["document", "sequence"], name="capture_sequence_unique"),
            models.UniqueConstraint(
                fields=["document", "source_ref"], condition=~Q(source_ref=""), name="capture_source_unique"
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=["quarantined", "failed"], version=None)
                | (~Q(outcome__in=["quarantined", "failed"]) & Q(version__isnull=False)),
                name="capture_version_fits_outcome",
            ),
        ]
        indexes = [
            models.Index(fields=["version", "sequence"], name="capture_version_sequence"),
            models.Index(fields=["-captured_at"], name="capture_by_date"),
        ]

    def __str__(self) -> str:
        return f"{self.document} #{self.sequence}"


class Incident(models.Model):
    """An open capture problem of a document. A good capture closes it."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="incidents")
    cause = models.TextField()
    opened_by = models.ForeignKey(Capture, on_delete=models.PROTECT, related_name="incidents_opened")
    closed_by = models.ForeignKey(Capture, on_delete=models.PROTECT, null=True, related_name="incidents_closed")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = [F("opened_at").desc()]
        constraints = [
            models.UniqueConstraint(fields=["document"], condition=Q(closed_at=None), name="incident_one_open"),
        ]

    def __str__(self) -> str:
        return f"{self.document}: {self.cause}"
