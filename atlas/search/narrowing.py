"""What a search is narrowed to. Everything said of an analysis means the provision's live one."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from atlas.models import Instrument, Jurisdiction, Obligation, Platform, Publication, Topic


@dataclass(frozen=True)
class Narrowing:
    """Each is empty where it does not narrow. ``since`` and ``until`` are days (UTC), both included."""

    platform: Platform | None = None
    topic: Topic | None = None
    exposure: str = ""
    instrument: Instrument | None = None
    jurisdiction: Jurisdiction | None = None
    since: date | None = None
    until: date | None = None
    only_stale: bool = False

    @property
    def any(self) -> bool:
        return self != Narrowing()

    def provisions(self, prefix: str) -> Q:
        """Of rows whose provision ``prefix`` leads to ("" where they are provisions, "provision__")."""
        condition = Q()
        if self.platform:
            condition &= Q(**{f"{prefix}document__platform": self.platform})
        if self.topic:
            condition &= Q(**{f"{prefix}topics": self.topic})
        key = "pk" if not prefix else prefix.removesuffix("__")
        if self._asks_for_an_analysis:
            condition &= Q(Exists(self.publications(Publication.objects.live()).filter(provision=OuterRef(key))))
        return condition

    def publications(self, rows: QuerySet[Publication]) -> QuerySet[Publication]:
        """``rows``, narrowed by what is said of analyses; not by platform, topic and date."""
        rows = rows.filter(exposure_level=self.exposure) if self.exposure else rows
        if self.instrument or self.jurisdiction:
            rows = rows.filter(pk__in=self._citing())
        return rows.filter(pk__in=Publication.objects.stale().values("pk")) if self.only_stale else rows

    def within(self, field: str) -> Q:
        """That the time ``field`` names is in the days asked for."""
        condition = Q()
        if self.since:
            condition &= Q(**{f"{field}__gte": datetime.combine(self.since, time.min, UTC)})
        if self.until:
            condition &= Q(**{f"{field}__lt": datetime.combine(self.until + timedelta(days=1), time.min, UTC)})
        return condition

    @property
    def _asks_for_an_analysis(self) -> bool:
        return bool(self.exposure or self.instrument or self.jurisdiction or self.only_stale)

    def _citing(self) -> QuerySet[Any]:
        obligations = Obligation.objects.all()
        if self.instrument:
            obligations = obligations.filter(instrument=self.instrument)
        if self.jurisdiction:
            obligations = obligations.filter(instrument__jurisdiction=self.jurisdiction)
        links: QuerySet[Any] = Publication.cited.through.objects.filter(obligation__in=obligations)
        return links.values("publication")
