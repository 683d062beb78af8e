"""Tag URIs (RFC 4151): names for feeds and entries that no rename, move or new address of the site ever changes."""

from django.conf import settings


def tag(specific: str) -> str:
    """``tag:atlas.example,2026:AT-C-000123``. ``specific`` is made of identifiers and keys, never of names or slugs."""
    return f"tag:{settings.TAG_AUTHORITY}:{specific}"
