"""Where the text of a provision that readers see comes from: the version it stands in, and when that was looked at."""

from collections.abc import Sequence

from django.db.models import Count, Min, OuterRef, Subquery

from atlas.models import Capture, Provision, Version, Wording
from atlas.site.coverage import good_captures


def latest_look(provision: Provision) -> Capture | None:
    """The latest good capture of the document, with ``looks``, the number of captures, and ``since``. One query."""
    every = Capture.objects.filter(document=OuterRef("document")).order_by().values("document")
    good = good_captures().filter(document=provision.document_id).select_related("version")
    return (
        good.annotate(
            looks=Subquery(every.annotate(number=Count("pk")).values("number")),
            since=Subquery(every.annotate(first=Min("captured_at")).values("first")),
        )
        .order_by("-sequence")
        .first()
    )


def version_to_cite(provision: Provision, wordings: Sequence[Wording], look: Capture | None) -> Version | None:
    """The version in which the shown text stands: the latest good one, or the one it was first seen in."""
    if provision.removed_at is None:
        return look.version if look else None
    return wordings[0].first_capture.version if wordings else None
