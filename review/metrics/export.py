"""A table as CSV: UTF-8, a line at a time, and nothing that a spreadsheet would take for a formula."""

import csv
from collections.abc import Iterator

from review.metrics.tables import Table

FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Line:
    """A file of one line, for csv: what is written is given back."""

    def write(self, line: str) -> str:
        return line


def lines(table: Table) -> Iterator[str]:
    """The header, every row, and the totals."""
    writer = csv.writer(_Line())
    for row in (table.columns, *_rows(table)):
        yield writer.writerow([guarded(text) for text in row])


def _rows(table: Table) -> Iterator[list[str]]:
    for cells in (*table.rows, table.totals):
        if cells:
            yield [cell.exported for cell in cells]


def guarded(text: str) -> str:
    """``text`` with an apostrophe before it where a spreadsheet would compute it.

    >>> guarded("=1+1")
    "'=1+1"
    """
    return f"'{text}" if text.startswith(FORMULA) else text
