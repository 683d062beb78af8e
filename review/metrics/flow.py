"""Flow: what waits and for how long, what comes in and goes out, and how long each step takes."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Count, F, Min, OuterRef, Q, Subquery, Value
from django.db.models.functions import Least, TruncDate
from django.utils import timezone

from atlas.models import Change, Publication
from review.metrics.charts import Series, bar_chart, line_chart
from review.metrics.figures import Figures
from review.metrics.tables import NONE, Cell, Table, count, decision_list, duration, publication_list, queue_list
from review.models import Decision, DecisionKind, Edition, State

_TABS = {State.IN_REVIEW: "waiting", State.CHANGES_REQUESTED: "changes", State.APPROVED: "scheduled"}


def waiting(figures: Figures) -> Table:
    now = timezone.now()
    rows = Edition.objects.open().order_by().values("state")
    rows = rows.annotate(n=Count("pk"), oldest=Min("opened_at"), overdue=Count("pk", filter=Q(due_at__lt=now)))
    found = {row["state"]: row for row in rows}
    states = [(state, found[state]) for state in _TABS if state in found]
    return Table(
        key="waiting",
        title="What waits now",
        definition="Open editions by state, whatever the period; the age is since the edition was opened, and overdue"
        " are those past their due date.",
        columns=("State", "Editions", "Oldest", "Overdue"),
        rows=tuple(
            (
                Cell(state.label),
                count(row["n"], queue_list(_TABS[state])),
                duration((now - row["oldest"]).total_seconds()),
                count(row["overdue"]),
            )
            for state, row in states
        ),
        empty="No edition is open.",
        chart=bar_chart("waiting", "Open editions by state", [(s.label, row["n"]) for s, row in states], "editions")
        if states
        else None,
    )


_KINDS = {
    DecisionKind.APPROVE: "Approvals",
    DecisionKind.REQUEST_CHANGES: "Sent back",
    DecisionKind.DISCARD: "Discarded",
}


def days(figures: Figures) -> Table:
    period = figures.period
    found = _by_day(figures)
    decided = [sum(found[kind, day] for kind in _KINDS) for day in period.dates]
    opened = [found["opened", day] for day in period.dates]
    return Table(
        key="days",
        title="In and out, day by day",
        definition="Editions opened, decisions that people took, and analyses published, by day (UTC). An edition with"
        " two approvals counts two decisions.",
        columns=("Day", "Opened", *_KINDS.values(), "Published"),
        rows=tuple(
            (
                Cell(f"{day:%a} {day.day} {day:%b %Y}", plain=day.isoformat()),
                *(count(found[name, day]) for name in ("opened", *_KINDS, "published")),
            )
            for day in reversed(period.dates)
        )
        if found
        else (),
        empty="Nothing was opened, decided or published in these days.",
        chart=line_chart(
            "days",
            "Editions opened, and decisions",
            (f"{period.dates[0]:%d %b %Y}", f"{period.dates[-1]:%d %b %Y}"),
            [Series("Opened", opened), Series("Decisions", decided)],
        )
        if found
        else None,
        is_long=True,
        totals=(
            Cell("Together"),
            count(sum(opened)),
            *(count(sum(found[kind, day] for day in period.dates), decision_list(period, kind)) for kind in _KINDS),
            count(figures.publications["all"], publication_list(period)),
        ),
    )


def _by_day(figures: Figures) -> Counter[tuple[str, date]]:
    """("opened", "published" or the kind of a decision, day) → how many. One query."""
    start = figures.period.start

    def counted(rows: Any, column: str, name: Any) -> Any:
        rows = rows.filter(**{f"{column}__gte": start}).order_by().annotate(day=TruncDate(column), name=name)
        return rows.values("name", "day").annotate(n=Count("pk")).values_list("name", "day", "n")

    rows = counted(Edition.objects.all(), "opened_at", Value("opened")).union(
        counted(Publication.objects.all(), "published_at", Value("published")),
        counted(Decision.objects.filter(kind__in=_KINDS), "at", F("kind")),
        all=True,
    )
    return Counter({(name, day): number for name, day, number in rows})


# Each step by its end, the latest of the period; a step that was taken twice counts the first time.
_LATEST = 5_000
_STEPS = """
WITH drafted AS (
    SELECT extract(epoch FROM run.created_at - capture.recorded_at) AS seconds
    FROM analysis_draftrun run JOIN analysis_draftjob job ON job.id = run.job_id
        JOIN atlas_change change ON change.id = job.change_id
        JOIN atlas_capture capture ON capture.id = change.capture_id
    WHERE run.created_at >= %(start)s AND run.status = 'drafted' AND job.reason = 'changed'
    ORDER BY run.created_at DESC LIMIT %(latest)s
), taken AS (
    SELECT extract(epoch FROM claim.at - run.created_at) AS seconds FROM (
        SELECT edition_ref, at FROM review_event event
        WHERE action = 'claim' AND at >= %(start)s AND NOT EXISTS (
            SELECT FROM review_event
            WHERE edition_ref = event.edition_ref AND sequence < event.sequence AND action = 'claim')
        ORDER BY at DESC LIMIT %(latest)s
    ) claim JOIN review_revision revision ON revision.edition_id = claim.edition_ref AND revision.number = 1
        JOIN analysis_draftrun run ON run.id = revision.draft_run_id
), decided AS (
    SELECT extract(epoch FROM decision.at - claim.at) AS seconds FROM (
        SELECT edition_id, at FROM review_decision later
        WHERE kind IN ('approve', 'request_changes', 'discard') AND at >= %(start)s AND NOT EXISTS (
            SELECT FROM review_decision
            WHERE edition_id = later.edition_id AND id < later.id
                AND kind IN ('approve', 'request_changes', 'discard'))
        ORDER BY at DESC LIMIT %(latest)s
    ) decision JOIN LATERAL (
        SELECT min(at) AS at FROM review_event WHERE edition_ref = decision.edition_id AND action = 'claim'
    ) claim ON claim.at <= decision.at
), published AS (
    SELECT extract(epoch FROM publication.published_at - approval.at) AS seconds FROM (
        SELECT id, published_at FROM atlas_publication later
        WHERE published_at >= %(start)s AND NOT EXISTS (
            SELECT FROM atlas_publication WHERE revision_id = later.revision_id AND id < later.id)
        ORDER BY published_at DESC LIMIT %(latest)s
    ) publication JOIN LATERAL (
        SELECT max(approved_at) AS at FROM atlas_approval WHERE publication_id = publication.id
    ) approval ON approval.at IS NOT NULL
)
"""
_STEP_NAMES = {
    "drafted": "Change recorded → drafted",
    "taken": "Drafted → first claimed",
    "decided": "First claimed → first decision",
    "published": "Approved → published",
}


def steps(figures: Figures) -> Table:
    selects = [
        f"SELECT '{name}', count(*), percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY seconds) FROM {name}"
        for name in _STEP_NAMES
    ]
    with connection.cursor() as cursor:
        cursor.execute(_STEPS + " UNION ALL ".join(selects), {"start": figures.period.start, "latest": _LATEST})
        found = {name: (number, times) for name, number, times in cursor.fetchall() if number}
    return Table(
        key="steps",
        title="How long each step takes",
        definition=f"Steps that ended in the period, the latest {_LATEST:,} of each: half of them took no longer than"
        " the first time, nine of ten no longer than the second. Only drafts for changes, and only editions that"
        " somebody claimed; a text that was published again counts once.",
        columns=("Step", "Counted", "Half within", "Nine of ten within"),
        rows=tuple(
            (Cell(words), count(found[name][0]), duration(found[name][1][0]), duration(found[name][1][1]))
            for name, words in _STEP_NAMES.items()
            if name in found
        ),
        empty="No step ended in these days.",
    )


def stale(figures: Figures) -> Table:
    now = timezone.now()
    standing = _since_when(Publication.objects.stale()).values_list("left_at", flat=True)
    standing_hours = [(now - left).total_seconds() if left else None for left in standing]
    ended = _since_when(Publication.objects.annotate(ended=Least("superseded_at", "withdrawn_at", "retracted_at")))
    times = ended.filter(ended__gte=figures.period.start).values_list("left_at", "ended")
    ended_hours = [(end - left).total_seconds() for left, end in times if left and left < end]
    rows = (("Stale now", standing_hours, queue_list("stale")), ("Ended in the period", ended_hours, ""))
    return Table(
        key="stale",
        title="Published and out of date",
        definition="Analyses that readers see, or saw, although the provision had another text: how many, and how long"
        " from the recording of the change until a successor took their place or they were taken back, or until now.",
        columns=("Analyses", "How many", "Hours together", "Longest"),
        rows=tuple(_stale_row(*row) for row in rows if row[1]),
        empty="No published analysis is, or was in these days, about an earlier text.",
    )


def _since_when(publications: Any) -> Any:
    """Each with ``left_at``: when it was recorded that the provision last left the text it describes."""
    text = F("new_wording__folded_sha256")
    left = Change.objects.filter(
        ~Q(old_wording__folded_sha256=text) | Q(new_wording=None),
        provision=OuterRef("provision"),
        old_wording__folded_sha256=OuterRef("wording__folded_sha256"),
        capture__recorded_at__gt=OuterRef("published_at"),
    )
    return publications.annotate(
        left_at=Subquery(left.order_by("-capture__sequence").values("capture__recorded_at")[:1])
    )


def _stale_row(words: str, seconds: Iterable[float | None], address: str) -> tuple[Cell, ...]:
    """One whose change is not on record counts, without hours."""
    seconds = list(seconds)
    known = [value for value in seconds if value is not None]
    hours = sum(known) / 3600
    return (
        Cell(words),
        count(len(seconds), address),
        Cell(f"{hours:,.1f}", plain=round(hours, 3)) if known else NONE,
        duration(max(known, default=None)),
    )


TABLES = (waiting, days, steps, stale)
