"""The box "Cite" on pages: one look for whatever is cited. Makes no query where the page has loaded its rows.

{% load atlas_citing %}
{% cite_analysis publication approvals %}
"""

from collections.abc import Iterable
from typing import Any

from django import template

from atlas.citing import cited
from atlas.citing.writing import FORMATS, as_text
from atlas.models import Approval, Change, Provision, Publication, Version, Wording

register = template.Library()


@register.inclusion_tag("atlas/_cite.html")
def cite_text(provision: Provision, wording: Wording, version: Version) -> dict[str, Any]:
    text = cited.provision_text(provision, wording, version)
    return _box(text, "Cite the text", provision.get_absolute_url(), anchor="cite-text")


@register.inclusion_tag("atlas/_cite.html")
def cite_analysis(publication: Publication, approvals: Iterable[Approval] = ()) -> dict[str, Any]:
    return _box(cited.analysis(publication, approvals), "Cite this analysis", publication.permalink)


@register.inclusion_tag("atlas/_cite.html")
def cite_change(change: Change) -> dict[str, Any]:
    return _box(cited.change(change), "Cite this change", change.get_absolute_url())


@register.inclusion_tag("atlas/_cite.html")
def cite_version(version: Version) -> dict[str, Any]:
    return _box(cited.document_version(version), "Cite this version", version.get_absolute_url())


def _box(thing: cited.Cited, heading: str, folder: str, *, anchor: str = "cite") -> dict[str, Any]:
    formats = [(row.suffix, row.name) for row in FORMATS.values()]
    return {"words": as_text(thing), "heading": heading, "folder": folder, "formats": formats, "anchor": anchor}
