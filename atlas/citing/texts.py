"""Which archived text of a provision is cited, and as it stands in which version: for many provisions at once."""

from collections.abc import Sequence

from django.db.models import OuterRef, Subquery

from atlas.citing.cited import Cited, provision_text
from atlas.models import Document, Provision, Version, Wording
from atlas.site.coverage import good_captures


def texts_to_cite(provisions: Sequence[Provision]) -> dict[int, Cited]:
    """The text in force, in the version that stands; of what was removed the last one, in the version it was first
    seen in. By key of the provision; without those that have no archived text. Two queries.

    ``provisions`` have their documents' platforms selected.
    """
    standing = _standing({row.document_id for row in provisions})
    last = _last_wordings(provisions)
    found = {}
    for row in provisions:
        newest = last.get(row.pk)
        wording = row.current_wording or newest
        version = standing.get(row.document_id) if row.removed_at is None else _first_seen(newest)
        if wording is not None and version is not None:
            found[row.pk] = provision_text(row, wording, version)
    return found


def _standing(documents: set[int]) -> dict[int, Version]:
    """The version that the latest good capture of each document showed."""
    looks = good_captures().filter(document=OuterRef("pk")).order_by("-sequence")
    rows = Document.objects.filter(pk__in=documents).annotate(stands=Subquery(looks.values("version")[:1]))
    return {row.document_id: row for row in Version.objects.filter(pk__in=rows.values("stands"))}


def _last_wordings(provisions: Sequence[Provision]) -> dict[int, Wording]:
    """Of those that were removed, and of any without a text in force."""
    keys = [row.pk for row in provisions if row.removed_at is not None or row.current_wording_id is None]
    rows = Wording.objects.filter(provision__in=keys).order_by("provision_id", "-number").distinct("provision_id")
    return {row.provision_id: row for row in rows.defer("text").select_related("first_capture__version")}


def _first_seen(wording: Wording | None) -> Version | None:
    return wording.first_capture.version if wording else None
