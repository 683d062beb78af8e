"""What stood at a moment: which publications, about which text, in which documents.

A page of the past rests on insert-only rows alone, by the time at which Atlas wrote them down: publications by
``published_at`` and the dates that end them, texts by the captures recorded until then. So the same address shows the
same state whenever it is asked for, also after history older than the moment was imported. What is not recorded with
its time, like the topics of a provision that nobody analysed, is not told of the past at all.
"""

from typing import Any

from django.db.models import (
    BooleanField,
    CharField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)

from atlas.comparing.moments import Moment
from atlas.models import Capture, Placement, Publication, Wording
from atlas.models.publications import ENDS, PublicationQuerySet


def stood(moment: Moment) -> PublicationQuerySet:
    """The publications that stood at ``moment``, also those that have ended since."""
    return Publication.objects.live_at(moment.at) if moment.is_past else Publication.objects.live()


def standing(moment: Moment) -> PublicationQuerySet:
    """The same, each with ``is_stale`` (as of then) and ``has_ended`` (since then).

    One that has ended is a tombstone: it is counted, and nothing of its text may be shown.
    """
    ended = Q(withdrawn_at__isnull=False) | Q(retracted_at__isnull=False)
    rows = stood(moment).annotate(has_ended=ExpressionWrapper(ended, output_field=BooleanField()))
    if not moment.is_past:
        return rows.with_staleness()
    is_other = ~Exists(_same_text_then()) & ~Q(_stood_cut_anew())
    is_stale = ExpressionWrapper(Q(text_then__isnull=False) & is_other, output_field=BooleanField())
    return rows.annotate(text_then=_version_then(moment)).annotate(is_stale=is_stale)


def unchanged_since(moment: Moment) -> Moment:
    """The moment of the last event before ``moment``: the state is the same, and so is its address for everybody.

    One query. Captures are written down in the order of their keys, but for those that are written at once.
    """
    latest = Capture.objects.filter(pk__in=Capture.objects.order_by("-pk").values("pk")[:100])
    captured = latest.order_by("-recorded_at").values_list("recorded_at")[:1]
    events = captured.union(*(_latest(date) for date in ("published_at", *ENDS)), all=True)
    past = [at for (at,) in events if at <= moment.at]
    return Moment(max(past, default=moment.at), is_past=True)


def _latest(date: str) -> QuerySet[Publication, tuple[Any]]:
    """The last time that this happened to a publication; each of these dates has an index."""
    return Publication.objects.exclude(**{date: None}).order_by(f"-{date}").values_list(date)[:1]


def captures_until(moment: Moment) -> QuerySet[Capture]:
    """Looks that Atlas had recorded by ``moment``."""
    return Capture.objects.filter(recorded_at__lte=moment.at)


def _version_then(moment: Moment) -> Subquery:
    """The version in which a publication's document stood: that of the latest good capture recorded until then."""
    good = captures_until(moment).filter(document=OuterRef("provision__document"), version__isnull=False)
    return Subquery(good.order_by("-sequence").values("version")[:1])


def _same_text_then() -> QuerySet[Wording]:
    """The publication's text, typography aside, as the provision had it in the version that stood then.

    Placements of every splitter count: those of the one of that time stay, and a later one adds its own.
    """
    return Wording.objects.filter(
        provision=OuterRef("provision"),
        folded_sha256=OuterRef("wording__folded_sha256"),
        placements__version=OuterRef("text_then"),
    )


def _stood_cut_anew() -> Exists:
    """A later splitter divided the publication's text otherwise, and the version of then holds every piece of it."""
    in_version_then = Placement.objects.filter(
        version=OuterRef(OuterRef(OuterRef("text_then"))), wording__folded_sha256=OuterRef("wording__folded_sha256")
    )
    pieces = Placement.objects.filter(
        version=OuterRef("version"),
        splitter__gt=OuterRef("splitter"),
        start__lt=OuterRef("end"),
        end__gt=OuterRef("start"),
    ).current()
    own = Placement.objects.filter(version=OuterRef("version"), wording=OuterRef("wording"))
    return Exists(own.filter(Exists(pieces), ~Exists(pieces.filter(~Exists(in_version_then)))))


def each_topic() -> Func:
    """For publications: one row for each topic that the approved analysis names."""
    return Func(F("topics"), function="unnest", output_field=CharField())
