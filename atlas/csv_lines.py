"""CSV for whoever opens it: a line at a time, and nothing that a spreadsheet would take for a formula."""

import csv
from collections.abc import Iterable, Iterator

FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Line:
    """A file of one line, for csv: what is written is given back."""

    def write(self, line: str) -> str:
        return line


def csv_lines(rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """Each row as a line of CSV, guarded cell by cell."""
    writer = csv.writer(_Line())
    for row in rows:
        yield writer.writerow([guarded(text) for text in row])


def guarded(text: str) -> str:
    """``text`` with an apostrophe before it where a spreadsheet would compute it.

    >>> guarded("=1+1")
    "'=1+1"
    """
    return f"'{text}" if text.startswith(FORMULA) else text
