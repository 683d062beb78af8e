"""What readers see of the provision now."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef

from atlas.models import PARTS, Approval, Publication
from review.models import Edition


def live_publication(edition: Edition) -> Publication | None:
    """The publication that stands, with its wording and (``approved_by``) the names of its approvers. One query."""
    names = Approval.objects.filter(publication=OuterRef("pk")).order_by("approved_at").values("name")
    live = edition.provision.publications.live().select_related("wording")
    return live.annotate(approved_by=ArraySubquery(names)).first()


def context(live: Publication | None) -> dict[str, Any]:
    """What ``_published.html`` shows: the parts in the order of the draft."""
    texts = [(part.label, getattr(live, part.field)) for part in PARTS] if live else []
    return {"live": live, "live_parts": [(label, text) for label, text in texts if text]}
