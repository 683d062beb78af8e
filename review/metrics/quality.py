"""Quality: what editors make of drafts, what the checks are worth, and what readers were told wrong."""

import re
from collections import Counter, defaultdict

from django.db.models import Count

from analysis.models import DraftRun
from atlas.models import TEXT_FIELDS
from review.metrics.charts import bar_chart
from review.metrics.figures import Figures
from review.metrics.sample import AT_MOST, BY_HAND, Published
from review.metrics.tables import (
    NONE,
    Cell,
    Table,
    count,
    decision_list,
    mean,
    per,
    publication_list,
    share,
)
from review.models import PART_LABELS, Decision, DecisionKind, Finding, ReasonCode, Severity

_SAMPLED = f"Counted on the latest {AT_MOST} analyses published in the period, or all if there were fewer."


def drafters(figures: Figures) -> Table:
    sent_back = _sent_back(figures)
    returned: Counter[str] = Counter()
    for (drafter, _), number in sent_back.items():
        returned[drafter] += number
    made: dict[str, list[Published]] = defaultdict(list)
    for row in figures.sample:
        made[row.drafter].append(row)
    return Table(
        key="drafters",
        title="What became of drafts, by model and prompt",
        definition=f"{_SAMPLED} Unchanged: the text published is the one drafted, word for word. Words changed: taken"
        " out and put in, from the last draft to the text published. Rounds: 1, and one more each time it was sent"
        " back or its approval voided. Sent back: decisions in the period on a text of this drafter, all of them.",
        columns=("Drafted by", "Published", "Unchanged", "Share", "Words changed, mean", "Rounds, mean", "Sent back"),
        rows=tuple(
            (Cell(drafter), *_drafter_cells(made[drafter]), count(returned[drafter]))
            for drafter in sorted(made.keys() | returned.keys())
        ),
        empty="Nothing was published or sent back in these days.",
    )


def _drafter_cells(rows: list[Published]) -> tuple[Cell, ...]:
    drafted = [row for row in rows if row.draft]
    unchanged = sum(row.is_unchanged for row in drafted)
    words = [sum(row.words_changed(part) for part in TEXT_FIELDS) for row in drafted]
    return (
        count(len(rows)),
        count(unchanged) if drafted else NONE,
        share(unchanged, len(drafted)),
        mean(words),
        mean([row.rounds for row in rows]),
    )


def words(figures: Figures) -> Table:
    drafted = [row for row in figures.sample if row.draft]
    changed = {part: [row.words_changed(part) for row in drafted] for part in TEXT_FIELDS} if drafted else {}
    means = [(PART_LABELS[part], round(sum(numbers) / len(drafted), 1)) for part, numbers in changed.items()]
    return Table(
        key="words",
        title="Words changed, part by part",
        definition=f"{_SAMPLED} From the last draft to the text published: words taken out and words put in.",
        columns=("Part", "Texts that changed it", "Share", "Words changed, mean"),
        rows=tuple(
            (Cell(PART_LABELS[part]), count(_edited(numbers)), share(_edited(numbers), len(numbers)), mean(numbers))
            for part, numbers in changed.items()
        ),
        empty="Nothing that a drafter had written was published in these days.",
        chart=bar_chart("words", "Words changed, mean of a text", means, "words") if means else None,
    )


def _edited(numbers: list[int]) -> int:
    return sum(number > 0 for number in numbers)


def redrafts(figures: Figures) -> Table:
    by_code: Counter[str] = Counter()
    for (_, code), number in _sent_back(figures).items():
        by_code[code] += number
    together, labels = sum(by_code.values()), dict(ReasonCode.choices)
    return Table(
        key="redrafts",
        title="Why texts are sent back",
        definition="Decisions in the period to ask for changes, by the reason chosen. The rate is of all texts sent"
        " back or approved: decisions, so that a text approved by two people counts two.",
        columns=("Reason", "Sent back", "Share"),
        rows=tuple(
            (
                Cell(str(labels.get(code, "No reason chosen"))),
                count(number, _list_of(code, figures)),
                share(number, together),
            )
            for code, number in by_code.most_common()
        ),
        empty="No text was sent back in these days.",
        totals=(
            Cell("Together"),
            count(together, decision_list(figures.period, "request_changes")),
            Cell(f"{share(together, together + figures.decisions['approve']).words} of decisions"),
        ),
    )


def _list_of(code: str, figures: Figures) -> str:
    """Where no reason was chosen, the admin's lists cannot be asked for that."""
    return decision_list(figures.period, "request_changes", reason_code__exact=code) if code else ""


def _sent_back(figures: Figures) -> dict[tuple[str, str], int]:
    """(Drafter in words, reason code) → how often. One query."""
    run = "revision__draft_run__"
    columns = ("drafter", "model_requested", "model_returned", "prompt_name", "prompt_version")
    rows = Decision.objects.filter(kind=DecisionKind.REQUEST_CHANGES, at__gte=figures.period.start).order_by()
    counted = rows.values("reason_code", *(run + column for column in columns)).annotate(n=Count("pk"))
    found: Counter[tuple[str, str]] = Counter()
    for row in counted:
        drafted = DraftRun(**{column: row[run + column] for column in columns}) if row[run + "drafter"] else None
        found[drafted.drafter_words if drafted else BY_HAND, row["reason_code"]] += row["n"]
    return found


def checks(figures: Figures) -> Table:
    drafts = {row.draft.pk: row for row in figures.sample if row.draft}
    raised, followed = Counter[str](), Counter[str]()
    told = Finding.objects.filter(revision__in=list(drafts)).exclude(severity=Severity.PASS).order_by()
    for code, part, revision_id in told.values_list("code", "part", "revision_id"):
        raised[code] += 1
        followed[code] += drafts[revision_id].is_edited(part)
    blockers = Finding.objects.filter(severity=Severity.BLOCKER, revision__created_at__gte=figures.period.start)
    counted = blockers.order_by().values("code").annotate(n=Count("pk"), waived=Count("waivers"))
    blocked = {row["code"]: (row["n"], row["waived"]) for row in counted}
    return Table(
        key="checks",
        title="What the checks are worth",
        definition="Warnings and blockers on the drafts of the analyses sampled above, and how many of them were"
        " followed by an edit of the part they concern: what a check is right about gets edited. Blockers and waivers:"
        " on all revisions of the period; a finding is waived once.",
        columns=("Check", "Raised", "Part edited after", "Share", "Blockers", "Waived", "Share waived"),
        rows=tuple(
            (
                Cell(re.sub("[-_]", " ", code).capitalize()),
                count(raised[code]),
                count(followed[code]),
                share(followed[code], raised[code]),
                count(blocked.get(code, (0, 0))[0]),
                count(blocked.get(code, (0, 0))[1]),
                share(*reversed(blocked.get(code, (0, 0)))),
            )
            for code in sorted(raised.keys() | blocked.keys())
        ),
        empty="No check raised anything in these days.",
    )


def corrections(figures: Figures) -> Table:
    period, published = figures.period, figures.publications["all"]
    rows = (
        ("Corrections", figures.publications["corrections"], publication_list(period, kind="correction")),
        ("Withdrawn", figures.decisions["withdraw"], decision_list(period, "withdraw")),
        ("Retracted", figures.decisions["retract"], decision_list(period, "retract")),
    )
    return Table(
        key="corrections",
        title="Corrected and taken back",
        definition="Corrections published, and publications withdrawn or retracted, in the period; and how many that is"
        " for each 100 published in it. What is taken back may have been published before.",
        columns=("What", "How many", "For 100 published"),
        rows=tuple(
            (Cell(words), count(number, address), per(100 * number, published, lambda value: f"{value:.1f}"))
            for words, number, address in rows
        )
        if published or any(number for _, number, _ in rows)
        else (),
        empty="Nothing was published, withdrawn or retracted in these days.",
    )


TABLES = (drafters, words, redrafts, checks, corrections)
