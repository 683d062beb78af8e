"""Addresses of readers' pages, as Django's ``reverse`` makes them, for pages and feeds that name hundreds."""

import re
from functools import lru_cache

from django.urls import get_script_prefix, reverse

# Identifiers and short names: what stands in an address as it is.
_PLAIN = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)


def address_of(page: str, *parts: str) -> str:
    """The address of ``page`` (its name among those of the site) with ``parts`` in it.

    Raises:
        NoReverseMatch: if there is no such page, or it takes other parts.
    """
    if all(_PLAIN.fullmatch(part) for part in parts):
        return _pattern(get_script_prefix(), page, len(parts)).format(*parts)
    return reverse(f"site:{page}", args=parts)


@lru_cache(maxsize=200)
def _pattern(prefix: str, page: str, number: int) -> str:
    """The address with {} in place of each part. ``prefix``, where the site is mounted, is in it."""
    marks = [f"mark-{place}-of-a-part" for place in range(number)]
    address = reverse(f"site:{page}", args=marks).replace("{", "{{").replace("}", "}}")
    for mark in marks:
        address = address.replace(mark, "{}")
    return address
