"""JSON-LD in the heads of pages: a data block, which no browser runs and the pages' policy does not touch.

{% load atlas_linked_data %}
{% ld_change change %}
"""

import json
from collections.abc import Iterable, Mapping

from django import template
from django.utils.safestring import SafeString, mark_safe

from atlas.models import Approval, Change, Document, Obligation, Platform, Provision, Publication, Version, Wording
from atlas.site import linked_data

register = template.Library()

# What could close the element or open a comment in it. Everything beyond ASCII is written as \u0000 by json.
_ESCAPES = str.maketrans({"<": "\\u003C", ">": "\\u003E", "&": "\\u0026"})


@register.simple_tag
def ld_home(description: str) -> SafeString:
    return _block(linked_data.home(description))


@register.simple_tag
def ld_platform(platform: Platform, documents: Iterable[Document]) -> SafeString:
    return _block(linked_data.platform(platform, documents))


@register.simple_tag
def ld_provision(
    provision: Provision,
    wording: Wording | None,
    version: Version | None,
    publication: Publication | None = None,
    approvals: Iterable[Approval] = (),
    obligations: Mapping[str, Obligation] | None = None,
) -> SafeString:
    """The text, and the analysis if the page shows one."""
    text = linked_data.provision(provision, wording, version)
    return _block([text, *([linked_data.analysis(publication, approvals, obligations or {})] if publication else [])])


@register.simple_tag
def ld_analysis(
    publication: Publication,
    approvals: Iterable[Approval] = (),
    obligations: Mapping[str, Obligation] | None = None,
) -> SafeString:
    return _block([linked_data.analysis(publication, approvals or (), obligations or {})])


@register.simple_tag
def ld_change(change: Change) -> SafeString:
    return _block([linked_data.change(change)])


def _block(data: list[linked_data.Data]) -> SafeString:
    written = json.dumps(data[0] if len(data) == 1 else data).translate(_ESCAPES)
    return mark_safe(f'<script type="application/ld+json">{written}</script>')
