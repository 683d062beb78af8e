"""What lists of changes show: each announced change, and a rewritten document once, with all its changes behind it."""

from django.db.models import Exists, F, OuterRef

from atlas.models import Change
from atlas.models.provisions import ChangeQuerySet


def as_entries(announced: ChangeQuerySet) -> ChangeQuerySet:
    """``announced`` for a list. A rewrite's last change stands for all of it; its ``rewrite`` says what happened.

    One rewrite would bury everything else that changed: it can be hundreds of changes of one capture.
    """
    later = Change.objects.announced().filter(capture=OuterRef("capture"), pk__gt=OuterRef("pk"))
    entries = announced.exclude(Exists(later), capture__cluster__isnull=False)
    return entries.for_lists().annotate(rewrite=F("capture__cluster__title"))
