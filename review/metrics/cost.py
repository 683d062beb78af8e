"""Cost: what drafting took in tokens and USD, for what was published and for what was drafted again."""

from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum, Value
from django.db.models.functions import Coalesce, NullIf

from analysis.models import DraftRun, Reason
from atlas.models import Publication
from review.metrics.figures import Figures
from review.metrics.tables import NONE, Cell, Table, count, per, usd
from review.models import Revision

_COLUMNS = (
    "Model",
    "Runs",
    "Price unknown",
    "Tokens in",
    "Tokens out",
    "USD",
    "Published",
    "Tokens each",
    "USD each",
    "Redrafts",
    "Tokens a redraft",
    "USD a redraft",
)


def models(figures: Figures) -> Table:
    runs, published = _runs(figures), _published(figures)
    return Table(
        key="models",
        title="What drafting costs, by model",
        definition="All runs of the period, failed ones too. For each analysis published: all that the model took in"
        " the period, divided by the analyses published in it whose edition has a text of this model. For each redraft:"
        " what runs with instructions took, divided by how many there were. A run without a known price adds nothing.",
        columns=_COLUMNS,
        rows=tuple(
            (Cell(name), *_cells(runs.get(name), published.get(name, 0)))
            for name in sorted(runs.keys() | published.keys())
        ),
        empty="No model was called in these days, and nothing was published that one had drafted. The outline drafter"
        " costs nothing.",
    )


def _cells(run: dict[str, Any] | None, published: int) -> tuple[Cell, ...]:
    if run is None:  # called before the period alone
        return (count(0), *[NONE] * 4, count(published), *[NONE] * 5)
    return (
        count(run["runs"]),
        count(run["unpriced"]),
        count(run["tokens_in"]),
        count(run["tokens_out"]),
        Cell(usd(run["cost"]), plain=run["cost"]),
        count(published),
        per(run["tokens_in"] + run["tokens_out"], published, _tokens),
        per(run["cost"], published, usd),
        count(run["redrafts"]),
        per(run["redraft_tokens"], run["redrafts"], _tokens),
        per(run["redraft_cost"], run["redrafts"], usd),
    )


def _tokens(number: float) -> str:
    return f"{number:,.0f}"


def _model(prefix: str = "") -> Coalesce:
    """The model that answered, or else the one asked."""
    return Coalesce(NullIf(f"{prefix}model_returned", Value("")), f"{prefix}model_requested")


def _runs(figures: Figures) -> dict[str, dict[str, Any]]:
    again = Q(job__reason=Reason.REDRAFT)
    none, free = Value(0), Value(Decimal(0))
    tokens = Coalesce("input_tokens", none) + Coalesce("output_tokens", none)
    rows = DraftRun.objects.filter(created_at__gte=figures.period.start, drafter="model").order_by()
    counted = rows.annotate(model=_model()).values("model")
    totals = counted.annotate(
        runs=Count("pk"),
        unpriced=Count("pk", filter=Q(cost_usd=None, input_tokens__isnull=False)),
        tokens_in=Coalesce(Sum("input_tokens"), none),
        tokens_out=Coalesce(Sum("output_tokens"), none),
        cost=Coalesce(Sum("cost_usd"), free),
        redrafts=Count("pk", filter=again),
        redraft_tokens=Coalesce(Sum(tokens, filter=again), none),
        redraft_cost=Coalesce(Sum("cost_usd", filter=again), free),
    )
    return {row["model"]: dict(row) for row in totals}


def _published(figures: Figures) -> dict[str, int]:
    """Editions published in the period, by each model that wrote a text in them."""
    published = Publication.objects.filter(published_at__gte=figures.period.start).values("revision_id")
    editions = Revision.objects.filter(pk__in=published).values("edition_id")
    drafted = Revision.objects.filter(edition__in=editions, draft_run__drafter="model").order_by()
    counted = drafted.annotate(model=_model("draft_run__")).values("model").annotate(n=Count("edition", distinct=True))
    return {row["model"]: row["n"] for row in counted}


TABLES = (models,)
