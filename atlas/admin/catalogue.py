"""The legal catalogue: to be read here, to be changed in its files."""

from django.contrib import admin

from atlas.admin.base import ReadOnlyAdmin
from atlas.models import Attribute, Instrument, Jurisdiction, Obligation, Topic


class CatalogueAdmin(ReadOnlyAdmin):
    """Entries come from the files in atlas/catalogue; a change is a change of those files."""


@admin.register(Jurisdiction)
class JurisdictionAdmin(CatalogueAdmin):
    list_display = ("key", "name", "region", "parent", "is_retired")
    list_filter = ("region", "is_retired")
    list_select_related = ("parent",)
    search_fields = ("key", "name")


@admin.register(Topic)
class TopicAdmin(CatalogueAdmin):
    list_display = ("key", "name", "default_exposure", "is_retired")
    list_filter = ("default_exposure", "is_retired")
    search_fields = ("key", "name", "definition")


@admin.register(Instrument)
class InstrumentAdmin(CatalogueAdmin):
    list_display = ("key", "short_name", "jurisdiction", "kind", "tier", "status", "in_force_since", "is_retired")
    list_filter = ("tier", "status", "kind", "is_retired", "jurisdiction")
    list_select_related = ("jurisdiction",)
    search_fields = ("key", "short_name", "full_name")


@admin.register(Obligation)
class ObligationAdmin(CatalogueAdmin):
    list_display = ("key", "instrument", "pinpoint", "title", "applies_from", "confidence", "is_retired")
    list_filter = ("confidence", "verified_via", "is_retired", "topics", "instrument")
    list_select_related = ("instrument",)
    search_fields = ("key", "title", "paraphrase", "pinpoint")


@admin.register(Attribute)
class AttributeAdmin(CatalogueAdmin):
    list_display = ("key", "name", "topic", "kind", "unit", "is_retired")
    list_filter = ("kind", "is_retired", "topic")
    list_select_related = ("topic",)
    search_fields = ("key", "name")
