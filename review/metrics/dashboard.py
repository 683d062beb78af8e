"""All figures of the desk, in sections. A table is made by its function from :class:`Figures`."""

from collections.abc import Callable
from dataclasses import dataclass

from review.metrics import cost, flow, quality, safety
from review.metrics.figures import Figures
from review.metrics.tables import Table


@dataclass(frozen=True)
class Section:
    title: str
    tables: tuple[Callable[[Figures], Table], ...]


SECTIONS = (
    Section("Flow", flow.TABLES),
    Section("Quality", quality.TABLES),
    Section("Safety", safety.TABLES),
    Section("Cost", cost.TABLES),
)
# The name in the address of its export → what makes it.
BY_NAME = {table.__name__: table for section in SECTIONS for table in section.tables}


def all_tables(figures: Figures) -> list[tuple[Section, list[Table]]]:
    return [(section, [table(figures) for table in section.tables]) for section in SECTIONS]
