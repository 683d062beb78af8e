"""Rated factors → exposure level, by the table below. A model rates; it never chooses the level.

Free choice drifts upwards (a clause that protects the customer was called "high"). Each factor is 0, 1 or 2:

| factor | 0 | 1 | 2 |
|---|---|---|---|
| direction | protects or limits the platform | neutral or mixed | widens what the platform may do, or shifts risk |
| sensitivity | no personal or confidential data | ordinary personal data | sensitive, confidential, children's |
| breadth | few, or only on their own act | one class of customers or people | everyone, by default |
| permanence | can be refused or undone freely | with effort, delay or exceptions | cannot be refused or undone |
| regulatory_hook | no given obligation concerns it | one is relevant | one speaks to exactly this conduct |

The sum of the five decides: to 4 low, 5 to 7 medium, from 8 high. Two rules stand above the sum: direction 0 is low,
and direction 1 is at most medium. Fewer than five factors: no level. The thresholds are ours, to be recalibrated on
editors' corrections; change the table, not the prompt.
"""

from collections.abc import Iterable
from typing import get_args

from analysis.schema import Factor, FactorName, Level

MEDIUM_FROM = 5
HIGH_FROM = 8


def level_of(factors: Iterable[Factor]) -> Level:
    """The exposure level of rated factors; empty where they are not complete."""
    scores: dict[str, int] = {factor.name: factor.score for factor in factors}
    if set(scores) != set(get_args(FactorName)):
        return ""
    total = sum(scores.values())
    if scores["direction"] == 0 or total < MEDIUM_FROM:
        return "low"
    if scores["direction"] == 1 or total < HIGH_FROM:
        return "medium"
    return "high"
