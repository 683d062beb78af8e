"""Approved analyses as readers see them. Written by ``review.actions`` alone, and by no other way."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import BooleanField, Case, Exists, F, OuterRef, Q, Subquery, When

from atlas.addresses import address_of
from atlas.models.catalogue import Attribute, Obligation
from atlas.models.cuts import stands_cut_anew
from atlas.models.identifiers import PublicIdentifier
from atlas.models.provisions import Provision, Wording


class Exposure(models.TextChoices):
    LOW = "low", "Low"
    MEDIUM = "medium", "Medium"
    HIGH = "high", "High"


@dataclass(frozen=True)
class Part:
    """A part of an analysis: its field, and what readers and editors call it."""

    field: str
    label: str


SUMMARY_PARTS = (
    Part("summary", "What the text says"),
    Part("why_it_matters", "Why it matters"),
    Part("practical_effect", "Practical effect"),
    Part("interpretive_note", "Interpretive note"),
    Part("change_summary", "What changed"),
)
FIVE_PARTS = (
    Part("regulatory_landscape", "Regulatory landscape"),
    Part("governance_exposure", "Governance exposure"),
    Part("jurisdiction_flags", "Jurisdiction flags"),
    Part("contract_implications", "Contract and vendor implications"),
    Part("compliance_considerations", "Compliance considerations"),
)
PARTS = SUMMARY_PARTS + FIVE_PARTS
ENDS = ("superseded_at", "withdrawn_at", "retracted_at")  # what a publication can come to, and when it did
TEXT_FIELDS = ("title", *(part.field for part in PARTS))


class AnalysisText(models.Model):
    """The record of an analysis: text in the markup of docs/analysis-format.md, and its closed codes.

    A revision and the publication made from it share these columns; the database compares them one by one.
    """

    title = models.CharField(max_length=300)
    summary = models.TextField()
    why_it_matters = models.TextField(blank=True)
    practical_effect = models.TextField(blank=True)
    interpretive_note = models.TextField(blank=True)
    change_summary = models.TextField(blank=True)
    regulatory_landscape = models.TextField(blank=True)
    governance_exposure = models.TextField(blank=True)
    jurisdiction_flags = models.TextField(blank=True)
    contract_implications = models.TextField(blank=True)
    compliance_considerations = models.TextField(blank=True)
    exposure_level = models.CharField(max_length=10, choices=Exposure, blank=True)
    topics = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    attributes = models.JSONField(default=list, blank=True, help_text="[{attribute, value, quote}]")
    no_material_change = models.BooleanField(default=False)
    content_sha256 = models.CharField(max_length=64, editable=False)

    class Meta:
        abstract = True

    def content(self) -> dict[str, Any]:
        """The analysis as plain values: what is hashed, compared and exported."""
        names = (*TEXT_FIELDS, "exposure_level", "topics", "attributes", "no_material_change")
        return {name: getattr(self, name) for name in names}


def content_hash(content: dict[str, Any]) -> str:
    """sha256 of the canonical JSON (sorted keys, no spaces, UTF-8) of an analysis's ``content()``."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


class PublicationQuerySet(models.QuerySet["Publication"]):
    def live(self) -> "PublicationQuerySet":
        """The publication of each provision that stands now."""
        return self.filter(superseded_at=None, withdrawn_at=None, retracted_at=None)

    def live_at(self, at: datetime) -> "PublicationQuerySet":
        """Those that stood at ``at``. What was withdrawn or retracted since is among them: show none of its text."""
        rows = self.filter(published_at__lte=at)
        for end in ENDS:
            rows = rows.filter(Q(**{end: None}) | Q(**{f"{end}__gt": at}))
        return rows

    def readable(self) -> "PublicationQuerySet":
        """Those that stand and those that were superseded; not where the same approved text was ended later, too."""
        same = Publication.objects.filter(provision=OuterRef("provision"), revision_id=OuterRef("revision_id"))
        is_ended_elsewhere = Exists(same.exclude(withdrawn_at=None, retracted_at=None))
        rows = self.filter(withdrawn_at=None, retracted_at=None)
        return rows.filter(Q(superseded_at=None) | ~is_ended_elsewhere)

    def stale(self) -> "PublicationQuerySet":
        """Live ones whose provision has another text now, or none."""
        return self.live().describing_another_text()

    def describing_another_text(self) -> "PublicationQuerySet":
        """Those about a text that is not, or no longer, in force; not merely one that is cut otherwise now."""
        # Keys first, as an anti-join: PostgreSQL then knows that hardly any text has to be looked at.
        is_its_own = Provision.objects.filter(
            pk=OuterRef("provision"), current_wording=OuterRef("wording"), removed_at=None
        )
        is_other = ~Q(provision__current_wording__folded_sha256=F("wording__folded_sha256"))
        rows = self.filter(~Exists(is_its_own)).filter(is_other | Q(provision__removed_at__isnull=False))
        return rows.filter(~stands_cut_anew(version="version", wording="wording"))

    def current(self) -> "PublicationQuerySet":
        """Live ones that are not stale, for few rows at a time: each is looked up by itself."""
        return self.live()._with_texts().filter(_describes_text_in_force())

    def with_staleness(self) -> "PublicationQuerySet":
        """Each with ``is_stale``: it is about a text that is not, or no longer, in force. For few rows, like these."""
        is_stale = Case(When(_describes_text_in_force(), then=False), default=True, output_field=BooleanField())
        return self._with_texts().annotate(is_stale=is_stale)

    def _with_texts(self) -> "PublicationQuerySet":
        now, then = (
            Subquery(Wording.objects.filter(pk=OuterRef(way)).order_by().values("folded_sha256")[:1])
            for way in ("provision__current_wording", "wording")
        )
        return self.alias(now=now, then=then)

    def with_cuts(self) -> "PublicationQuerySet":
        """So that each knows whether it ``stands_cut_anew``."""
        return self.annotate(found_cut_anew=stands_cut_anew(version="version", wording="wording"))

    def for_lists(self) -> "PublicationQuerySet":
        """With what a line of a list shows: platform, document, provision, its text in force. Newest first."""
        rows = self.select_related("provision__document__platform", "provision__current_wording", "wording")
        return rows.with_cuts().order_by("-published_at", "-pk")


def _describes_text_in_force() -> Q:
    """Of rows ``_with_texts``. The keys are the same nearly always, and then no text is looked at."""
    reads_the_same = Q(provision__current_wording=F("wording")) | Q(now=F("then"))
    stands = Q(provision__removed_at=None) & reads_the_same
    return stands | Q(stands_cut_anew(version="version", wording="wording"))


class Publication(AnalysisText, PublicIdentifier):
    """An approved revision as readers see it. Insert-only but for the dates that end it."""

    LETTER = "A"

    provision = models.ForeignKey(Provision, on_delete=models.PROTECT, related_name="publications")
    wording = models.ForeignKey(Wording, on_delete=models.PROTECT, related_name="publications")
    version = models.ForeignKey("atlas.Version", on_delete=models.PROTECT, related_name="publications")
    major = models.PositiveIntegerField()
    minor = models.PositiveIntegerField(default=0)
    published_at = models.DateTimeField()
    revision_id = models.BigIntegerField(
        db_index=True,
        help_text="The approved revision; no key, this floor knows none. Used again when its text returns.",
    )
    drafter = models.CharField(max_length=300, help_text="Who or what drafted it, in words.")
    solo_review = models.BooleanField(default=False, help_text="Whether it was approved under single-editor review.")
    public_note = models.TextField(blank=True, help_text="What a correction corrects.")
    superseded_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    retracted_at = models.DateTimeField(null=True, blank=True)
    withdrawal_note = models.TextField(blank=True, help_text="Why it was withdrawn, for readers.")
    retraction_note = models.TextField(blank=True, help_text="Why it was retracted, for readers.")
    cited = models.ManyToManyField(Obligation, related_name="publications", blank=True)

    objects = PublicationQuerySet.as_manager()

    class Meta:
        ordering = [F("published_at").desc()]
        constraints = [
            models.UniqueConstraint(fields=["provision", "major", "minor"], name="publication_number_unique"),
            models.UniqueConstraint(
                fields=["provision"],
                condition=Q(superseded_at=None, withdrawn_at=None, retracted_at=None),
                include=["wording", "version"],
                name="publication_one_live",
            ),
        ]
        indexes = [
            models.Index(fields=["content_sha256"], name="publication_by_checksum"),
            models.Index(fields=["published_at"], name="publication_by_date"),
            models.Index(
                fields=["id"],
                condition=Q(superseded_at=None, withdrawn_at=None, retracted_at=None),
                include=["provision"],
                name="publication_live",
            ),
            *(
                models.Index(fields=[end], condition=Q(**{f"{end}__isnull": False}), name=f"publication_{end}")
                for end in ENDS
            ),
            models.Index(
                fields=["published_at"],
                condition=~Q(public_note="") | Q(withdrawn_at__isnull=False) | Q(retracted_at__isnull=False),
                name="publication_in_register",
            ),
            GinIndex(fields=["topics"], name="publication_topics", fastupdate=False),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.title}"

    def get_absolute_url(self) -> str:
        """The page of its provision, where the analysis is read. ``permalink`` stays with this very publication."""
        return self.provision.get_absolute_url()

    @property
    def permalink(self) -> str:
        return address_of("publication", self.public_id)

    @property
    def stands_cut_anew(self) -> bool:
        """Its text stands, in pieces that a later splitter made of it; as ``with_cuts`` found it."""
        return bool(getattr(self, "found_cut_anew", False))

    @property
    def number(self) -> str:
        return f"{self.major}.{self.minor}"

    @property
    def is_live(self) -> bool:
        return not (self.superseded_at or self.withdrawn_at or self.retracted_at)


class Approval(models.Model):
    """Who stands behind a publication: the public name and role at the time. Insert-only."""

    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="approvals")
    name = models.CharField(max_length=200)
    role = models.CharField(max_length=200)
    approved_at = models.DateTimeField()

    class Meta:
        ordering = ["approved_at"]
        constraints = [models.UniqueConstraint(fields=["publication", "name"], name="approval_once_each")]

    def __str__(self) -> str:
        return f"{self.name}, {self.role}"


class AttributeValue(models.Model):
    """An approved coded fact with the quote it rests on. Insert-only."""

    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="attribute_values")
    attribute = models.ForeignKey(Attribute, on_delete=models.PROTECT, related_name="approved_values")
    value = models.CharField(max_length=80)
    quote = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["publication", "attribute"], name="attribute_value_once")]

    def __str__(self) -> str:
        return f"{self.attribute_id}: {self.value}"

    @property
    def words(self) -> str:
        return self.attribute.describe(self.value)
