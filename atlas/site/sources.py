"""Where the text of a provision that readers see comes from: the version it stands in, and when that was looked at."""

from collections.abc import Sequence

from django.db.models import Count, Min, OuterRef, Subquery

from atlas.models import Capture, Provision, Version, Wording
from atlas.models.cuts import stands_cut_anew
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


def went_into_another(provision: Provision, wording: Wording | None) -> bool:
    """Its last text stands still: a rebuild of ours made it part of another provision."""
    if provision.removed_at is None or wording is None:
        return False
    rows = Wording.objects.filter(pk=wording.pk)
    return rows.filter(stands_cut_anew(version="first_capture__version", wording="pk")).exists()
