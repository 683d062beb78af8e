"""The rows behind the pictures: looks and announced changes by day and by month. One query each."""

import datetime
from collections.abc import Iterable

from django.db.models import Count, Q
from django.db.models.functions import TruncDate, TruncMonth
from django.utils import timezone

from atlas.models import Capture, Change, Document, Platform, Significance, Wording
from atlas.pictures.calendar import WEEKS, Calendar, Day, calendar
from atlas.pictures.timeline import Event, Line, Months, by_month, line
from atlas.site.coverage import NOT_GOOD


def year_of(place: Platform | Document) -> Calendar:
    """The last year of looks at a platform's documents, or at one document. One query."""
    today = timezone.now().date()
    since = timezone.now() - datetime.timedelta(weeks=WEEKS)
    looks = Capture.objects.filter(_of(place), captured_at__gte=since).order_by()
    is_announced = Q(changes__significance=Significance.SUBSTANTIVE, changes__is_return=False)
    rows = looks.values(day=TruncDate("captured_at")).annotate(
        looks=Count("pk", distinct=True),
        bad=Count("pk", distinct=True, filter=Q(outcome__in=NOT_GOOD)),
        announced=Count("changes", distinct=True, filter=is_announced),
    )
    days = rows.values_list("day", "looks", "bad", "announced")
    return calendar((Day(*row) for row in days), today)


def changes_by_month(platform: Platform) -> Months:
    """All announced changes of a platform; their ``total`` is that of its list of changes. One query."""
    announced = Change.objects.announced().filter(document__platform=platform).order_by()
    rows = announced.values_list(TruncMonth("capture__captured_at")).annotate(Count("pk"))
    return by_month({month.date(): number for month, number in rows}, timezone.now().date())


def history_of(changes: Iterable[Change], first: Wording | None) -> Line | None:
    """The changes of a provision (with ``capture``) since its ``first`` wording. Makes no query."""
    events = [Event(change.capture.captured_at, _sort(change), change.get_kind_display()) for change in changes]
    if first is not None:
        events.append(Event(first.first_capture.captured_at, "first", "First captured"))
    return line(events, timezone.now())


def _sort(change: Change) -> str:
    return "return" if change.is_return else change.significance


def _of(place: Platform | Document) -> Q:
    return Q(document__platform=place) if isinstance(place, Platform) else Q(document=place)
