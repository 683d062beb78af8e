"""A table of figures as CSV."""

from collections.abc import Iterator

from atlas.csv_lines import csv_lines
from review.metrics.tables import Table


def lines(table: Table) -> Iterator[str]:
    """The header, every row, and the totals."""
    return csv_lines((table.columns, *_rows(table)))


def _rows(table: Table) -> Iterator[list[str]]:
    for cells in (*table.rows, table.totals):
        if cells:
            yield [cell.exported for cell in cells]
