"""The closed legal catalogue: what an analysis may cite and how provisions are compared.

Rows come from ``atlas/catalogue/*.yaml``; an entry that leaves the files is retired, never deleted.
"""

import datetime

from django.db import models

from atlas.addresses import address_of


class CatalogueEntry(models.Model):
    key = models.CharField(max_length=80, primary_key=True)
    is_retired = models.BooleanField(default=False)

    class Meta:
        abstract = True


class Jurisdiction(CatalogueEntry):
    """Where an instrument applies. The key is the code: ISO 3166, and EU, EEA, INT, US-NY-NYC."""

    name = models.CharField(max_length=200)
    region = models.CharField(max_length=100)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="parts")
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Topic(CatalogueEntry):
    """What a provision is about. ``cues`` and ``exclude`` are regular expressions."""

    name = models.CharField(max_length=200)
    definition = models.TextField()
    cues = models.JSONField(default=list)
    exclude = models.JSONField(default=list)
    document_types = models.JSONField(default=list)
    default_exposure = models.CharField(max_length=10)
    raises_exposure = models.JSONField(default=list)
    lowers_exposure = models.JSONField(default=list)
    review_questions = models.JSONField(default=list)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address_of("topic", self.key)


class Instrument(CatalogueEntry):
    """A law or standard."""

    short_name = models.CharField(max_length=200)
    full_name = models.TextField()
    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="instruments")
    related_jurisdictions = models.JSONField(default=list, help_text="Codes of further jurisdictions it reaches.")
    kind = models.CharField(max_length=20)
    tier = models.CharField(max_length=20)
    authorities = models.JSONField(default=list)
    in_force_since = models.DateField()
    status = models.CharField(max_length=40)
    key_dates = models.JSONField(default=list, help_text="[{date, event}] in order.")
    max_penalty = models.TextField()
    url = models.URLField(max_length=500)
    scope = models.TextField()
    notes = models.TextField(blank=True)
    confidence = models.CharField(max_length=10, default="medium")
    verified_via = models.CharField(max_length=20)

    class Meta:
        ordering = ["short_name"]

    def __str__(self) -> str:
        return self.short_name

    def get_absolute_url(self) -> str:
        return address_of("instrument", self.key)


class Obligation(CatalogueEntry):
    """A citable unit of an instrument."""

    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="obligations")
    pinpoint = models.CharField(max_length=200)
    title = models.CharField(max_length=300)
    paraphrase = models.TextField()
    topics = models.ManyToManyField(Topic, related_name="obligations")
    binds = models.JSONField(default=list)
    applies_from = models.DateField(null=True, help_text="Only if later than its instrument.")
    note = models.TextField(blank=True)
    confidence = models.CharField(max_length=10)
    verified_via = models.CharField(max_length=20)

    class Meta:
        ordering = ["instrument", "key"]

    def __str__(self) -> str:
        return f"{self.instrument.short_name}, {self.pinpoint}"

    def get_absolute_url(self) -> str:
        return address_of("obligation", self.instrument_id, self.key)

    def applies_on(self, day: datetime.date) -> bool:
        return (self.applies_from or self.instrument.in_force_since) <= day


class Attribute(CatalogueEntry):
    """A coded fact that can be compared across platforms."""

    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="attributes")
    name = models.CharField(max_length=200)
    kind = models.CharField(
        max_length=20, choices=[("choice", "Choice"), ("number", "Number"), ("jurisdiction", "Jurisdiction")]
    )
    values = models.JSONField(default=dict, help_text="Choices: code → words.")
    unit = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["topic", "key"]

    def __str__(self) -> str:
        return self.name

    def describe(self, value: str) -> str:
        """``value`` in words: "Only with prior opt-in", "30 days"; of a jurisdiction its code."""
        return str(self.values.get(value, value)) if self.kind == "choice" else f"{value} {self.unit}".strip()
