"""What drafting many provisions will take: calls, tokens and money, as a range, before anything starts.

From the runs of the model that will be asked, with its prompt of today: the middle half of the last hundred. A model
without enough runs is reckoned from the sizes of the texts: then it is said that this is a guess.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from django.db.models import QuerySet, Sum
from django.db.models.functions import Length
from django.utils import timezone

from analysis.budget import price_now, spent
from analysis.models import DraftRun, RunStatus
from analysis.pacing import CHARACTERS_A_TOKEN
from analysis.profiles import Profile, configured_profiles
from analysis.prompts import ANALYSIS, current
from atlas.config import load_config
from atlas.models import Wording

ENOUGH_RUNS = 5
LATEST_RUNS = 100
SURROUNDINGS = 6_000  # characters of a context beside the text: neighbours, candidates, checklist
ANSWER_TOKENS = (1_200, 3_000)  # of an analysis of a short and of a long provision


@dataclass(frozen=True)
class Range:
    """From the lower to the upper end; both for all drafts together."""

    low: int
    high: int


@dataclass(frozen=True)
class Estimate:
    """``usd`` is None where no price is known, ``tokens`` where no model is asked. ``runs``: on how many it rests."""

    drafts: int
    model: str
    calls: int
    tokens: Range | None = None
    usd: tuple[Decimal, Decimal] | None = None
    runs: int = 0
    budget_left: Decimal | None = None

    @property
    def basis(self) -> str:
        """What it rests on, in words."""
        if not self.model:
            return "Without a model the outline drafter writes, and nothing is spent."
        if self.runs:
            return f"From the middle half of the last {self.runs} drafts by {self.model} with the same prompt."
        return f"A guess from the sizes of the texts: {self.model} has made too few drafts with this prompt."

    def in_words(self) -> str:
        """One sentence for the page and the command."""
        drafts = "1 draft" if self.drafts == 1 else f"{self.drafts:,} drafts"
        if not self.model or self.tokens is None:
            return f"{drafts}. {self.basis}"
        money = f"{self.usd[0]:.2f} to {self.usd[1]:.2f} USD" if self.usd else "at a price that is not known"
        tokens = f"{self.tokens.low:,} to {self.tokens.high:,} tokens"
        left = f" Of today's budget {self.budget_left:.2f} USD are left." if self.budget_left is not None else ""
        return f"{drafts}, {self.calls:,} calls or more, {tokens}, {money}. {self.basis}{left}"


def estimate(wordings: QuerySet[Wording]) -> Estimate:
    """What drafting ``wordings`` will take. At most four queries."""
    drafts = wordings.count()
    profiles = configured_profiles()
    if not profiles:
        return Estimate(drafts, "", calls=0)
    profile = profiles[0]
    runs = _latest_runs(profile)
    if len(runs) >= ENOUGH_RUNS:
        usual = _from_runs(runs, drafts)
    else:
        runs, usual = [], _from_sizes(wordings, drafts, profile)
    return Estimate(drafts, profile.name, drafts, *usual, runs=len(runs), budget_left=_budget_left())


Run = tuple[int, int, Decimal | None]


def _latest_runs(profile: Profile) -> list[Run]:
    prompt = current(ANALYSIS)
    rows = DraftRun.objects.filter(
        status=RunStatus.DRAFTED,
        model_requested=profile.name,
        prompt_name=prompt.name,
        prompt_version=prompt.version,
        reused=None,
        input_tokens__isnull=False,
        output_tokens__isnull=False,
    )
    latest = rows.order_by("-pk").values_list("input_tokens", "output_tokens", "cost_usd")[:LATEST_RUNS]
    return [(given or 0, made or 0, cost) for given, made, cost in latest]


Usual = tuple[Range, tuple[Decimal, Decimal] | None]


def _from_runs(runs: Sequence[Run], drafts: int) -> Usual:
    tokens = sorted(given + made for given, made, _ in runs)
    costs = sorted(cost for _, _, cost in runs if cost is not None)
    usd = (_at(costs, 1) * drafts, _at(costs, 3) * drafts) if len(costs) == len(runs) else None
    return Range(_at(tokens, 1) * drafts, _at(tokens, 3) * drafts), usd


Amount = TypeVar("Amount", int, Decimal)


def _at(values: Sequence[Amount], quarter: int) -> Amount:
    return values[min(len(values) - 1, len(values) * quarter // 4)]


def _from_sizes(wordings: QuerySet[Wording], drafts: int, profile: Profile) -> Usual:
    prompt = current(ANALYSIS)
    characters = wordings.order_by().aggregate(total=Sum(Length("text")))["total"] or 0
    characters += drafts * (prompt.fixed_characters + SURROUNDINGS)
    given = int(characters / CHARACTERS_A_TOKEN)
    low, high = (given + drafts * answer for answer in ANSWER_TOKENS)
    price = price_now(profile, timezone.now())
    usd = None
    if price is not None:
        short, long = (price.cost(given, drafts * answer) for answer in ANSWER_TOKENS)
        usd = (short, long)
    return Range(low, high), usd


def _budget_left() -> Decimal | None:
    budget = load_config().llm_daily_budget
    return max(budget - spent(timezone.now()), Decimal(0)) if budget is not None else None
