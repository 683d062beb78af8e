"""Safety: signs that approving became a habit. Counted for the whole team; no person is named or ranked."""

from review.metrics.figures import Figures
from review.metrics.tables import NONE, Cell, Table, count, decision_list, publication_list, share


def approvals(figures: Figures) -> Table:
    period, decided = figures.period, figures.decisions
    given, measured = decided["approve"], decided["measured"]
    fast, unmeasured = (decision_list(period, "approve", pace=pace) for pace in ("fast", "unmeasured"))
    own = decision_list(period, "approve", is_self_approval__exact=1)
    rows = (
        ("Approvals", given, decision_list(period, "approve"), NONE),
        ("Not measured", given - measured, unmeasured, share(given - measured, given)),
        ("Fast", decided["fast"], fast, share(decided["fast"], measured)),
        ("Of their own text", decided["self"], own, share(decided["self"], given)),
        ("Approvals voided", decided["void"], decision_list(period, "void"), share(decided["void"], given)),
    )
    return Table(
        key="approvals",
        title="How people approve",
        definition="Decisions in the period. Fast: more than 600 words a minute of what differs from what readers see,"
        " of the approvals whose time was measured; the others are not counted as slow. Of their own text: under"
        " single-editor review alone. Voided: each voiding, which may take back two approvals; the share is for each"
        " 100 approvals.",
        columns=("Approvals", "How many", "Share"),
        rows=tuple((Cell(words), count(number, address), part) for words, number, address, part in rows)
        if given or decided["void"]
        else (),
        empty="Nothing was approved in these days.",
    )


def people(figures: Figures) -> Table:
    period, published = figures.period, figures.publications
    rows = (
        ("One person", published["one"], ""),
        ("Two people", published["two"], ""),
        ("More than two", published["more"], ""),
        ("Under single-editor review", published["solo"], publication_list(period, solo_review__exact=1)),
    )
    return Table(
        key="people",
        title="How many people stand behind a publication",
        definition="Analyses published in the period, by the number of people who approved them. High exposure, a"
        " waived check and a correction take two, except under single-editor review, whose publications are counted"
        " once more in the last line.",
        columns=("Approved by", "Published", "Share"),
        rows=tuple(
            (Cell(words), count(number, address), share(number, published["all"])) for words, number, address in rows
        )
        if published["all"]
        else (),
        empty="Nothing was published in these days.",
        totals=(Cell("Together"), count(published["all"], publication_list(period)), NONE) if published["all"] else (),
    )


TABLES = (approvals, people)
