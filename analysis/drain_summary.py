"""What a drain did, added up attempt by attempt."""

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

from analysis.attempt import Attempt


@dataclass
class DrainSummary:
    """What a drain did. ``cost_usd`` adds up known prices; ``unpriced`` counts drafts by a model without one."""

    outcomes: Counter[str] = field(default_factory=Counter)  # drafted, retrying, failed, handed back
    calls: int = 0
    reused: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: Decimal = Decimal(0)
    unpriced: int = 0
    seconds: float = 0.0
    blocked: str = ""  # why no further job was started, in words

    def add(self, outcome: str, attempt: Attempt) -> None:
        fields = attempt.fields
        self.outcomes[outcome] += 1
        self.reused += "reused" in fields
        calls = len(fields.get("calls") or ())
        if calls:
            self.calls += calls
            self.input_tokens += fields.get("input_tokens") or 0
            self.output_tokens += fields.get("output_tokens") or 0
            self.cost_usd += fields.get("cost_usd") or 0
            self.unpriced += fields.get("cost_usd") is None

    @property
    def drafted(self) -> int:
        return self.outcomes["drafted"]
