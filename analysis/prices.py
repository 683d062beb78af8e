"""What calls cost: our own price rows, by model and day. The library's price list serves as a cross-check alone.

That list gives 0 to invented names which look like a known family; here a price is known, or it is not. Rows are in
``prices.toml``; an operator's own price (``ATLAS_LLM_PRICE``) stands above them, 0 for a model that costs nothing.
"""

import datetime
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

ROWS = Path(__file__).with_name("prices.toml")
MILLION = 1_000_000
MICRO_DOLLAR = Decimal("0.000001")


@dataclass(frozen=True)
class Price:
    """USD for a million tokens. ``source``: where the figures come from."""

    input: Decimal
    output: Decimal
    cached_input: Decimal
    source: str = "ATLAS_LLM_PRICE"

    @classmethod
    def parse(cls, text: str) -> "Price":
        """``input/output`` or ``input/output/cached input``.

        >>> Price.parse("2.50/10").cached_input
        Decimal('2.50')
        """
        figures = [Decimal(figure) for figure in text.split("/")]
        return cls(figures[0], figures[1], figures[2] if len(figures) > 2 else figures[0])

    def cost(self, input_tokens: int, output_tokens: int, cached_tokens: int = 0) -> Decimal:
        """USD for a call; ``cached_tokens`` are a part of ``input_tokens``."""
        fresh = max(input_tokens - cached_tokens, 0)
        total = fresh * self.input + cached_tokens * self.cached_input + output_tokens * self.output
        return (total / MILLION).quantize(MICRO_DOLLAR)

    def as_json(self) -> dict[str, str]:
        return {
            "input": str(self.input),
            "output": str(self.output),
            "cached_input": str(self.cached_input),
            "source": self.source,
        }


def price_of(model: str, day: datetime.date) -> Price | None:
    """The price of ``model`` (a litellm name, with or without its provider) on ``day``; None: not known."""
    known = [
        row
        for row in _rows()
        if row["model"] in (model, model.removeprefix(f"{row['provider']}/")) and row["since"] <= day
    ]
    if not known:
        return None
    row = max(known, key=lambda row: row["since"])
    figures = {name: Decimal(row[name]) for name in ("input", "output", "cached_input")}
    return Price(**figures, source=f"prices.toml, {row['model']} since {row['since']}")


@cache
def _rows(path: Path = ROWS) -> list[Mapping[str, Any]]:
    return list(tomllib.loads(path.read_text())["price"])
