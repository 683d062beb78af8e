"""What every page of the desk says where one editor works alone."""

from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def solo_review() -> bool:
    """Whether authors may approve their own text here (``ATLAS_SOLO_REVIEW``)."""
    return bool(settings.ATLAS_SOLO_REVIEW)
