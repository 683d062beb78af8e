"""The outcomes of an evaluation counted, and laid side by side for a person or as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, get_args

from rich.table import Table

from analysis.evaluation.running import Outcome
from analysis.schema import Section

LONGEST_PROBLEM = 160  # characters of one assertion's problem in the table


@dataclass(frozen=True)
class Totals:
    """Over all cases of one drafter. Rates are of what there was to count, None where there was nothing."""

    cases: int
    passed: int
    valid: int
    quotes: int
    located: int
    blockers: int
    assertions: int
    held: int
    input_tokens: int
    output_tokens: int
    cost_usd: Decimal
    unpriced: int
    seconds: float
    abstained: float | None

    @classmethod
    def of(cls, outcomes: Sequence[Outcome]) -> "Totals":
        judged = [outcome.judgement for outcome in outcomes]
        valid = [judgement for judgement in judged if judgement.assertions[0].holds]
        sections = len(valid) * len(get_args(Section))
        return cls(
            cases=len(outcomes),
            passed=sum(outcome.passed for outcome in outcomes),
            valid=len(valid),
            quotes=sum(judgement.quotes for judgement in judged),
            located=sum(judgement.located for judgement in judged),
            blockers=sum(len(judgement.blockers) for judgement in judged),
            assertions=sum(len(judgement.assertions) for judgement in judged),
            held=sum(len(judgement.assertions) - len(judgement.failed) for judgement in judged),
            input_tokens=sum(outcome.input_tokens for outcome in outcomes),
            output_tokens=sum(outcome.output_tokens for outcome in outcomes),
            cost_usd=sum((outcome.cost_usd for outcome in outcomes if outcome.cost_usd is not None), Decimal(0)),
            unpriced=sum(outcome.cost_usd is None for outcome in outcomes),
            seconds=round(sum(outcome.seconds for outcome in outcomes), 2),
            abstained=sum(len(judgement.abstained) for judgement in valid) / sections if sections else None,
        )

    def rows(self) -> Mapping[str, str]:
        """What a person reads: measure → value."""
        unpriced = f" + {self.unpriced} of unknown price" if self.unpriced else ""
        return {
            "cases passed": _share(self.passed, self.cases),
            "valid answers": _share(self.valid, self.cases),
            "quotes located": _share(self.located, self.quotes),
            "blockers": str(self.blockers),
            "assertions that hold": _share(self.held, self.assertions),
            "sections left empty": "-" if self.abstained is None else f"{self.abstained:.0%}",
            "tokens in, out": f"{self.input_tokens:,}, {self.output_tokens:,}",
            "cost": f"{self.cost_usd} USD{unpriced}",
            "seconds, added up": f"{self.seconds:g}",
        }


Runs = Mapping[str, Sequence[Outcome]]  # the label of a drafter → its outcomes, the new one first


def tables(runs: Runs) -> tuple[Table, Table]:
    """Case by case, and the totals; a column for each drafter."""
    cases, totals = Table("case", "kind", *runs), Table("", *runs)
    for row in zip(*runs.values(), strict=True):
        cases.add_row(row[0].case.name, row[0].case.kind, *map(_cell, row))
    counted = [Totals.of(outcomes).rows() for outcomes in runs.values()]
    for measure in counted[0]:
        totals.add_row(measure, *(values[measure] for values in counted))
    return cases, totals


def as_json(runs: Runs) -> dict[str, Any]:
    return {
        label: {
            "totals": {**vars(Totals.of(outcomes)), "cost_usd": str(Totals.of(outcomes).cost_usd)},
            "cases": {
                outcome.case.name: {
                    "passed": outcome.passed,
                    "failed": {assertion.name: assertion.problem for assertion in outcome.judgement.failed},
                    "error": outcome.error,
                }
                for outcome in outcomes
            },
        }
        for label, outcomes in runs.items()
    }


def failures(outcomes: Sequence[Outcome]) -> str:
    """A sentence on what does not hold; empty where all does."""
    totals = Totals.of(outcomes)
    missing = totals.assertions - totals.held
    return f"{missing} assertions do not hold in {totals.cases - totals.passed} of {totals.cases} cases" * bool(missing)


def _cell(outcome: Outcome) -> str:
    if outcome.error:
        return f"no analysis: {_short(outcome.error)}"
    failed = [f"{assertion.name}: {_short(assertion.problem)}" for assertion in outcome.judgement.failed]
    return "\n".join(failed) or "pass"


def _short(problem: str) -> str:
    words = " ".join(problem.split()).replace("[", r"\[")
    return words if len(words) <= LONGEST_PROBLEM else f"{words[: LONGEST_PROBLEM - 1]}…"


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({part / whole:.1%})" if whole else "-"
