"""Lists as programs read them: a stretch at a time as JSON, or all of it as CSV."""

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet
from django.http import StreamingHttpResponse
from pydantic import BaseModel, Field

from atlas.api.parameters import USUAL, Exported, Place
from atlas.api.problems import bad_request
from atlas.csv_lines import csv_lines
from atlas.site.paging import NoSuchPlace, Stretch, stretch

Row = TypeVar("Row", bound=Model)
Item = TypeVar("Item", bound=BaseModel)
CHUNK = 500  # rows that CSV reads at once


class Listing(BaseModel, Generic[Item]):
    """A stretch of a list."""

    items: list[Item]
    next_cursor: str | None = Field(description="Ask with `cursor` set to this for what follows; null at the end.")


@dataclass(frozen=True)
class Kind(Generic[Row, Item]):
    """One kind of list. ``order`` must be unique; ``records`` makes the items of rows, with the same number of queries
    whatever there is; ``columns`` are those of the CSV, where there is one: name → value."""

    name: str
    order: Sequence[str]
    records: Callable[[Sequence[Row]], list[Item]]
    columns: Mapping[str, Callable[[Item], object]] = field(default_factory=dict)


def listing(kind: Kind[Row, Item], rows: QuerySet[Row], place: Place) -> Listing[Item]:
    """The stretch of ``rows`` at ``place``. One query more than the records take.

    Raises:
        ProblemError: 400, if the cursor is not one that this list gave.
    """
    found = _stretch(kind, rows, place.cursor, place.limit or USUAL)
    return Listing(items=kind.records(found.rows), next_cursor=found.after or None)


def answered(kind: Kind[Row, Item], rows: QuerySet[Row], wanted: Exported) -> Listing[Item] | StreamingHttpResponse:
    """``rows`` in the format that is asked for."""
    return _csv_file(kind, rows, wanted) if wanted.format == "csv" else listing(kind, rows, wanted)


def _csv_file(kind: Kind[Row, Item], rows: QuerySet[Row], place: Place) -> StreamingHttpResponse:
    """All ``rows`` from ``place`` on as CSV, or as many as its limit says.

    Read by key in pieces: no long transaction, and what is withdrawn meanwhile is left out of what follows.
    """
    first = _stretch(kind, rows, place.cursor, min(CHUNK, place.limit or CHUNK))
    lines = csv_lines(_cells(kind, rows, first, place.limit))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="atlas-{kind.name}.csv"'
    return response


def _stretch(kind: Kind[Row, Item], rows: QuerySet[Row], cursor: str, size: int) -> Stretch[Row]:
    try:
        return stretch(rows, kind.order, after=cursor, size=size)
    except NoSuchPlace:
        raise bad_request("This list has given no such cursor. Leave it out to start from the beginning.") from None


def _cells(
    kind: Kind[Row, Item], rows: QuerySet[Row], found: Stretch[Row], limit: int | None
) -> Iterator[Sequence[str]]:
    yield list(kind.columns)
    written = 0
    while True:
        for item in kind.records(found.rows):
            yield [_cell(value(item)) for value in kind.columns.values()]
        written += len(found.rows)
        if not found.after or (limit and written >= limit):
            return
        found = _stretch(kind, rows, found.after, min(CHUNK, limit - written) if limit else CHUNK)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime.datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, list):
        return "; ".join(map(str, value))
    return str(value)
