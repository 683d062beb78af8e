"""The dates that a version states of itself → rows."""

from atlas.archive.texts.stated_dates import find_stated_dates
from atlas.models import StatedDate, Version


def record_stated_dates(version: Version, text: str) -> None:
    """Store what ``text``, that of ``version``, states; nothing where it states none or it is stored already."""
    found = find_stated_dates(text)
    if found:
        StatedDate.objects.bulk_create(
            [
                StatedDate(version=version, kind=date.kind, value=date.value, start=date.start, end=date.end)
                for date in found
            ],
            ignore_conflicts=True,
        )
