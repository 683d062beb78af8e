"""Whether a text that a rebuild cut otherwise still stands: docs/decisions/0014-rebuild.md."""

from django.db.models import BooleanField, Func


def stands_cut_anew(*, version: str, wording: str) -> Func:
    """For rows that name a wording and a version with it: a later splitter cut that version, and every piece that it
    made of the wording's stretch still reads the same in the document.

    The function is PostgreSQL's own (``atlas/migrations/0011_public_pages.py``).
    """
    return Func(version, wording, function="atlas_stands_cut_anew", arity=2, output_field=BooleanField())
